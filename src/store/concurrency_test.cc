// Readers beside the writer: every reader sees whole documents only. Meant to be run under ThreadSanitizer
// too.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/store.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::store {
namespace {

std::string body(int number) {
  return std::to_string(number) + ":" +
         std::string(20'000 + number * 100, static_cast<char>('a' + number % 26));
}

void read_everything(Store& store) {
  const auto chunks = store.live_chunks_after(0, 1000);
  ASSERT_TRUE(chunks.has_value()) << chunks.error().message.en;
  for (const Chunk& chunk : *chunks)
    ASSERT_EQ(chunk.text.size(), chunk.where.span.end - chunk.where.context_begin);
  const auto all = store.documents(0);
  ASSERT_TRUE(all.has_value());
  for (const DocumentInfo& info : *all) {
    const auto text = store.text(info.revision, {0, 4});
    ASSERT_TRUE(text || text.error().code == Errc::not_found)
        << text.error().message.en;  // removed meanwhile
  }
}

TEST(Concurrency, ReadersBesideWriters) {
  auto folder = *sys::TempFolder::create();
  testing::FakeClock clock;
  auto store = *Store::open(folder.path(), clock);
  const CollectionId collection = *store->ensure_collection(kDefaultCollection);
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i)
    readers.emplace_back([&] {
      while (!done) read_everything(*store);
    });
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 30; ++i) {
        const std::string text = body(2 * i + w);
        const auto put = store->put(
            testing::plain_revision(collection, "/" + std::to_string((2 * i + w) % 10), text), text);
        ASSERT_TRUE(put.has_value()) << put.error().message.en;
        if (i % 4 == 3) {
          const auto removed = store->remove_document(put->document);
          ASSERT_TRUE(removed || removed.error().code == Errc::not_found) << removed.error().message.en;
        }
      }
    });
  for (std::thread& writer : writers) writer.join();
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(store->verify(true, {})->empty());
}

}  // namespace
}  // namespace cvp::store
