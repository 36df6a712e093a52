#include "vector/dense_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

#include "vector/index_file.h"

namespace cvp::vector {
namespace {

using ::testing::ElementsAre;

constexpr uint32_t kDimension = 4;

model::EmbedderIdentity named(std::string name) {
  model::EmbedderIdentity out;
  out.name = std::move(name);
  out.dimension = kDimension;
  return out;
}

class DenseIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = open_index_file(folder_.path());
    ASSERT_TRUE(opened.has_value()) << opened.error().message.en;
    file_ = std::move(*opened);
    const auto stamp = DenseIndex::stamp_id(*file_.writer, named("an embedder"));
    ASSERT_TRUE(stamp.has_value()) << stamp.error().message.en;
    stamp_ = *stamp;
  }
  /// Vectors that tell whose they are.
  Result<void> write(const std::vector<store::ChunkId>& chunks) {
    std::vector<std::vector<float>> vectors;
    for (const store::ChunkId chunk : chunks) vectors.emplace_back(kDimension, static_cast<float>(chunk));
    return DenseIndex::write(*file_.writer, stamp_, chunks, vectors);
  }
  static std::vector<float> scores(const DenseIndex& index) {
    std::vector<float> out;
    index.score_all({1, 0, 0, 0}, out);
    return out;
  }

  sys::TempFolder folder_ = *sys::TempFolder::create();
  IndexFile file_;
  int64_t stamp_ = 0;
};

TEST_F(DenseIndexTest, WhatIsWrittenIsLoaded) {
  ASSERT_TRUE(write({3, 8}));
  ASSERT_TRUE(write({5}));
  const auto loaded = DenseIndex::load(*file_.reader, stamp_, kDimension);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message.en;
  EXPECT_THAT(loaded->ids(), ElementsAre(3, 5, 8));
  EXPECT_THAT(scores(*loaded), ElementsAre(3, 5, 8));
}

TEST_F(DenseIndexTest, VectorsStayWithTheirChunksWhileOthersAreWritten) {
  constexpr store::ChunkId kChunks = 600;
  std::atomic<bool> done = false;
  const std::jthread writing([&] {
    for (store::ChunkId chunk = kChunks; chunk > 0; --chunk)  // each lands before all that are there
      EXPECT_TRUE(write({chunk}));
    done = true;
  });
  size_t most = 0;
  while (!done) {
    const auto loaded = DenseIndex::load(*file_.reader, stamp_, kDimension);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message.en;
    const std::vector<float> told = scores(*loaded);
    ASSERT_EQ(told.size(), loaded->ids().size());
    for (size_t row = 0; row < told.size(); ++row)
      ASSERT_EQ(told[row], static_cast<float>(loaded->ids()[row])) << row;
    most = std::max(most, told.size());
  }
  EXPECT_GT(most, 0u) << "nothing was loaded beside the writer";
}

TEST_F(DenseIndexTest, RemovedForEveryEmbedder) {
  ASSERT_TRUE(write({1, 2, 3}));
  stamp_ = *DenseIndex::stamp_id(*file_.writer, named("another embedder"));
  ASSERT_TRUE(write({1, 2}));
  EXPECT_TRUE(*DenseIndex::remove(*file_.writer, {1, 3}));
  EXPECT_FALSE(*DenseIndex::remove(*file_.writer, {1, 3}));
  EXPECT_EQ(**file_.reader->integer("SELECT count(*) FROM dense_vectors"), 2);
}

TEST_F(DenseIndexTest, RowsThatAreNoVectorsAreCorrupt) {
  ASSERT_TRUE(write({1}));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    ASSERT_TRUE(DenseIndex::write(*file_.writer, stamp_, {2}, {{1, 2, bad, 4}}));
    const auto loaded = DenseIndex::load(*file_.reader, stamp_, kDimension);
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().code, Errc::corrupt);
  }
  ASSERT_TRUE(DenseIndex::write(*file_.writer, stamp_, {2}, {{1, 2, 3}}));
  const auto loaded = DenseIndex::load(*file_.reader, stamp_, kDimension);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace cvp::vector
