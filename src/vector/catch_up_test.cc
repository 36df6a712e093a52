// The index follows the store: what is added is found, what is removed is gone, vectors are made once and
// never mixed.
#include "vector/index_fixture_test.h"

namespace cvp::vector {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

using CatchUpTest = IndexFixture;

TEST_F(CatchUpTest, EmptyStoreFindsNothing) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  EXPECT_THAT(search("什么", {}), IsEmpty());
  EXPECT_THAT(search("", {}), IsEmpty());
  embed_all(embedder);
  EXPECT_EQ(embedder.calls, 0u);
}

TEST_F(CatchUpTest, RemovedIsGoneAtOnceFromEverySide) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  const auto gone = add("部署需要八十吉字节显存"), kept = add("部署需要十六吉字节内存");
  embed_all(embedder);
  must(store_->remove_document(gone));
  for (Mode mode : {Mode::text, Mode::dense, Mode::hybrid})
    EXPECT_THAT(found("部署需要显存", {.mode = mode}), ElementsAre(kept)) << static_cast<int>(mode);
  EXPECT_EQ(must(index_->status(&embedder.identity())).chunks, 1u);
}

TEST_F(CatchUpTest, NewRevisionReplacesTheOldOne) {
  const std::string uri = "/changing";
  const std::string before = "旧的内容提到紫色", after = "新的内容提到橙色";
  must(store_->put(testing::plain_revision(collection_, uri, before), before));
  EXPECT_EQ(search("紫色").size(), 1u);
  must(store_->put(testing::plain_revision(collection_, uri, after), after));
  EXPECT_THAT(search("紫色"), IsEmpty());
  EXPECT_EQ(search("橙色").size(), 1u);
}

TEST_F(CatchUpTest, CollectionsAndExcludedDocumentsAreFilters) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  const auto mine = add("显存多大");
  collection_ = must(store_->ensure_collection("other"));
  const auto theirs = add("显存很大");
  embed_all(embedder);
  for (Mode mode : {Mode::text, Mode::dense, Mode::hybrid}) {
    EXPECT_THAT(found("显存", {.mode = mode, .collections = {collection_}}), ElementsAre(theirs));
    EXPECT_THAT(found("显存", {.mode = mode, .exclude_documents = {theirs}}), ElementsAre(mine));
    EXPECT_EQ(found("显存", {.mode = mode}).size(), 2u);
  }
}

TEST_F(CatchUpTest, WhatAFilterHidesChangesNoScore) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  for (int i = 0; i < 10; ++i)
    add("显存与内存，第 " + std::to_string(i) + " 段" + std::string(static_cast<size_t>(i), 'x'));
  embed_all(embedder);
  const SearchOptions mine{.k = 20, .collections = {collection_}};
  const auto before = search("显存 第 3 段", mine);
  collection_ = must(store_->ensure_collection("theirs"));
  for (int i = 0; i < 10; ++i) add("显存显存，他人的第 3 段，写得长一些也没有关系 " + std::to_string(i));
  embed_all(embedder);
  const auto after = search("显存 第 3 段", mine);
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].chunk, before[i].chunk);
    EXPECT_EQ(after[i].score, before[i].score);
    EXPECT_EQ(after[i].text_score, before[i].text_score);
  }
}

TEST_F(CatchUpTest, VectorsAreMadeOnceAndSurviveReopening) {
  testing::FakeEmbedder embedder;
  for (int i = 0; i < 40; ++i) add("第 " + std::to_string(i) + " 段文字");
  embed_all(embedder);
  EXPECT_EQ(embedder.embedded, 40u);
  reopen();
  embed_all(embedder);
  EXPECT_EQ(embedder.embedded, 40u);
  const Status status = must(index_->status(&embedder.identity()));
  EXPECT_EQ(status.with_vector, 40u);
  EXPECT_EQ(status.with_text, 40u);
  EXPECT_EQ(status.embedder_stamp, embedder.identity().stamp());
  EXPECT_FALSE(status.rebuilding);
}

/// Fails after some texts, as an engine that dies does.
class DyingEmbedder : public testing::FakeEmbedder {
 public:
  explicit DyingEmbedder(uint64_t texts) : texts_(texts) {}
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override {
    if (embedded + texts.size() > texts_) fail = true;
    return FakeEmbedder::embed(texts, role, cancel);
  }

 private:
  uint64_t texts_;
};

TEST_F(CatchUpTest, FailureKeepsTheBatchesBefore) {
  for (int i = 0; i < 300; ++i)
    add("第 " + std::to_string(i) + " 段" + std::string(static_cast<size_t>(i * 7 % 200), 'x'));
  DyingEmbedder dying(150);
  EXPECT_FALSE(index_->catch_up_vectors(dying, {}, cancel_));
  ASSERT_GT(dying.embedded, 0u) << "one batch held everything: this tests nothing";
  reopen();
  EXPECT_EQ(must(index_->status(&dying.identity())).with_vector, dying.embedded);
  testing::FakeEmbedder well;
  embed_all(well);
  EXPECT_EQ(well.embedded + dying.embedded, 300u);
}

TEST_F(CatchUpTest, CancelledCatchUpSaysSo) {
  for (int i = 0; i < 10; ++i) add("段 " + std::to_string(i));
  testing::FakeEmbedder embedder;
  CancelToken stop;
  stop.cancel();
  EXPECT_EQ(index_->catch_up_vectors(embedder, {}, stop).error().code, Errc::cancelled);
}

