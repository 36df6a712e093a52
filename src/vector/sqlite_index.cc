#include "vector/sqlite_index.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "vector/merge.h"

namespace cvp::vector {
namespace {

constexpr size_t kChunksFetched = 512;
constexpr size_t kChunksPerSegment = 2048;
constexpr size_t kDeadBeforeRebuild = 1000;
constexpr std::chrono::milliseconds kPatienceOfSearch{300};
constexpr std::chrono::milliseconds kPatienceOfCatchUp = std::chrono::hours(24);

Text rebuilt(const Text& why) {
  log::warn("the index is rebuilt: {}", why.en);
  return text("the search index was rebuilt: {}", "检索索引已重建：{}", why);
}

/// Locks, or gives up when the time is over. A std::timed_mutex would do the same, but its timed lock is
/// unknown to gcc 12's thread sanitizer.
std::unique_lock<std::mutex> lock_within(std::mutex& mutex, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kPause{1};
  const auto end = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex, std::try_to_lock);
  while (!lock.owns_lock() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kPause);
    lock.try_lock();
  }
  return lock;
}

}  // namespace

Result<std::unique_ptr<Index>> Index::open(const sys::Path& folder, store::Store& store) {
  return SqliteIndex::open(folder, store);
}

Result<std::unique_ptr<Index>> SqliteIndex::open(const sys::Path& folder, store::Store& store) {
  IndexFile file = TRY(open_index_file(folder));
  Result<TextIndex> text = TextIndex::open(*file.reader);
  if (!text) {
    if (text.error().code != Errc::corrupt) return std::unexpected(text.error());
    const Text why = text.error().message;
    file = IndexFile{};
    TRY(remove_index_file(folder));
    file = TRY(open_index_file(folder));
    file.note = why;
    text = TRY(TextIndex::open(*file.reader));
  }
  std::unique_ptr<SqliteIndex> out(new SqliteIndex(store, folder, std::move(file), std::move(*text)));
  if (!out->file_.note.empty()) out->notes_.push_back(rebuilt(out->file_.note));
  return std::unique_ptr<Index>(std::move(out));
}

Result<void> SqliteIndex::start_again(const Text& why) {
  const std::lock_guard writing(writing_);
  const std::lock_guard lock(searching_);
  if (!damaged_) return {};  // another thread has done it
  file_ = IndexFile{};
  dense_.reset();
  embedded_ = {};
  TRY(remove_index_file(folder_));
  file_ = TRY(open_index_file(folder_));
  text_ = TRY(TextIndex::open(*file_.reader));
  rows_mapped_ = false;
  live_generation_ = UINT64_MAX;
  indexed_generation_ = UINT64_MAX;
  notes_.push_back(rebuilt(why));
  damaged_ = false;
  return {};
}

Result<void> SqliteIndex::refresh_live() {
  const uint64_t generation = TRY(store_.generation());
  if (generation == live_generation_) return {};
  text_.set_live(TRY(store_.live_chunks()));
  live_generation_ = generation;
  return {};
}

std::vector<store::ChunkId> SqliteIndex::chunks_at(const std::vector<Slot>& slots) const {
  std::vector<store::ChunkId> out;
  for (const Slot slot : slots) out.push_back(text_.chunk_at(slot));
  return out;
}

Result<void> SqliteIndex::rebuild_text() {
  std::vector<Slot> dead;
  {
    const std::lock_guard lock(searching_);
    dead = text_.unpurged();
  }
  TRY(remove_vectors(chunks_at(dead)));  // purge() will not know them any more
  TRY(own(file_.writer->execute(
      "BEGIN; DELETE FROM text_postings; DELETE FROM text_chunks; DELETE FROM text_segments; COMMIT")));
  const std::lock_guard lock(searching_);
  text_ = TRY(own(TextIndex::open(*file_.reader)));
  rows_mapped_ = false;
  live_generation_ = UINT64_MAX;
  return {};
}

