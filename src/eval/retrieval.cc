#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "eval/gold.h"
#include "eval/retrieval.h"

namespace cvp::eval {
namespace {

constexpr size_t kDepth = 10;            // all measures look at the first ten
constexpr size_t kPassagesFetched = 50;  // so that ten documents remain where one has many passages
constexpr uint64_t kProgressEvery = 20;

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Result<Ranking> rank_passages(store::Store& store, vector::Index& index, model::Embedder* embedder,
                              const std::string& question, const vector::SearchOptions& options,
                              const CancelToken& cancel) {
  vector::SearchOptions wide = options;
  wide.k = std::max(options.k, kPassagesFetched);
  Ranking out;
  const double begin = now_ms();
  const vector::SearchResult found = TRY(index.search(question, wide, embedder, cancel));
  out.ms = now_ms() - begin;
  std::vector<store::ChunkId> ids;
  for (const vector::Hit& hit : found.hits) ids.push_back(hit.chunk);
  // A passage that was removed meanwhile is left out.
  out.passages = TRY(store.chunks(ids));
  return out;
}

void RetrievalSums::add(const RankMeasures& one, double ms) {
  hit1_ += one.first == 1;
  hit3_ += one.first >= 1 && one.first <= 3;
  hit10_ += one.first >= 1;
  reciprocal_.push_back(one.first ? 1.0 / static_cast<double>(one.first) : 0.0);
  gain_.push_back(one.ndcg);
  recall_.push_back(one.recall);
  ms_.push_back(ms);
}

RetrievalReport RetrievalSums::report() const {
  RetrievalReport out;
  out.hit1 = share(hit1_, count());
  out.hit3 = share(hit3_, count());
  out.hit10 = share(hit10_, count());
  out.mrr10 = mean(reciprocal_);
  out.ndcg10 = mean(gain_);
  out.recall10 = mean(recall_);
  out.p50_ms = percentile(ms_, 0.50);
  out.p99_ms = percentile(ms_, 0.99);
  return out;
}

RankMeasures measure_ranking(const Gold& gold, const std::vector<store::Chunk>& ranked) {
  RankMeasures out;
  double dcg = 0;
  size_t rank = 0, found = 0;
  std::unordered_set<store::DocumentId> seen;
  for (const store::Chunk& chunk : ranked) {
    if (gold.judges_documents() && !seen.insert(chunk.document).second) continue;
    if (++rank > kDepth) break;
    if (found == gold.relevant_count() || !gold.is_relevant(chunk.text, chunk.uri)) continue;
    ++found;
    if (out.first == 0) out.first = rank;
    dcg += 1 / std::log2(static_cast<double>(rank) + 1);
  }
  double ideal = 0;
  for (size_t i = 1; i <= std::min(gold.relevant_count(), kDepth); ++i)
    ideal += 1 / std::log2(static_cast<double>(i) + 1);
  out.ndcg = dcg / ideal;
  out.recall = static_cast<double>(found) / static_cast<double>(gold.relevant_count());
  return out;
}

Result<RetrievalReport> evaluate_retrieval(store::Store& store, vector::Index& index,
                                           model::Embedder* embedder, const std::vector<Question>& questions,
                                           const vector::SearchOptions& options,
                                           const OnProgress& on_progress, const CancelToken& cancel) {
  RetrievalSums sums;
  uint64_t done = 0;
  for (const Question& question : questions) {
    if (cancel.cancelled()) return fail_cancelled();
    const Gold gold(question);
    ++done;
    if (!question.answerable || !gold.judgeable()) continue;
    const Ranking found = TRY(rank_passages(store, index, embedder, question.text, options, cancel));
    sums.add(measure_ranking(gold, found.passages), found.ms);
    if (on_progress && (done % kProgressEvery == 0 || done == questions.size())) {
      on_progress({text("searching, MRR@10 so far {:.3f}", "检索中，目前 MRR@10 为 {:.3f}", sums.mrr10()),
                   done, questions.size()});
    }
  }
  if (sums.count() == 0) {
    return fail(Errc::usage, text("no question says what should be found", "没有一个问题标明应找到什么"),
                text("give \"answers\", \"passage\" or \"documents\"",
                     "请提供 \"answers\"、\"passage\" 或 \"documents\""));
  }
  return sums.report();
}

}  // namespace cvp::eval
