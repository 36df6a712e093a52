// BM25 over posting lists in SQLite (tables text_*), with what a search needs of every chunk in memory. Not
// FTS5: its BM25 has fixed constants and visits positions of every match; here k1 and b are ours and a
// question costs one row a term and segment.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/store.h"
#include "vector/postings.h"

namespace cvp::vector {

/// What decides which chunks a search may see; empty: all.
using Allowed = std::function<bool(store::CollectionId, store::DocumentId)>;

/// Not thread-safe by itself: SqliteIndex locks. The writer and the reader are different connections to the
/// same file.
class TextIndex {
 public:
  static constexpr double kK1 = 0.9, kB = 0.4;

  /// Reads what is indexed. Errc::corrupt when the tables do not fit each other. Nothing is live before
  /// set_live.
  static Result<TextIndex> open(store::Database& reader);

  /// Chunks analysed for one segment; ids ascend and lie above last_chunk().
  struct Batch;
  static Result<void> write_batch(store::Database& writer, const Batch& batch);
  void take(const Batch& batch);  // live from now on

  /// Marks the chunks that are live now; the others are no longer found. Ids ascend.
  void set_live(std::span<const store::Store::LiveChunk> live);

  store::ChunkId last_chunk() const { return chunks_.empty() ? 0 : chunks_.back().id; }
  size_t size() const { return chunks_.size(); }
  size_t live() const { return live_; }
  store::ChunkId chunk_at(Slot slot) const { return chunks_[slot].id; }
  /// The chunk's slot, or size() when it is not indexed.
  Slot slot_of(store::ChunkId chunk) const;
  /// Dead chunks whose terms are still in the file.
  std::vector<Slot> unpurged() const;
  void set_purged(std::span<const Slot> slots);

  /// The chunks that one search sees. All statistics are taken over these alone: what is not seen does not
  /// change any score.
  struct View {
    std::vector<char> seen;  // by slot
    size_t chunks = 0;
    double average_length = 1;
  };
  View view(const Allowed& allowed) const;

  /// What one query found. Reused from search to search.
  struct Scores {
    struct Cell {
      float score = 0;     // BM25
      float weight = 0;    // sum of idf of the query's terms that occur
      uint32_t terms = 0;  // how many occur
    };
    std::vector<Cell> cells;    // by slot
    std::vector<Slot> matched;  // slots with a term, in no order
    double query_weight = 0;    // sum of idf over the query's distinct terms
  };
  /// Scores every chunk of the view. by_prefix: a chunk matches with any term that begins with the query's.
  Result<void> score(store::Database& reader, const std::vector<std::string>& terms, bool by_prefix,
                     const View& view, Scores& out);
  /// ln(1 + (N - n + 0.5) / (n + 0.5)) of each term over the chunks of the view.
  Result<std::vector<double>> idf(store::Database& reader, const std::vector<std::string>& terms,
                                  const View& view);

  struct Indexed {
    store::ChunkId id = 0;
    store::CollectionId collection = 0;
    store::DocumentId document = 0;
    uint32_t length = 0;  // terms
    bool live = false;
    bool purged = false;
  };

  /// By slot; dead ones too.
  std::span<const Indexed> chunks() const { return chunks_; }

 private:
  Result<void> postings(store::Database& reader, std::string_view term, bool by_prefix, const View& view);

  std::vector<Indexed> chunks_;  // by slot; ids ascend
  size_t live_ = 0;
  std::vector<Posting> list_;  // of the term at hand
};

struct TextIndex::Batch {
  Slot base = 0;
  std::vector<Indexed> chunks;
  std::vector<std::pair<std::string, std::vector<Posting>>> postings;  // sorted by term
};
TextIndex::Batch analyse(std::span<const store::Chunk> chunks, Slot base);

}  // namespace cvp::vector
