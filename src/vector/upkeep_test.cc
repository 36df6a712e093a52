// What happens to the file over time: segments are merged, removed words leave it, damage is mended, another
// tokenizer costs no vectors; and a search does not wait for any of that.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/sqlite.h"
#include "vector/index_fixture_test.h"
#include "vector/merge.h"

namespace cvp::vector {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class UpkeepTest : public IndexFixture {
 protected:
  sys::Path file() const { return folder_.path() / "index" / "index.db"; }
  std::unique_ptr<store::Database> database() { return must(store::Database::open(file(), {})); }
  int64_t rows(const std::string& table) {
    const std::string sql = "SELECT count(*) FROM " + table;
    return must(database()->integer(sql)).value();
  }
};

TEST_F(UpkeepTest, ManySmallSegmentsBecomeFew) {
  std::vector<store::DocumentId> ids;
  for (int i = 0; i < 40; ++i) {
    ids.push_back(add("共同的词，第 " + std::to_string(i) + " 段 code-" + std::to_string(i)));
    search("共同");  // each search indexes what is new: a segment of one chunk
  }
  index_.reset();
  EXPECT_LE(rows("text_segments"), static_cast<int64_t>(kMaxSegments));
  reopen();
  EXPECT_EQ(search("共同的词", {.k = 100, .mode = Mode::text}).size(), 40u);
  for (int i = 0; i < 40; ++i)
    EXPECT_THAT(found("code-" + std::to_string(i), {.k = 1, .mode = Mode::text}),
                ElementsAre(ids[static_cast<size_t>(i)]));
}

TEST_F(UpkeepTest, RemovedWordsLeaveTheFile) {
  testing::FakeEmbedder embedder;
  std::vector<store::DocumentId> ids;
  for (int i = 0; i < 30; ++i)
    ids.push_back(add("common text secret" + std::to_string(i * 7919) + "word 其余文字"));
  embed_all(embedder);
  for (size_t i = 0; i < ids.size(); i += 2) must(store_->remove_document(ids[i]));
  embed_all(embedder);
  std::string bytes = must(sys::read_file(file(), 64 << 20));
  if (const sys::Path log = file().string() + "-wal"; sys::exists(log))
    bytes += must(sys::read_file(log, 64 << 20));
  for (int i = 0; i < 30; ++i) {
    const bool there = bytes.find("secret" + std::to_string(i * 7919) + "word") != std::string::npos;
    EXPECT_EQ(there, i % 2 == 1) << i;
  }
  EXPECT_EQ(search("common", {.k = 100, .mode = Mode::text}).size(), 15u);
  reopen();
  EXPECT_EQ(search("common", {.k = 100, .mode = Mode::text}).size(), 15u);
  EXPECT_EQ(must(index_->status(&embedder.identity())).with_vector, 15u);
}

TEST_F(UpkeepTest, VectorsOfWhatIsRemovedLeaveTheFileWithoutAnEmbedder) {
  testing::FakeEmbedder embedder;
  std::vector<store::DocumentId> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(add("第 " + std::to_string(i) + " 段不长的文字"));
  embed_all(embedder);
  EXPECT_EQ(rows("dense_vectors"), 6);
  for (size_t i = 0; i < 4; ++i) must(store_->remove_document(ids[i]));
  must(index_->catch_up_text({}, cancel_));
  EXPECT_EQ(rows("dense_vectors"), 2);
  EXPECT_EQ(must(index_->status(&embedder.identity())).with_vector, 2u);
}

TEST_F(UpkeepTest, VectorsOfWhatIsRemovedLeaveWithARebuildToo) {
  testing::FakeEmbedder embedder;
  std::string many;
  for (int i = 0; i < 1100; ++i) many += "第 " + std::to_string(i) + " 段\n\n";
  const auto gone = add(many, 8);
  add("留下的一段");
  embed_all(embedder);
  ASSERT_GT(rows("dense_vectors"), 1001);
  must(store_->remove_document(gone));
  must(index_->catch_up_text({}, cancel_));
  EXPECT_EQ(rows("text_chunks"), 1) << "rebuilt";
  EXPECT_EQ(rows("dense_vectors"), 1);
}

TEST_F(UpkeepTest, WhatComesBackFromTheTrashIsFoundAgain) {
  const auto purged = add("先进回收站再恢复的灯塔");
  must(index_->catch_up_text({}, cancel_));
  must(store_->trash_document(purged));
  must(index_->catch_up_text({}, cancel_));
  EXPECT_THAT(found("灯塔"), IsEmpty());
  must(store_->restore_document(purged));
  EXPECT_THAT(found("灯塔"), ElementsAre(purged));

  const auto never_indexed = add("还没建索引就进了回收站的风车");
  must(store_->trash_document(never_indexed));
  add("别的文字");
  must(index_->catch_up_text({}, cancel_));
  must(store_->restore_document(never_indexed));
  EXPECT_THAT(found("风车"), ElementsAre(never_indexed));
}

TEST_F(UpkeepTest, DamageFoundWhileSearchingIsMended) {
  testing::FakeEmbedder embedder;
  embedder_ = &embedder;
  const auto id = add("损坏之后也能找到这一段");
  embed_all(embedder);
  ASSERT_THAT(found("也能找到"), Contains(id));
  must(database()->execute("UPDATE text_postings SET data = x'ff'"));
  EXPECT_THAT(found("也能找到"), Contains(id));
  EXPECT_THAT(must(index_->status(nullptr)).notes, Not(IsEmpty()));
  embed_all(embedder);
  reopen();
  must(database()->execute("UPDATE dense_vectors SET data = x'00'"));
  EXPECT_THAT(found("也能找到", {}), Contains(id)) << "a vector of a wrong size";
}

TEST_F(UpkeepTest, AnotherTokenizerKeepsTheVectors) {
  testing::FakeEmbedder embedder;
  const auto id = add("词项会重新生成");
  embed_all(embedder);
  index_.reset();
  const int64_t version = must(database()->integer("PRAGMA user_version")).value();
  must(database()->execute("PRAGMA user_version = " + std::to_string(version + 1)));
  reopen();
  EXPECT_THAT(found("重新生成"), ElementsAre(id));
  EXPECT_EQ(must(index_->status(&embedder.identity())).with_vector, 1u);
  EXPECT_EQ(must(index_->status(nullptr)).notes.size(), 1u);
}

TEST_F(UpkeepTest, AnotherFormatIsMadeAnew) {
  const auto id = add("格式变了");
  must(index_->catch_up_text({}, cancel_));
  index_.reset();
  must(database()->execute("PRAGMA user_version = 999001; DROP TABLE text_postings"));
  reopen();
  EXPECT_THAT(found("格式变了"), ElementsAre(id));
}

/// Stays in embed() until it is let go.
class SlowEmbedder : public testing::FakeEmbedder {
 public:
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override {
    std::unique_lock lock(mutex_);
    inside_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return free_; });
    return FakeEmbedder::embed(texts, role, cancel);
  }
  void wait_until_inside() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    free_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool inside_ = false, free_ = false;
};

TEST_F(UpkeepTest, SearchDoesNotWaitForEmbedding) {
  SlowEmbedder slow;
  add("先有的一段");
  std::thread embedding([&] { EXPECT_TRUE(index_->catch_up_vectors(slow, {}, cancel_)); });
  slow.wait_until_inside();
  const auto fresh = add("后来的一段：立刻能找到");
  EXPECT_THAT(found("立刻能找到"), ElementsAre(fresh));
  EXPECT_EQ(must(index_->status(nullptr)).with_text, 2u);
  must(store_->remove_document(fresh));
  EXPECT_THAT(found("立刻能找到"), Not(Contains(fresh)));
  slow.let_go();
  embedding.join();
  EXPECT_EQ(must(index_->status(&slow.identity())).with_vector, 1u);
}

}  // namespace
}  // namespace cvp::vector
