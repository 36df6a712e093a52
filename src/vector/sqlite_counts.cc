// How many chunks of a collection or document have a vector: asked for whenever a page shows the library, so
// that it must not read vectors nor hold a search up.
#include <algorithm>

#include "vector/sqlite_index.h"

namespace cvp::vector {

Result<void> SqliteIndex::load_embedded(const model::EmbedderIdentity* embedder) {
  const std::string wanted =
      embedder != nullptr ? embedder->stamp() : TRY(own(DenseIndex::complete_stamp(*file_.reader)));
  const int64_t stamp = TRY(own(DenseIndex::find_stamp(*file_.reader, wanted)));
  if (stamp == embedded_.stamp) return {};
  embedded_ = {};
  if (stamp == 0) return {};
  const std::vector<store::ChunkId> have = TRY(own(DenseIndex::chunks_with_vector(*file_.reader, stamp)));
  embedded_ = {.stamp = stamp, .chunks = {have.begin(), have.end()}};
  return {};
}

Result<std::map<store::CollectionId, uint64_t>> SqliteIndex::vectors_by_collection(
    const model::EmbedderIdentity* embedder) {
  return mending([&]() -> Result<std::map<store::CollectionId, uint64_t>> {
    std::map<store::CollectionId, uint64_t> out;
    const std::lock_guard lock(searching_);
    TRY(refresh_live());
    TRY(load_embedded(embedder));
    for (const TextIndex::Indexed& one : text_.chunks())
      if (one.live && embedded_.chunks.contains(one.id)) ++out[one.collection];
    return out;
  });
}

Result<std::map<store::DocumentId, uint64_t>> SqliteIndex::vectors_by_document(
    std::span<const store::DocumentId> documents, const model::EmbedderIdentity* embedder) {
  return mending([&]() -> Result<std::map<store::DocumentId, uint64_t>> {
    std::map<store::DocumentId, uint64_t> out;
    for (const store::DocumentId document : documents) out[document] = 0;
    const std::lock_guard lock(searching_);
    TRY(refresh_live());
    TRY(load_embedded(embedder));
    auto at = out.end();
    store::DocumentId document = 0;  // its chunks stand together: it is looked up once
    for (const TextIndex::Indexed& one : text_.chunks()) {
      if (!one.live) continue;
      if (one.document != document) {
        document = one.document;
        at = out.find(document);
      }
      if (at != out.end() && embedded_.chunks.contains(one.id)) ++at->second;
    }
    return out;
  });
}

}  // namespace cvp::vector
