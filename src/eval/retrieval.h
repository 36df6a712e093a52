#pragma once
#include <vector>

#include "eval/gold.h"
#include "store/types.h"

namespace cvp::eval {

/// Of the first ten of one ranking. ndcg: binary gains, log2 discount (Järvelin and Kekäläinen 2002).
struct RankMeasures {
  size_t first = 0;  // rank of the first relevant one, 0: none
  double ndcg = 0;
  double recall = 0;
};
RankMeasures measure_ranking(const Gold& gold, const std::vector<store::Chunk>& ranked);

}  // namespace cvp::eval
