// ask/first-token: when the first checked words can be on the screen, with nothing cached and with the
// passages warm, beside what a plain server needs to its first raw token with three passages in one prompt.
// Nothing is remembered here. What a server over the same documents holds in memory, while nobody asks, is
// measured after that.
#include <unordered_set>

#include "bench/datasets.h"
#include "bench/figure.h"
#include "bench/models.h"
#include "bench/serve_lab.h"
#include "chat/answerer.h"
#include "chat/passage.h"
#include "engine/engines.h"
#include "prompt/library.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kQuestions = 20;
constexpr uint64_t kSeed = 3;
constexpr size_t kWarmed = 4;  // what a turn may read
constexpr size_t kJoint = 3;
constexpr std::chrono::seconds kIdle{15};

/// Questions of different paragraphs, so that a cold question finds nothing of the one before.
std::vector<eval::Question> draw(const std::vector<eval::Question>& all, size_t n) {
  std::vector<eval::Question> out;
  std::unordered_set<std::string> used;
  for (const eval::Question& question : eval::sample(all, 4 * n, kSeed)) {
    if (out.size() < n && used.insert(question.gold_uris.front()).second) out.push_back(question);
  }
  return out;
}

class Stopwatch {
 public:
  Stopwatch(Context& context, Base& base, model::Embedder& embedder, const prompt::Library& prompts)
      : context_(context), base_(base), embedder_(embedder), prompts_(prompts) {}

  /// First checked words of every question with a new engine; warm: the passages were read before, the
  /// questions were not.
  Result<std::vector<double>> ask(const std::vector<eval::Question>& questions, bool warm) {
    const auto generator = TRY(started(engine::LocalOptions{}.cache_bytes));
    chat::Answerer answerer({*base_.store, *base_.index, prompts_, sys::real_clock(), &embedder_,
                             generator.get(), TRY(chat::shipped_calibration(generator->identity().name))});
    if (warm) {
      for (const eval::Question& question : questions) {
        TRY(answerer.warm(TRY(found(question, kWarmed)), Lang::zh, context_.cancel()));
      }
    }
    std::vector<double> out;
    const OnProgress on_progress = context_.progress();
    for (const eval::Question& question : questions) {
      const chat::Answer answer = TRY(answerer.ask(question.text, {}, {}, {}, context_.cancel()));
      const bool refused = answer.outcome == chat::Outcome::refused;
      out.push_back(refused ? answer.timings.total : answer.timings.first_checked);
      on_progress({warm ? text("asking, warm", "提问（已预热）") : text("asking, cold", "提问（未预热）"),
                   out.size(), questions.size()});
    }
    return out;
  }

  /// First raw token with the three best passages in one prompt; the search is not even counted.
  Result<std::vector<double>> plain(const std::vector<eval::Question>& questions) {
    const auto generator = TRY(started(0));
    std::vector<double> out;
    const OnProgress on_progress = context_.progress();
    for (const eval::Question& question : questions) {
      std::string prompt = "资料：\n";
      for (const store::Chunk& chunk : TRY(base_.store->chunks(TRY(found(question, kJoint))))) {
        prompt += chat::prompt_text(chunk) + "\n\n";
      }
      prompt += "请只根据以上资料，用一句话回答：" + question.text;
      const std::vector<model::Message> messages = {{model::Role::system, {"你是一个严谨的助手。"}},
                                                    {model::Role::user, {prompt}}};
      const model::Reply reply =
          TRY(generator->generate(messages, {.max_tokens = 1, .stop = {}}, {}, context_.cancel()));
      out.push_back(reply.usage.first_token_ms);
      on_progress({text("asking the plain server", "向普通服务提问"), out.size(), questions.size()});
    }
    return out;
  }

