#include "eval/calibrate.h"

#include <algorithm>

#include "eval/gold.h"

namespace cvp::eval {
namespace {

constexpr uint64_t kProgressEvery = 20;

/// What one turn read, with what it was read from.
struct ReadPassage {
  chat::Considered considered;
  store::Chunk chunk;
};

Result<std::vector<ReadPassage>> read_passages(const chat::Answer& answer, store::Store& store) {
  std::vector<store::ChunkId> ids;
  for (const chat::Considered& one : answer.considered) ids.push_back(one.chunk);
  std::unordered_map<store::ChunkId, store::Chunk> chunks;
  for (store::Chunk& chunk : TRY(store.chunks(ids))) chunks.emplace(chunk.id, std::move(chunk));
  std::vector<ReadPassage> out;
  for (const chat::Considered& one : answer.considered) {
    const auto found = chunks.find(one.chunk);
    const bool unread = !answer.model.empty() && one.verdict == chat::Considered::Verdict::not_read;
    if (unread || found == chunks.end()) continue;
    out.push_back({one, found->second});
  }
  return out;
}

std::vector<store::DocumentId> relevant_documents(const std::vector<ReadPassage>& passages,
                                                  const Gold& gold) {
  std::vector<store::DocumentId> out;
  for (const ReadPassage& one : passages) {
    if (gold.is_relevant(one.chunk.text, one.chunk.uri)) out.push_back(one.chunk.document);
  }
  return out;
}

class Collector {
 public:
  Collector(const Ask& ask, store::Store& store, const chat::AskOptions& options)
      : ask_(ask), store_(store), options_(options) {
    options_.read_all = true;
  }

  Result<void> add(const Question& question) {
    const Gold gold(question);
    if (!question.answerable || !gold.judgeable()) return {};
    const chat::Answer whole = TRY(ask_(question.text, options_));
    const std::vector<ReadPassage> passages = TRY(read_passages(whole, store_));
    const std::vector<store::DocumentId> holders = relevant_documents(passages, gold);
    if (holders.empty()) return {};
    chat::AskOptions without = options_;
    without.exclude_documents.insert(without.exclude_documents.end(), holders.begin(), holders.end());
    const chat::Answer missing = TRY(ask_(question.text, without));
    label(whole.lang, question, gold, passages);
    label(missing.lang, question, gold, TRY(read_passages(missing, store_)));
    ++out_.questions;
    return {};
  }
  const SignalSet& collected() const { return out_; }

 private:
  void label(Lang lang, const Question& question, const Gold& gold,
             const std::vector<ReadPassage>& passages) {
    std::vector<chat::Labelled>& out = lang == Lang::zh ? out_.zh : out_.en;
    const size_t number = turns_++;
    for (const ReadPassage& one : passages) {
      const bool relevant = gold.is_relevant(one.chunk.text, one.chunk.uri);
      // Neither label is sure: a part of the gold document without the answer; another passage that was
      // answered right from.
      const bool has_answer = question.answers.empty() || contains_answer(one.chunk.text, question.answers);
      if (relevant && !has_answer) continue;
      if (!relevant && contains_answer(one.considered.reply, question.answers)) continue;
      out.push_back({one.considered.signals, number, relevant});
    }
  }

  const Ask& ask_;
  store::Store& store_;
  chat::AskOptions options_;
  SignalSet out_;
  size_t turns_ = 0;
};

}  // namespace

Result<SignalSet> collect_with(const Ask& ask, store::Store& store, const std::vector<Question>& questions,
                               const chat::AskOptions& options, const OnProgress& on_progress,
                               const CancelToken& cancel) {
  Collector collector(ask, store, options);
  uint64_t done = 0;
  for (const Question& question : questions) {
    if (cancel.cancelled()) return fail_cancelled();
    auto added = collector.add(question);
    if (!added) return wrap(std::move(added).error(), text("question {}", "问题 {}", question.id));
    if (on_progress && (++done % kProgressEvery == 0 || done == questions.size())) {
      const SignalSet& so_far = collector.collected();
      on_progress({text("reading for calibration, {} passages labelled", "为校准阅读段落，已标注 {} 段",
                        so_far.zh.size() + so_far.en.size()),
                   done, questions.size()});
    }
  }
  return collector.collected();
}

Result<SignalSet> collect_signals(chat::Answerer& answerer, store::Store& store,
                                  const std::vector<Question>& questions, const chat::AskOptions& options,
                                  const OnProgress& on_progress, const CancelToken& cancel) {
  const Ask ask = [&](const std::string& question, const chat::AskOptions& own) {
    return answerer.ask(question, {}, own, {}, cancel);
  };
  return collect_with(ask, store, questions, options, on_progress, cancel);
}

Result<chat::Calibration> calibrate(const SignalSet& signals, const chat::Calibration& base,
                                    double max_false_refusals) {
  chat::Calibration out = base;
  auto zh = chat::fit_language(signals.zh, max_false_refusals);
  auto en = chat::fit_language(signals.en, max_false_refusals);
  if (!zh && !en) return std::unexpected(std::move(signals.zh.size() >= signals.en.size() ? zh : en).error());
  if (zh) out.zh = std::move(*zh);
  if (en) out.en = std::move(*en);
  out.source = fmt::format("fitted on {} questions", signals.questions);
  return out;
}

}  // namespace cvp::eval
