#pragma once
#include <string>
#include <vector>

#include "eval/gold.h"
#include "store/types.h"

namespace cvp::eval {

/// The passages for one question, best first; enough that ten documents remain where one has many passages.
struct Ranking {
  std::vector<store::Chunk> passages;
  double ms = 0;  // of the search
};
Result<Ranking> rank_passages(store::Store& store, vector::Index& index, model::Embedder* embedder,
                              const std::string& question, const vector::SearchOptions& options,
                              const CancelToken& cancel);

/// Of the first ten of one ranking. ndcg: binary gains, log2 discount (Järvelin and Kekäläinen 2002).
struct RankMeasures {
  size_t first = 0;  // rank of the first relevant one, 0: none
  double ndcg = 0;
  double recall = 0;
};
RankMeasures measure_ranking(const Gold& gold, const std::vector<store::Chunk>& ranked);

/// The measures of rankings that come one by one.
class RetrievalSums {
 public:
  void add(const RankMeasures& one, double ms);
  size_t count() const { return reciprocal_.size(); }
  double mrr10() const { return mean(reciprocal_).value; }
  RetrievalReport report() const;

 private:
  std::vector<double> reciprocal_, gain_, recall_, ms_;
  size_t hit1_ = 0, hit3_ = 0, hit10_ = 0;
};

}  // namespace cvp::eval