 private:
  /// An engine that has loaded its model and cached nothing of ours.
  Result<std::unique_ptr<model::Generator>> started(uint64_t cache_bytes) {
    auto generator = TRY(context_.new_generator(cache_bytes));
    const std::vector<model::Message> hello = {{model::Role::user, {"1"}}};
    TRY(generator->generate(hello, {.max_tokens = 1, .stop = {}}, {}, context_.cancel()));
    return generator;
  }

  Result<std::vector<store::ChunkId>> found(const eval::Question& question, size_t k) {
    vector::SearchOptions options;
    options.k = k;
    std::vector<store::ChunkId> out;
    const vector::SearchResult result =
        TRY(base_.index->search(question.text, options, &embedder_, context_.cancel()));
    for (const vector::Hit& hit : result.hits) out.push_back(hit.chunk);
    return out;
  }

  Context& context_;
  Base& base_;
  model::Embedder& embedder_;
  const prompt::Library& prompts_;
};

void describe(Context& context, std::string_view label, const std::vector<double>& ms) {
  context.say("{:44} p50 {:6.0f} ms  p90 {:6.0f} ms", label, eval::percentile(ms, 0.5),
              eval::percentile(ms, 0.9));
}

/// Of `cvp serve` without its engines, over a copy of the base, after a search by words and meaning has
/// loaded the tokenizer and the vectors. Closes the base.
Result<double> idle_megabytes(Context& context, const std::string& base, const std::string& query) {
  const model::InstalledModel embedder = TRY(installed_default(
      context.options().home, model::ModelRole::embedding, context.progress(), context.cancel()));
  const auto prepare = [&](const sys::Path& home) -> Result<void> {
    TRY(copy_base(context, base, home));
    return link_models(context, embedder, home);
  };
  const auto lab = TRY(Lab::create(context, {.prepare = prepare}));
  const boost::json::object found =
      TRY(lab->admin().post("/api/search", {{"query", query}, {"mode", "hybrid"}}));
  const boost::json::value* dense = found.if_contains("dense_used");
  if (dense == nullptr || *dense != boost::json::value(true))
    return fail(Errc::failed, text("the search did without vectors", "检索没有用到向量"));
  return static_cast<double>(TRY(settled_bytes(context, lab->server(), kIdle))) / 1e6;
}

}  // namespace

Result<std::vector<Claim>> first_token(Context& context) {
  const Set set = TRY(load_cmrc_dev(context));
  Base& base = *TRY(context.base("cmrc-dev", set.documents, TRY(context.embedder())));
  const auto embedder = TRY(context.new_embedder());
  const prompt::Library prompts = TRY(prompt::Library::load());
  const auto questions = draw(set.questions, context.limited(kQuestions));
  Stopwatch watch(context, base, *embedder, prompts);
  const std::vector<double> cold = TRY(watch.ask(questions, false));
  const std::vector<double> warm = TRY(watch.ask(questions, true));
  const std::vector<double> plain = TRY(watch.plain(questions));
  context.say("{} documents, {} questions", set.documents.size(), questions.size());
  describe(context, "first checked words, cold", cold);
  describe(context, "first checked words, passages warm", warm);
  describe(context, "plain llama-server, three passages, raw token", plain);
  const double idle = TRY(idle_megabytes(context, "cmrc-dev", questions.front().text));
  context.say("resident memory of an idle cvp serve over these documents, without its engines: {:.0f} MB",
              idle);
  const double baseline = eval::percentile(plain, 0.5);
  Claim warm_claim = at_least("warm earlier by", baseline / eval::percentile(warm, 0.5), 8, 1);
  Claim cold_claim = at_least("cold earlier by", baseline / eval::percentile(cold, 0.5), 2, 1);
  for (Claim* claim : {&warm_claim, &cold_claim}) {
    claim->value += "×";
    claim->target += "×";
  }
  return std::vector<Claim>{warm_claim, cold_claim,
                            at_most("idle memory of cvp without engines", idle, 100, 0, "MB")};
}

}  // namespace cvp::bench
