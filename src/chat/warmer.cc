#include "chat/warmer.h"

#include <algorithm>

namespace cvp::chat {

Result<std::vector<store::ChunkId>> worth_warming(store::Store& store,
                                                  const std::vector<store::CollectionId>& collections,
                                                  const Answer& last, size_t limit) {
  std::vector<store::ChunkId> out;
  const auto want = [&](store::ChunkId chunk) {
    if (out.size() < limit && std::ranges::find(out, chunk) == out.end()) out.push_back(chunk);
  };
  for (const Considered& one : last.considered) want(one.chunk);
  std::vector<store::ChunkId> all;
  for (const store::Collection& collection : TRY(store.collections())) {
    const bool asked =
        collections.empty() || std::ranges::find(collections, collection.id) != collections.end();
    if (!asked) continue;
    for (const store::DocumentInfo& document : TRY(store.documents(collection.id))) {
      if (all.size() + document.chunks > limit) return out;  // not small: what is likely cannot be told
      for (const store::Chunk& chunk : TRY(store.document_chunks(document.id))) all.push_back(chunk.id);
    }
  }
  for (const store::ChunkId chunk : all) want(chunk);
  return out;
}

void Warmer::begin(std::vector<store::ChunkId> chunks, Lang lang) {
  stop();
  cancel_ = CancelToken();
  thread_ = std::jthread([this, chunks = std::move(chunks), lang, cancel = cancel_] {
    // What goes wrong here comes again, and is told, when a question needs it.
    (void)answerer_.warm(chunks, lang, cancel);
  });
}

void Warmer::stop() {
  cancel_.cancel();
  if (thread_.joinable()) thread_.join();
}

}  // namespace cvp::chat
