#include "vector/fusion.h"

#include <algorithm>
#include <limits>

namespace cvp::vector {
namespace {

constexpr double kTellingCoverage = 0.4;
constexpr double kPhraseFloor = 0.5;  // a phrase match scores above every other candidate

}  // namespace

std::vector<Hit> fuse(const std::vector<Candidate>& candidates, double dense_weight, double text_coverage) {
  double text_max = 0, dense_min = std::numeric_limits<double>::max(),
         dense_max = std::numeric_limits<double>::lowest();
  bool any_phrase = false;
  for (const Candidate& one : candidates) {
    text_max = std::max(text_max, one.text);
    any_phrase = any_phrase || one.phrase;
    if (!one.has_dense) continue;
    dense_min = std::min(dense_min, one.dense);
    dense_max = std::max(dense_max, one.dense);
  }
  const double text_weight = (1 - dense_weight) * std::min(1.0, text_coverage / kTellingCoverage);
  std::vector<Hit> out;
  for (const Candidate& one : candidates) {
    const double text = text_max > 0 ? one.text / text_max : 0;
    const double range = dense_max - dense_min;
    const double dense = !one.has_dense ? text : range > 0 ? (one.dense - dense_min) / range : 0;
    double score = (1 - text_weight) * dense + text_weight * text;
    if (any_phrase) score = kPhraseFloor * score + (one.phrase ? kPhraseFloor : 0);
    out.push_back({.chunk = one.chunk,
                   .score = score,
                   .text_score = one.text,
                   .dense_score = one.dense,
                   .text_rank = one.text_rank,
                   .dense_rank = one.dense_rank});
  }
  std::ranges::sort(out, [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
  });
  return out;
}

}  // namespace cvp::vector
