// A store and an index in a folder of their own, for the tests of this room.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "store/store.h"
#include "testing/documents.h"
#include "testing/fakes.h"
#include "vector/index.h"

namespace cvp::vector {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message.en);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class IndexFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = must(store::Store::open(folder_.path(), clock_));
    collection_ = must(store_->ensure_collection(store::kDefaultCollection));
    index_ = must(Index::open(folder_.path() / "index", *store_));
  }
  void reopen() {
    index_.reset();
    index_ = must(Index::open(folder_.path() / "index", *store_));
  }
  store::DocumentId add(std::string_view text, size_t chunk_bytes = 100'000) {
    const std::string uri = "/doc-" + std::to_string(next_++);
    return must(store_->put(testing::plain_revision(collection_, uri, text, chunk_bytes), text)).document;
  }
  std::vector<Hit> search(std::string_view query, SearchOptions options = {.mode = Mode::text}) {
    return must(index_->search(query, options, embedder_, cancel_)).hits;
  }
  /// Documents of the hits, best first.
  std::vector<store::DocumentId> found(std::string_view query, SearchOptions options = {.mode = Mode::text}) {
    std::vector<store::ChunkId> ids;
    for (const Hit& hit : search(query, options)) ids.push_back(hit.chunk);
    std::vector<store::DocumentId> out;
    for (const store::Chunk& chunk : must(store_->chunks(ids))) out.push_back(chunk.document);
    return out;
  }
  void embed_all(model::Embedder& embedder) { must(index_->catch_up_vectors(embedder, {}, cancel_)); }

  sys::TempFolder folder_ = must(sys::TempFolder::create());
  testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  store::CollectionId collection_ = 0;
  std::unique_ptr<Index> index_;
  model::Embedder* embedder_ = nullptr;
  CancelToken cancel_;
  int next_ = 0;
};

}  // namespace cvp::vector