Result<size_t> SqliteIndex::index_segment() {
  std::vector<store::Chunk> chunks;
  for (bool more = true; more && chunks.size() < kChunksPerSegment;) {
    const store::ChunkId after = chunks.empty() ? text_.last_chunk() : chunks.back().id;
    std::vector<store::Chunk> next = TRY(store_.live_chunks_after(after, kChunksFetched));
    more = next.size() == kChunksFetched;
    std::ranges::move(next, std::back_inserter(chunks));
  }
  if (chunks.empty()) return 0;
  const TextIndex::Batch batch = analyse(chunks, static_cast<Slot>(text_.size()));
  TRY(own(TextIndex::write_batch(*file_.writer, batch)));
  const std::lock_guard lock(searching_);
  text_.take(batch);
  rows_mapped_ = false;
  live_generation_ = UINT64_MAX;  // something of the batch may have been removed meanwhile
  return chunks.size();
}

Result<void> SqliteIndex::catch_up(const OnProgress& on_progress, const CancelToken& cancel,
                                   std::chrono::milliseconds patience) {
  uint64_t done = 0, total = 0;
  while (true) {
    const uint64_t generation = TRY(store_.generation());
    if (generation == indexed_generation_) return {};
    if (cancel.cancelled()) return fail_cancelled();
    const std::unique_lock writing = lock_within(writing_, patience);
    if (!writing.owns_lock()) return {};  // another thread is at it: search what is there
    bool rebuild = false;
    {
      const std::lock_guard lock(searching_);
      TRY(refresh_live());
      const size_t live = text_.live();
      if (total == 0) {
        const size_t all = TRY(store_.live_chunks()).size();
        total = all - std::min(all, live);  // some may have been removed meanwhile
      }
      rebuild = text_.size() - live > std::max(kDeadBeforeRebuild, live);
    }
    if (rebuild) TRY(rebuild_text());
    const size_t added = TRY(index_segment());
    if (added < kChunksPerSegment) {
      TRY(own(merge_segments(*file_.writer)));
      indexed_generation_ = generation;
    }
    done += added;
    if (on_progress && added > 0)
      on_progress({text("indexing text", "正在建立全文索引"), done, std::max(done, total)});
  }
}

Result<void> SqliteIndex::purge() {
  const std::lock_guard writing(writing_);
  std::vector<Slot> slots;
  {
    const std::lock_guard lock(searching_);
    TRY(refresh_live());
    slots = text_.unpurged();
  }
  TRY(remove_vectors(chunks_at(slots)));  // texts can be guessed from them
  TRY(own(purge_slots(*file_.writer, slots)));
  const std::lock_guard lock(searching_);
  text_.set_purged(slots);
  return {};
}

Result<void> SqliteIndex::catch_up_text(const OnProgress& on_progress, const CancelToken& cancel) {
  return mending([&]() -> Result<void> {
    TRY(catch_up(on_progress, cancel, kPatienceOfCatchUp));
    return purge();
  });
}

Result<void> SqliteIndex::follow_store(const CancelToken& cancel) {
  return catch_up({}, cancel, kPatienceOfSearch);
}

Result<Status> SqliteIndex::status(const model::EmbedderIdentity* embedder) {
  return mending([&]() -> Result<Status> {
    TRY(follow_store({}));
    Status out;
    const std::vector<store::Store::LiveChunk> live = TRY(store_.live_chunks());
    out.chunks = live.size();
    const std::lock_guard lock(searching_);
    TRY(refresh_live());
    out.with_text = text_.live();
    out.notes = notes_;
    out.embedder_stamp = TRY(own(DenseIndex::complete_stamp(*file_.reader)));
    const std::string wanted = embedder != nullptr ? embedder->stamp() : out.embedder_stamp;
    const int64_t stamp = TRY(own(DenseIndex::find_stamp(*file_.reader, wanted)));
    const std::vector<store::ChunkId> have = TRY(own(DenseIndex::chunks_with_vector(*file_.reader, stamp)));
    for (const store::Store::LiveChunk& one : live)
      out.with_vector += std::ranges::binary_search(have, one.id) ? 1 : 0;
    out.rebuilding = !out.embedder_stamp.empty() && out.embedder_stamp != wanted;
    return out;
  });
}

}  // namespace cvp::vector
