#include "vector/sqlite_index.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "vector/merge.h"

namespace cvp::vector {
namespace {

constexpr size_t kChunksFetched = 512;
constexpr size_t kChunksPerSegment = 2048;
constexpr size_t kChunksPerEmbedding = 128;  // fetched, sorted by length and committed together
constexpr size_t kDeadBeforeRebuild = 1000;

}  // namespace

Result<std::unique_ptr<Index>> Index::open(const sys::Path& folder, store::Store& store) {
  return SqliteIndex::open(folder, store);
}

Result<std::unique_ptr<Index>> SqliteIndex::open(const sys::Path& folder, store::Store& store) {
  IndexFile file = TRY(open_index_file(folder));
  Result<TextIndex> text = TextIndex::open(*file.reader);
  if (!text) {
    if (text.error().code != Errc::corrupt) return std::unexpected(text.error());
    file.note = text.error().message.en;
    file.reader.reset();
    file.writer.reset();
    TRY(remove_index_file(folder));
    const std::string note = file.note;
    file = TRY(open_index_file(folder));
    file.note = note;
    text = TRY(TextIndex::open(*file.reader));
  }
  if (!file.note.empty()) log::warn("the index was rebuilt: {}", file.note);
  return std::unique_ptr<Index>(new SqliteIndex(store, std::move(file), std::move(*text)));
}

Result<void> SqliteIndex::refresh_live(uint64_t generation) {
  const std::vector<store::Store::LiveChunk> live = TRY(store_.live_chunks());
  const std::lock_guard lock(searching_);
  text_.set_live(live);
  generation_ = generation;
  return {};
}

Result<void> SqliteIndex::rebuild_text() {
  TRY(file_.writer->execute(
      "BEGIN; DELETE FROM text_postings; DELETE FROM text_chunks; DELETE FROM text_segments; COMMIT"));
  const std::lock_guard lock(searching_);
  text_ = TRY(TextIndex::open(*file_.reader));
  return {};
}

Result<void> SqliteIndex::index_new_chunks(const OnProgress& on_progress, const CancelToken& cancel) {
  uint64_t done = 0;
  std::vector<store::Chunk> chunks;
  for (bool more = true; more;) {
    chunks.clear();
    while (more && chunks.size() < kChunksPerSegment) {
      const store::ChunkId after = chunks.empty() ? text_.last_chunk() : chunks.back().id;
      std::vector<store::Chunk> next = TRY(store_.live_chunks_after(after, kChunksFetched));
      more = next.size() == kChunksFetched;
      std::ranges::move(next, std::back_inserter(chunks));
    }
    if (chunks.empty()) break;
    if (cancel.cancelled()) return fail_cancelled();
    const TextIndex::Batch batch = analyse(chunks, static_cast<Slot>(text_.size()));
    TRY(TextIndex::write_batch(*file_.writer, batch));
    {
      const std::lock_guard lock(searching_);
      text_.take(batch);
    }
    done += chunks.size();
    if (on_progress)
      on_progress({text("indexing text", "正在建立全文索引"), done, done + (more ? kChunksPerSegment : 0)});
  }
  return merge_segments(*file_.writer);
}

Result<void> SqliteIndex::catch_up_text(const OnProgress& on_progress, const CancelToken& cancel) {
  if (TRY(store_.generation()) == generation_) return {};
  const std::lock_guard lock(writing_);
  const uint64_t generation = TRY(store_.generation());
  if (generation == generation_) return {};
  TRY(refresh_live(generation_));
  if (text_.size() - text_.live() > std::max(kDeadBeforeRebuild, text_.live())) TRY(rebuild_text());
  TRY(index_new_chunks(on_progress, cancel));
  // What came while indexing has a later generation and is taken by the next search.
  return refresh_live(generation);
}

Result<void> SqliteIndex::catch_up_vectors(model::Embedder& embedder, const OnProgress& on_progress,
                                           const CancelToken& cancel) {
  TRY(catch_up_text({}, cancel));
  const std::lock_guard lock(writing_);
  const int64_t stamp = TRY(DenseIndex::stamp_id(*file_.writer, embedder.identity()));
  const std::vector<store::ChunkId> have = TRY(DenseIndex::chunks_with_vector(*file_.writer, stamp));
  std::vector<store::ChunkId> missing, gone;
  std::vector<store::ChunkId> live;
  for (const store::Store::LiveChunk& one : TRY(store_.live_chunks())) live.push_back(one.id);
  std::ranges::set_difference(live, have, std::back_inserter(missing));
  std::ranges::set_difference(have, live, std::back_inserter(gone));
  const uint64_t total = live.size();
  uint64_t done = total - missing.size();
  for (size_t at = 0; at < missing.size(); at += kChunksPerEmbedding) {
    if (cancel.cancelled()) return fail_cancelled();
    const size_t end = std::min(at + kChunksPerEmbedding, missing.size());
    const std::vector<store::Chunk> chunks = TRY(store_.chunks(std::span(missing).subspan(at, end - at)));
    std::vector<store::ChunkId> ids;
    std::vector<std::string> texts;
    for (const store::Chunk& chunk : chunks) {
      ids.push_back(chunk.id);
      texts.push_back(indexed_text(chunk));
    }
    const std::vector<std::vector<float>> vectors =
        TRY(embedder.embed(texts, model::TextRole::passage, cancel));
    TRY(DenseIndex::write(*file_.writer, stamp, ids, vectors));
    {
      const std::lock_guard taking(searching_);
      if (dense_ && dense_->stamp() == stamp) dense_->append(ids, vectors);
    }
    done += chunks.size();
    if (on_progress) on_progress({text("embedding passages", "正在计算向量"), done, total});
  }
  return DenseIndex::complete(*file_.writer, stamp, gone);
}

Result<Status> SqliteIndex::status(const model::EmbedderIdentity* embedder) {
  TRY(catch_up_text({}, {}));
  Status out;
  const std::vector<store::Store::LiveChunk> live = TRY(store_.live_chunks());
  out.chunks = live.size();
  const std::lock_guard lock(searching_);
  out.with_text = text_.live();
  out.embedder_stamp = TRY(DenseIndex::complete_stamp(*file_.reader));
  const int64_t stamp = TRY(
      DenseIndex::find_stamp(*file_.reader, embedder != nullptr ? embedder->stamp() : out.embedder_stamp));
  const std::vector<store::ChunkId> have = TRY(DenseIndex::chunks_with_vector(*file_.reader, stamp));
  for (const store::Store::LiveChunk& one : live)
    out.with_vector += std::ranges::binary_search(have, one.id) ? 1 : 0;
  out.rebuilding =
      embedder != nullptr && !out.embedder_stamp.empty() && out.embedder_stamp != embedder->stamp();
  return out;
}

Result<std::vector<Index::TermWeight>> SqliteIndex::term_weights(std::string_view text) {
  TRY(catch_up_text({}, {}));
  std::vector<TermWeight> out;
  std::unordered_set<std::string> seen;
  std::vector<std::string> terms;
  for (Term& term : tokenize(text)) {
    if (!seen.insert(term.text).second) continue;
    terms.push_back(term.text);
    out.push_back({std::move(term.text), 0, term.source});
  }
  const std::lock_guard lock(searching_);
  const std::vector<double> idf = TRY(text_.idf(*file_.reader, terms));
  for (size_t i = 0; i < out.size(); ++i) out[i].idf = idf[i];
  return out;
}

}  // namespace cvp::vector