TEST_F(CatchUpTest, AnotherEmbedderIsNeverMixed) {
  testing::FakeEmbedder old_one("old", 64), new_one("new", 32);
  for (int i = 0; i < 5; ++i) add("第 " + std::to_string(i) + " 段显存");
  embed_all(old_one);
  embedder_ = &new_one;
  EXPECT_FALSE(must(index_->search("显存", {}, &new_one, cancel_)).dense_used);
  EXPECT_TRUE(must(index_->search("显存", {}, &old_one, cancel_)).dense_used);
  Status status = must(index_->status(&new_one.identity()));
  EXPECT_TRUE(status.rebuilding);
  EXPECT_EQ(status.with_vector, 0u);
  embed_all(new_one);
  status = must(index_->status(&new_one.identity()));
  EXPECT_FALSE(status.rebuilding);
  EXPECT_EQ(status.with_vector, 5u);
  EXPECT_TRUE(must(index_->search("显存", {}, &new_one, cancel_)).dense_used);
  EXPECT_FALSE(must(index_->search("显存", {}, &old_one, cancel_)).dense_used)
      << "the old vectors are removed";
}

TEST_F(CatchUpTest, FailingEmbedderFallsBackToText) {
  testing::FakeEmbedder embedder;
  const auto id = add("显存多大");
  embed_all(embedder);
  embedder.fail = true;
  const auto result = must(index_->search("显存", {}, &embedder, cancel_));
  EXPECT_FALSE(result.dense_used);
  ASSERT_EQ(result.hits.size(), 1u);
  EXPECT_EQ(must(store_->chunks(std::vector{result.hits[0].chunk})).at(0).document, id);
}

TEST_F(CatchUpTest, DenseFindsWhatHasNoCommonTerm) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  add("显存");
  embed_all(embedder);
  EXPECT_EQ(search("zzz", {.mode = Mode::text}).size(), 0u);
  EXPECT_EQ(search("zzz", {.mode = Mode::dense}).size(), 1u);
  EXPECT_EQ(search("zzz", {.mode = Mode::hybrid}).size(), 1u);
}

TEST_F(CatchUpTest, ChunkWithoutVectorIsStillFound) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  for (int i = 0; i < 20; ++i) add("甲乙丙丁第 " + std::to_string(i) + " 段");
  embed_all(embedder);
  const auto fresh = add("量子纠缠的实验记录");
  const auto hits = found("量子纠缠的实验", {.k = 3});
  ASSERT_FALSE(hits.empty());
  EXPECT_EQ(hits.front(), fresh);
}

TEST_F(CatchUpTest, DamagedFileIsRebuilt) {
  const auto id = add("损坏后仍能找到");
  EXPECT_THAT(found("仍能找到"), Contains(id));
  const sys::Path file = folder_.path() / "index" / "index.db";
  for (const std::string& bytes :
       {std::string("not a database at all"), std::string(), std::string(100'000, 'z')}) {
    index_.reset();
    must(sys::write_file_atomic(file, bytes));
    reopen();
    EXPECT_THAT(found("仍能找到"), Contains(id));
  }
  index_.reset();
  must(sys::remove_tree(folder_.path() / "index"));
  reopen();
  EXPECT_THAT(found("仍能找到"), Contains(id));
}

TEST_F(CatchUpTest, FlippedBytesNeverCrash) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  for (int i = 0; i < 50; ++i)
    add("第 " + std::to_string(i) + " 段关于显存和内存的文字 " + std::to_string(i * 37));
  embed_all(embedder);
  index_.reset();
  const sys::Path file = folder_.path() / "index" / "index.db";
  const std::string good = must(sys::read_file(file, 64 << 20));
  for (unsigned round = 0; round < 40; ++round) {
    std::string bad = good;
    for (unsigned i = 0; i < 30; ++i)
      bad[(round * 7919 + i * 104729) % bad.size()] ^= static_cast<char>(1 << (i % 8));
    must(sys::write_file_atomic(file, bad));
    auto opened = Index::open(folder_.path() / "index", *store_);
    if (!opened) continue;
    (void)(*opened)->search("显存", {}, &embedder, cancel_);
    (void)(*opened)->catch_up_vectors(embedder, {}, cancel_);
    (void)(*opened)->status(&embedder.identity());
  }
}

TEST_F(CatchUpTest, ExplainAgreesWithSearch) {
  testing::FakeEmbedder embedder;
  for (int i = 0; i < 30; ++i)
    add("第 " + std::to_string(i) + " 段" + (i % 3 == 0 ? "提到显存" : "提到内存"));
  embed_all(embedder);
  const auto result = must(index_->search("显存 第 6 段 banana", {.k = 30}, &embedder, cancel_));
  for (const Hit& hit : result.hits) {
    const auto why = must(index_->explain("显存 第 6 段 banana", hit.chunk, {.k = 30}, &embedder, cancel_));
    EXPECT_EQ(why.hit.text_rank, hit.text_rank);
    EXPECT_EQ(why.hit.dense_rank, hit.dense_rank);
    EXPECT_NEAR(why.hit.score, hit.score, 1e-6);
    EXPECT_THAT(why.terms_missing, Contains("banana"));
    EXPECT_THAT(why.terms_found, Not(IsEmpty()));
    EXPECT_EQ(why.chunks_searched, 30u);
  }
  EXPECT_FALSE(index_->explain("显存", 999'999, {}, &embedder, cancel_));
}

}  // namespace
}  // namespace cvp::vector
