#include "cli/nearest.h"

#include <algorithm>

#include "base/edit_distance.h"

namespace cvp::cli {
namespace {

constexpr size_t kWordBytes = 64;

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kWordBytes) return {};
  std::string best, longer;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  int begun = 0;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kWordBytes) continue;
    if (const size_t d = edit_distance(word, candidate); d < best_distance)
      best = candidate, best_distance = d;
    if (candidate.starts_with(word)) longer = candidate, ++begun;
  }
  if (best.empty() && begun == 1) return longer;
  return best;
}

}  // namespace cvp::cli
