#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "base/check.h"
#include "eval/evaluate.h"

namespace cvp::eval {
namespace {
constexpr double kZ = 1.959963984540054;  // two-sided 95 %
}

Measure share(size_t hits, size_t n) {
  CHECK(hits <= n);
  Measure out;
  out.n = n;
  if (n == 0) return out;
  // Wilson, E. B. (1927), the score interval of a binomial share.
  const double count = static_cast<double>(n);
  const double p = static_cast<double>(hits) / count;
  const double z2 = kZ * kZ;
  const double middle = (p + z2 / (2 * count)) / (1 + z2 / count);
  const double half = kZ / (1 + z2 / count) * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count));
  out.value = p;
  out.low = hits == 0 ? 0 : middle - half;
  out.high = hits == n ? 1 : middle + half;
  return out;
}

Measure mean(const std::vector<double>& values) {
  Measure out;
  out.n = values.size();
  if (values.empty()) return out;
  const double count = static_cast<double>(values.size());
  out.value = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - out.value) * (value - out.value);
  const double half = values.size() < 2 ? 0 : kZ * std::sqrt(squares / (count - 1) / count);
  out.low = out.value - half;
  out.high = out.value + half;
  return out;
}

double percentile(std::vector<double> values, double share_below) {
  if (values.empty()) return 0;
  const double rank = std::ceil(share_below * static_cast<double>(values.size()));  // nearest rank
  const size_t at = std::min(values.size(), static_cast<size_t>(std::max(rank, 1.0))) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<long>(at), values.end());
  return values[at];
}

std::vector<Question> sample(const std::vector<Question>& questions, size_t n, uint64_t seed) {
  if (n >= questions.size()) return questions;
  std::vector<size_t> order(questions.size());
  std::iota(order.begin(), order.end(), size_t{0});
  // The standard's distributions differ between libraries; the raw engine does not, so a seed means the same
  // everywhere.
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < n; ++i) std::swap(order[i], order[i + random() % (order.size() - i)]);
  order.resize(n);
  std::ranges::sort(order);
  std::vector<Question> out;
  out.reserve(n);
  for (const size_t at : order) out.push_back(questions[at]);
  return out;
}

}  // namespace cvp::eval
