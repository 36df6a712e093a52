// One ranking out of two.
#pragma once
#include <vector>

#include "vector/index.h"

namespace cvp::vector {

/// A candidate with both raw scores. has_dense false: the chunk has no vector yet.
struct Candidate {
  store::ChunkId chunk = 0;
  double text = 0;   // BM25, 0 when no term matches
  double dense = 0;  // cosine
  bool has_dense = false;
  uint32_t text_rank = 0, dense_rank = 0;
  bool phrase = false;  // holds the whole query, letter by letter
};

/// Convex combination of min-max-normalised scores (Bruch et al. 2023, "An Analysis of Fusion Functions for
/// Hybrid Retrieval"), text over [0, max], dense over [min, max] of the candidates:
///   score = w·dense' + (1 - w)·text',  w = 1 - (1 - dense_weight)·min(1, text_coverage / 0.4).
/// text_coverage is the idf-weighted share of the query's terms that the best text hit has: where hardly any
/// word matches (a Chinese question over English passages), the text side has nothing to say and the dense
/// side decides. A chunk without a vector is judged by its text alone. Candidates that hold the whole query
/// come first. Sorted best first; ties by chunk id, so that equal input gives equal output.
std::vector<Hit> fuse(const std::vector<Candidate>& candidates, double dense_weight, double text_coverage);

}  // namespace cvp::vector
