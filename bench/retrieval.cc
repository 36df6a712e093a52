// retrieval/*: full text alone, vectors alone and both, on the same questions in the same run.
#include <algorithm>

#include "bench/datasets.h"
#include "bench/figure.h"
#include "chat/passage.h"
#include "chat/reader.h"
#include "prompt/library.h"

namespace cvp::bench {
namespace {

struct Sides {
  eval::RetrievalReport text, dense, hybrid;
};

Result<Sides> measure(Context& context, const std::string& name, const Set& set,
                      const std::vector<eval::Question>& questions) {
  model::Embedder* embedder = TRY(context.embedder());
  Base& base = *TRY(context.base(name, set.documents, embedder));
  Sides out;
  const auto one = [&](vector::Mode mode, std::string_view label) -> Result<eval::RetrievalReport> {
    vector::SearchOptions options;
    options.mode = mode;
    auto report = TRY(eval::evaluate_retrieval(*base.store, *base.index,
                                               mode == vector::Mode::text ? nullptr : embedder, questions,
                                               options, context.progress(), context.cancel()));
    context.say(
        "{:16} MRR@10 {:.4f} [{:.4f}, {:.4f}]  nDCG@10 {:.4f}  Hit@1 {:.4f}  recall@10 {:.4f}  p50 {:.1f} ms",
        label, report.mrr10.value, report.mrr10.low, report.mrr10.high, report.ndcg10.value,
        report.hit1.value, report.recall10.value, report.p50_ms);
    return report;
  };
  context.say("{} documents, {} questions", set.documents.size(), questions.size());
  out.text = TRY(one(vector::Mode::text, "full text alone"));
  out.dense = TRY(one(vector::Mode::dense, "vectors alone"));
  out.hybrid = TRY(one(vector::Mode::hybrid, "hybrid"));
  return out;
}

constexpr size_t kRanked = 5;  // passages whose margin is asked

/// Hit@1 after the chat model's yes/no margin has ranked the best five of the hybrid search.
Result<eval::Measure> hit_by_margin(Context& context, Base& base,
                                    const std::vector<eval::Question>& questions) {
  model::Embedder* embedder = TRY(context.embedder());
  const prompt::Library prompts = TRY(prompt::Library::load());
  chat::Reader reader(prompts, *TRY(context.generator()), Lang::zh);
  const OnProgress on_progress = context.progress();
  size_t hits = 0, done = 0;
  for (const eval::Question& question : questions) {
    vector::SearchOptions options;
    options.k = kRanked;
    const vector::SearchResult found =
        TRY(base.index->search(question.text, options, embedder, context.cancel()));
    std::vector<store::ChunkId> ids;
    for (const vector::Hit& hit : found.hits) ids.push_back(hit.chunk);
    double best = -1e9;
    std::string uri;
    for (const store::Chunk& chunk : TRY(base.store->chunks(ids))) {
      const double margin = TRY(reader.judge(chat::prompt_text(chunk), question.text, context.cancel()));
      if (margin > best) {
        best = margin;
        uri = chunk.uri;
      }
    }
    hits += std::ranges::find(question.gold_uris, uri) != question.gold_uris.end();
    if (++done % 20 == 0) {
      on_progress({text("ranking by the margin, Hit@1 so far {:.3f}", "按裕度重排，目前 Hit@1 为 {:.3f}",
                        static_cast<double>(hits) / static_cast<double>(done)),
                   done, questions.size()});
    }
  }
  return eval::share(hits, questions.size());
}

}  // namespace

Result<std::vector<Claim>> retrieval_cmrc(Context& context) {
  const Set set = TRY(load_cmrc_dev(context));
  const Sides sides = TRY(measure(context, "cmrc-dev", set,
                                  eval::sample(set.questions, context.limited(set.questions.size()), 1)));
  return std::vector<Claim>{at_least("hybrid MRR@10", sides.hybrid.mrr10.value, 0.99, 4),
                            at_least("full text MRR@10", sides.text.mrr10.value, 0.975, 4)};
}

Result<std::vector<Claim>> retrieval_scifact(Context& context) {
  const Set set = TRY(load_scifact(context));
  const Sides sides = TRY(measure(context, "scifact", set,
                                  eval::sample(set.questions, context.limited(set.questions.size()), 1)));
  context.say(
      "baseline: BM25 of the published benchmark, nDCG@10 0.6611 in our reproduction (k1 0.9, b 0.4)");
  return std::vector<Claim>{at_least("hybrid nDCG@10", sides.hybrid.ndcg10.value, 0.69, 4)};
}

Result<std::vector<Claim>> retrieval_cross(Context& context) {
  constexpr size_t kMarginQuestions = 100;
  const Set set = TRY(load_xquad_cross(context));
  const Sides sides = TRY(measure(context, "xquad-en", set,
                                  eval::sample(set.questions, context.limited(set.questions.size()), 1)));
  Base& base = *TRY(context.base("xquad-en", set.documents, nullptr));
  const auto asked = eval::sample(set.questions, context.limited(kMarginQuestions), 1);
  const eval::Measure hit = TRY(hit_by_margin(context, base, asked));
  context.say(
      "margin over the best {}: Hit@1 {:.4f} [{:.4f}, {:.4f}] of {} questions; hybrid alone {:.4f} of all",
      kRanked, hit.value, hit.low, hit.high, hit.n, sides.hybrid.hit1.value);
  return std::vector<Claim>{at_least("MRR@10", sides.hybrid.mrr10.value, 0.82, 4),
                            at_least("Hit@1 by margin", hit.value, 0.85, 4)};
}

}  // namespace cvp::bench
