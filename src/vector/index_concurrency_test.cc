// Searches beside one catch-up and a writer of documents. Meant to be run under ThreadSanitizer too.
#include <atomic>
#include <thread>

#include "vector/index_fixture_test.h"

namespace cvp::vector {
namespace {

using IndexConcurrencyTest = IndexFixture;

TEST_F(IndexConcurrencyTest, SearchesBesideCatchUps) {
  testing::FakeEmbedder query_embedder, passage_embedder;
  const auto stays = add("这一段始终都在：海底电缆");
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&, i] {
      testing::FakeEmbedder mine;
      while (!done) {
        const auto result = index_->search("海底电缆", {.mode = i == 0 ? Mode::text : Mode::hybrid},
                                           i == 0 ? nullptr : &mine, cancel_);
        ASSERT_TRUE(result.has_value()) << result.error().message.en;
        bool seen = false;
        for (const Hit& hit : result->hits) {
          const auto chunk = store_->chunks(std::vector{hit.chunk});
          ASSERT_TRUE(chunk.has_value());
          seen = seen || (!chunk->empty() && chunk->at(0).document == stays);
        }
        ASSERT_TRUE(seen);
      }
    });
  std::thread embedding([&] {
    while (!done) {
      const auto caught_up = index_->catch_up_vectors(passage_embedder, {}, cancel_);
      ASSERT_TRUE(caught_up.has_value()) << caught_up.error().message.en;
    }
  });
  for (int i = 0; i < 60; ++i) {
    const auto id = add("第 " + std::to_string(i) + " 段会变动的文字");
    if (i % 3 == 0) must(store_->remove_document(id));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  embedding.join();
  EXPECT_EQ(must(index_->status(nullptr)).chunks, 41u);
}

}  // namespace
}  // namespace cvp::vector
