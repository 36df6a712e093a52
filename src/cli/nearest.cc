#include "cli/nearest.h"

#include <algorithm>

namespace cvp::cli {
namespace {

constexpr size_t kWordBytes = 64;

/// Optimal string alignment distance.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({replace, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kWordBytes) return {};
  std::string best, longer;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  int begun = 0;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kWordBytes) continue;
    if (const size_t d = distance(word, candidate); d < best_distance) best = candidate, best_distance = d;
    if (candidate.starts_with(word)) longer = candidate, ++begun;
  }
  if (best.empty() && begun == 1) return longer;
  return best;
}

}  // namespace cvp::cli
