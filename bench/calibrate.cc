// Fits the calibration that the default chat model is shipped with. Questions of CMRC2018 and XQuAD that
// the figures do not ask: no measured question is seen here.
#include <algorithm>
#include <unordered_set>

#include "bench/answers.h"
#include "bench/figure.h"
#include "chat/calibration.h"
#include "prompt/library.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

// Questions asked with the gold paragraph and without. Those of one paragraph are alike: English, whose
// signals tell less apart, needs more paragraphs before a threshold holds for others.
constexpr size_t kChinese = 60, kEnglish = 150;
constexpr size_t kMeasured = 200;
constexpr size_t kReadLimit = 1;
constexpr int kAnswerTokens = 96;  // long replies over passages that do not answer teach nothing more
constexpr double kMaxFalseRefusals = 0.04;
constexpr uint64_t kSeed = 7;

/// All questions of paragraphs drawn until there are n: questions of one paragraph share what the engine
/// keeps of it.
std::vector<eval::Question> by_paragraph(const std::vector<eval::Question>& questions, size_t n) {
  std::vector<eval::Question> firsts;
  std::unordered_set<std::string> seen;
  for (const eval::Question& question : questions) {
    if (seen.insert(question.gold_uris.front()).second) firsts.push_back(question);
  }
  std::unordered_set<std::string> drawn;
  for (size_t paragraphs = 1; paragraphs <= firsts.size(); ++paragraphs) {
    drawn.clear();
    for (const eval::Question& question : eval::sample(firsts, paragraphs, kSeed))
      drawn.insert(question.gold_uris.front());
    const auto covered = std::ranges::count_if(questions, [&](const eval::Question& question) {
      return drawn.contains(question.gold_uris.front());
    });
    if (static_cast<size_t>(covered) >= n) break;
  }
  std::vector<eval::Question> out;
  for (const eval::Question& question : questions) {
    if (out.size() < n && drawn.contains(question.gold_uris.front())) out.push_back(question);
  }
  return out;
}

Result<eval::SignalSet> collect(Context& context, const std::string& name, const Set& set,
                                const std::vector<eval::Question>& questions) {
  model::Embedder* embedder = TRY(context.embedder());
  model::Generator* generator = TRY(context.generator());
  Base& base = *TRY(context.base(name, set.documents, embedder));
  const prompt::Library prompts = TRY(prompt::Library::load());
  chat::Answerer answerer({*base.store, *base.index, prompts, sys::real_clock(), embedder, generator,
                           TRY(chat::shipped_calibration(generator->identity().name))});
  chat::AskOptions options;
  options.mode = chat::ReadMode::single;
  options.read_limit = kReadLimit;
  options.answer_tokens = kAnswerTokens;
  eval::SignalSet out = TRY(
      eval::collect_signals(answerer, *base.store, questions, options, context.progress(), context.cancel()));
  context.say("{}: {} of {} questions contributed, {} Chinese and {} English passages", name, out.questions,
              questions.size(), out.zh.size(), out.en.size());
  return out;
}

/// The questions that answers/* and answers/refusal do not ask.
std::vector<eval::Question> unmeasured(const std::vector<eval::Question>& questions) {
  std::unordered_set<std::string> measured;
  for (const eval::Question& question : eval::sample(questions, kMeasured, kAnswerSeed))
    measured.insert(question.id);
  std::vector<eval::Question> out;
  for (const eval::Question& question : questions) {
    if (!measured.contains(question.id)) out.push_back(question);
  }
  return out;
}

/// What the fit does on its own data.
void describe(Context& context, std::string_view label, const chat::Logistic& fit,
              const std::vector<chat::Labelled>& examples) {
  size_t yes = 0, no = 0, kept = 0, refused = 0;
  for (const chat::Labelled& one : examples) {
    const bool shown = fit.probability(one.signals) >= fit.threshold;
    (one.answerable ? yes : no) += 1;
    kept += one.answerable && shown;
    refused += !one.answerable && !shown;
  }
  context.say("  {:10} threshold {:.3f}: {} of {} answerable passages kept, {} of {} others refused", label,
              fit.threshold, kept, yes, refused, no);
}

void describe(Context& context, std::string_view lang, const chat::LanguageCalibration& fits,
              const std::vector<chat::Labelled>& examples) {
  context.say("{}", lang);
  describe(context, "text", fits.text, examples);
  describe(context, "before", fits.before, examples);
  describe(context, "read", fits.read, examples);
}

}  // namespace

Result<void> calibrate(Context& context) {
  const Set cmrc = TRY(load_cmrc_dev(context));
  const Set xquad = TRY(load_xquad_en(context));
  const auto zh_questions = by_paragraph(unmeasured(cmrc.questions), context.limited(kChinese));
  const auto en_questions = by_paragraph(unmeasured(xquad.questions), context.limited(kEnglish));
  eval::SignalSet signals = TRY(collect(context, "cmrc-dev", cmrc, zh_questions));
  const eval::SignalSet english = TRY(collect(context, "xquad-en", xquad, en_questions));
  // Turns are numbered from 0 in each collection; a language comes from one of them, but for stray
  // classifications.
  if (english.en.size() > signals.en.size()) signals.en = english.en;
  signals.questions += english.questions;
  const std::string name = TRY(context.generator())->identity().name;
  chat::Calibration fitted =
      TRY(eval::calibrate(signals, TRY(chat::shipped_calibration(name)), kMaxFalseRefusals));
  fitted.source = fmt::format("shipped for {}", name);
  describe(context, "Chinese", fitted.zh, signals.zh);
  describe(context, "English", fitted.en, signals.en);
  if (context.options().limit > 0) return {};
  const sys::Path path = context.options().source / "data" / "calibration" / (name + ".toml");
  TRY(sys::write_file_atomic(path, chat::format_calibration(fitted), 0644));
  context.say("written: {}", path.string());
  return {};
}

}  // namespace cvp::bench
