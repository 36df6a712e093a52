// The vectors of SqliteIndex: making them, loading them, finding them by slot.
#include <algorithm>

#include "vector/sqlite_index.h"
#include "vector/terms.h"

namespace cvp::vector {
namespace {

constexpr size_t kChunksPerWindow = 256;  // sorted by length together, so that a batch holds equals
constexpr size_t kChunksPerBatch = 32;    // durable together: what a crash can cost
constexpr int kMostPasses = 1000;         // documents may keep coming while others are embedded

}  // namespace

Result<std::vector<store::ChunkId>> SqliteIndex::without_vector(const model::EmbedderIdentity& identity) {
  std::vector<store::ChunkId> live, missing, gone;
  for (const store::Store::LiveChunk& one : TRY(store_.live_chunks())) live.push_back(one.id);
  const std::lock_guard writing(writing_);
  const int64_t stamp = TRY(own(DenseIndex::stamp_id(*file_.writer, identity)));
  const std::vector<store::ChunkId> have = TRY(own(DenseIndex::chunks_with_vector(*file_.writer, stamp)));
  std::ranges::set_difference(live, have, std::back_inserter(missing));
  std::ranges::set_difference(have, live, std::back_inserter(gone));
  TRY(remove_vectors(gone));
  return missing;
}

Result<void> SqliteIndex::remove_vectors(const std::vector<store::ChunkId>& gone) {
  if (gone.empty() || !TRY(own(DenseIndex::remove(*file_.writer, gone)))) return {};
  const std::lock_guard lock(searching_);
  dense_.reset();
  rows_mapped_ = false;
  for (const store::ChunkId chunk : gone) embedded_.chunks.erase(chunk);
  return {};
}

Result<size_t> SqliteIndex::embed_window(model::Embedder& embedder, std::span<const store::ChunkId> ids,
                                         const CancelToken& cancel) {
  std::vector<std::pair<std::string, store::ChunkId>> all;
  for (const store::Chunk& chunk : TRY(store_.chunks(ids))) all.emplace_back(indexed_text(chunk), chunk.id);
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.second < b.second;
  });
  for (size_t begin = 0; begin < all.size(); begin += kChunksPerBatch) {
    if (cancel.cancelled()) return fail_cancelled();
    std::vector<std::string> texts;
    std::vector<store::ChunkId> batch;
    for (size_t i = begin; i < std::min(begin + kChunksPerBatch, all.size()); ++i) {
      texts.push_back(std::move(all[i].first));
      batch.push_back(all[i].second);
    }
    const std::vector<std::vector<float>> vectors =
        TRY(embedder.embed(texts, model::TextRole::passage, cancel));
    const size_t dimension = embedder.identity().dimension;
    if (vectors.size() != batch.size() ||
        std::ranges::any_of(vectors, [&](const auto& one) { return one.size() != dimension; }))
      return fail(Errc::failed,
                  text("{} gave vectors of a wrong size", "{} 给出的向量大小不对", embedder.identity().name));
    const std::lock_guard writing(writing_);
    const int64_t stamp = TRY(own(DenseIndex::stamp_id(*file_.writer, embedder.identity())));
    TRY(own(DenseIndex::write(*file_.writer, stamp, batch, vectors)));
    // A search that loaded the vectors just now has this batch already: a second row of a chunk does no harm.
    const std::lock_guard lock(searching_);
    if (embedded_.stamp == stamp) embedded_.chunks.insert(batch.begin(), batch.end());
    if (!dense_ || dense_->stamp() != stamp) continue;
    dense_->append(batch, vectors);
    rows_mapped_ = false;
  }
  return all.size();
}

Result<void> SqliteIndex::catch_up_vectors(model::Embedder& embedder, const OnProgress& on_progress,
                                           const CancelToken& cancel) {
  TRY(catch_up_text({}, cancel));
  const std::lock_guard one_at_a_time(embedding_);
  return mending([&]() -> Result<void> {
    uint64_t done = 0;
    for (int pass = 0; pass < kMostPasses; ++pass) {
      const std::vector<store::ChunkId> missing = TRY(without_vector(embedder.identity()));
      if (missing.empty()) break;
      const uint64_t total = TRY(store_.live_chunks()).size();
      if (pass == 0) done = total - std::min<uint64_t>(total, missing.size());
      for (size_t at = 0; at < missing.size(); at += kChunksPerWindow) {
        if (cancel.cancelled()) return fail_cancelled();
        const size_t count = std::min(kChunksPerWindow, missing.size() - at);
        done += TRY(embed_window(embedder, std::span(missing).subspan(at, count), cancel));
        if (on_progress)
          on_progress({text("embedding passages", "正在计算向量"), done, std::max(done, total)});
      }
    }
    const std::lock_guard writing(writing_);
    const int64_t stamp = TRY(own(DenseIndex::stamp_id(*file_.writer, embedder.identity())));
    return own(DenseIndex::complete(*file_.writer, stamp));
  });
}

Result<bool> SqliteIndex::has_vectors(const model::EmbedderIdentity& identity) {
  const std::lock_guard lock(searching_);
  return TRY(own(DenseIndex::find_stamp(*file_.reader, identity.stamp()))) != 0;
}

Result<void> SqliteIndex::load_dense(const model::EmbedderIdentity& identity) {
  const int64_t stamp = TRY(own(DenseIndex::find_stamp(*file_.reader, identity.stamp())));
  if (dense_ && dense_->stamp() == stamp) return {};
  dense_.reset();
  rows_mapped_ = false;
  if (stamp != 0) dense_ = TRY(own(DenseIndex::load(*file_.reader, stamp, identity.dimension)));
  return {};
}

void SqliteIndex::map_rows() {
  if (rows_mapped_) return;
  row_of_slot_.assign(text_.size(), kNoRow);
  const std::vector<store::ChunkId>& ids = dense_->ids();
  for (size_t row = 0; row < ids.size(); ++row)
    if (const Slot slot = text_.slot_of(ids[row]); slot < text_.size())
      row_of_slot_[slot] = static_cast<uint32_t>(row);
  rows_mapped_ = true;
}

}  // namespace cvp::vector
