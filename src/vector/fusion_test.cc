#include "vector/fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::vector {
namespace {

using ::testing::ElementsAre;

std::vector<store::ChunkId> order(const std::vector<Hit>& hits) {
  std::vector<store::ChunkId> out;
  for (const Hit& hit : hits) out.push_back(hit.chunk);
  return out;
}

Candidate both(store::ChunkId chunk, double text, double dense) {
  return {.chunk = chunk, .text = text, .dense = dense, .has_dense = true};
}

TEST(Fusion, IsTheConvexCombinationOfNormalisedScores) {
  const auto hits = fuse({both(1, 10, 0.80), both(2, 5, 0.90), both(3, 0, 0.85)}, 0.6, 1.0);
  ASSERT_EQ(hits.size(), 3u);
  EXPECT_EQ(hits[0].chunk, 2);
  EXPECT_NEAR(hits[0].score, 0.6 * 1.0 + 0.4 * 0.5, 1e-9);
  EXPECT_EQ(hits[1].chunk, 1);
  EXPECT_NEAR(hits[1].score, 0.4, 1e-9);
  EXPECT_NEAR(hits[2].score, 0.6 * 0.5, 1e-9);
}

TEST(Fusion, WithoutCommonTermsTheDenseSideDecides) {
  // A stray match (a name, a digit) must not lift the wrong passage.
  const std::vector<Candidate> candidates = {both(1, 2, 0.80), both(2, 0, 0.90)};
  EXPECT_THAT(order(fuse(candidates, 0.3, 1.0)), ElementsAre(1, 2));
  EXPECT_THAT(order(fuse(candidates, 0.3, 0.05)), ElementsAre(2, 1));
}

TEST(Fusion, ChunkWithoutVectorIsJudgedByItsText) {
  std::vector<Candidate> candidates = {both(1, 4, 0.9), both(2, 1, 0.7)};
  candidates.push_back({.chunk = 3, .text = 10});
  EXPECT_THAT(order(fuse(candidates, 0.6, 1.0)), ElementsAre(3, 1, 2));
}

TEST(Fusion, PhrasesComeFirst) {
  std::vector<Candidate> candidates = {both(1, 10, 0.9), both(2, 1, 0.5)};
  candidates[1].phrase = true;
  const auto hits = fuse(candidates, 0.6, 1.0);
  EXPECT_THAT(order(hits), ElementsAre(2, 1));
  EXPECT_GE(hits[0].score, 0.5);
  EXPECT_LE(hits[0].score, 1.0);
}

TEST(Fusion, EqualScoresAreOrderedByChunk) {
  EXPECT_THAT(order(fuse({both(9, 1, 0.5), both(4, 1, 0.5), both(7, 1, 0.5)}, 0.5, 1.0)),
              ElementsAre(4, 7, 9));
}

TEST(Fusion, NothingIsNothing) { EXPECT_TRUE(fuse({}, 0.6, 1.0).empty()); }

}  // namespace
}  // namespace cvp::vector
