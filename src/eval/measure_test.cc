#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "eval/evaluate.h"

namespace cvp::eval {
namespace {

TEST(Measure, WilsonMatchesKnownIntervals) {
  // Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662; 15 of 148 gives 0.0624 to 0.1605.
  Measure m = share(81, 263);
  EXPECT_NEAR(m.low, 0.2553, 5e-5);
  EXPECT_NEAR(m.high, 0.3662, 5e-5);
  m = share(15, 148);
  EXPECT_NEAR(m.low, 0.0624, 5e-5);
  EXPECT_NEAR(m.high, 0.1605, 5e-5);
  m = share(0, 20);
  EXPECT_EQ(m.low, 0);
  EXPECT_NEAR(m.high, 0.1611, 5e-5);
  m = share(29, 29);
  EXPECT_NEAR(m.low, 0.8830, 5e-5);
  EXPECT_EQ(m.high, 1);
  EXPECT_EQ(share(0, 0).n, 0u);
}

TEST(Measure, MeanHasNormalInterval) {
  const Measure m = mean({0, 1, 0, 1});
  EXPECT_DOUBLE_EQ(m.value, 0.5);
  EXPECT_NEAR(m.high - m.value, 1.959964 * std::sqrt(1.0 / 3 / 4), 1e-6);
  EXPECT_EQ(mean({}).n, 0u);
  EXPECT_DOUBLE_EQ(mean({3}).low, 3);
}

TEST(Measure, PercentileIsNearestRank) {
  EXPECT_DOUBLE_EQ(percentile({5, 1, 4, 2, 3}, 0.5), 3);
  EXPECT_DOUBLE_EQ(percentile({5, 1, 4, 2, 3}, 0.99), 5);
  EXPECT_DOUBLE_EQ(percentile({5, 1, 4, 2, 3}, 0), 1);
  EXPECT_DOUBLE_EQ(percentile({}, 0.5), 0);
}

std::vector<Question> numbered(size_t n) {
  std::vector<Question> out(n);
  for (size_t i = 0; i < n; ++i) out[i].id = std::to_string(i);
  return out;
}

TEST(Sample, IsSeededWithoutReplacementInOrder) {
  const auto all = numbered(100);
  const auto one = sample(all, 10, 42), again = sample(all, 10, 42), other = sample(all, 10, 43);
  std::vector<int> ids, other_ids;
  for (const auto& q : one) ids.push_back(std::stoi(q.id));
  for (const auto& q : other) other_ids.push_back(std::stoi(q.id));
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  EXPECT_EQ(std::set<int>(ids.begin(), ids.end()).size(), 10u);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(one[i].id, again[i].id);
  EXPECT_NE(ids, other_ids);
  EXPECT_EQ(sample(all, 1000, 1).size(), 100u);
  EXPECT_TRUE(sample({}, 5, 1).empty());
}

TEST(Sample, EveryQuestionCanBeDrawn) {
  const auto all = numbered(20);
  std::vector<int> drawn(20);
  for (uint64_t seed = 0; seed < 400; ++seed) {
    for (const auto& q : sample(all, 5, seed)) ++drawn[static_cast<size_t>(std::stoi(q.id))];
  }
  for (const int n : drawn) EXPECT_NEAR(n, 100, 45);
}

}  // namespace
}  // namespace cvp::eval
