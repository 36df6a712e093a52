#include "chat/warmer.h"

#include <gtest/gtest.h>

#include "sys/files.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::chat {
namespace {

class WarmerTest : public ::testing::Test {
 protected:
  store::CollectionId collection(const char* name, int documents) {
    const store::CollectionId id = store_->ensure_collection(name).value();
    for (int i = 0; i < documents; ++i) {
      const std::string text = fmt::format("Passage {} of {}.", i, name);
      const auto put = store_->put(testing::plain_revision(id, fmt::format("{}{}", name, i), text), text);
      chunks_.push_back(store_->document_chunks(put.value().document).value().front().id);
    }
    return id;
  }

  sys::TempFolder folder_ = sys::TempFolder::create().value();
  testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = store::Store::open(folder_.path(), clock_).value();
  std::unique_ptr<vector::Index> index_ = vector::Index::open(folder_.path() / "index", *store_).value();
  prompt::Library prompts_ = prompt::Library::load().value();
  testing::FakeGenerator generator_;
  std::vector<store::ChunkId> chunks_;
};

TEST_F(WarmerTest, TheLastAnswersPassagesComeFirstAndSmallCollectionsWhole) {
  const store::CollectionId small = collection("small", 3);
  Answer last;
  last.considered = {{.chunk = chunks_[2]}};
  EXPECT_EQ(worth_warming(*store_, {}, last, 5).value(),
            (std::vector<store::ChunkId>{chunks_[2], chunks_[0], chunks_[1]}));
  collection("large", 6);
  EXPECT_EQ(worth_warming(*store_, {}, last, 5).value(), std::vector<store::ChunkId>{chunks_[2]});
  EXPECT_EQ(worth_warming(*store_, {small}, {}, 5).value().size(), 3u);
}

TEST_F(WarmerTest, StopWaitsForTheThread) {
  collection("small", 3);
  Answerer answerer({.store = *store_,
                     .index = *index_,
                     .prompts = prompts_,
                     .clock = clock_,
                     .generator = &generator_,
                     .calibration = shipped_calibration("test").value()});
  Warmer warmer(answerer);
  warmer.stop();
  warmer.begin(chunks_, Lang::en);
  warmer.stop();
  EXPECT_LE(generator_.warmed, 3u);
  const auto before = generator_.warmed;
  warmer.stop();
  EXPECT_EQ(generator_.warmed, before);
}

}  // namespace
}  // namespace cvp::chat
