// BM25 over posting lists in SQLite (tables text_*), with what a search needs of every chunk in memory. Not
// FTS5: its BM25 has fixed constants and visits positions of every match; here k1 and b are ours and a
// question costs one row a term and segment.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/store.h"
#include "vector/index.h"
#include "vector/postings.h"

namespace cvp::vector {

/// What decides which chunks a search may see.
using Allowed = std::function<bool(store::CollectionId, store::DocumentId)>;

/// Not thread-safe by itself: SqliteIndex locks. The writer and the reader are different connections to the
/// same file.
class TextIndex {
 public:
  static constexpr double kK1 = 0.9, kB = 0.4;

  /// Reads what is indexed. Errc::corrupt when the tables do not fit each other.
  static Result<TextIndex> open(store::Database& reader);

  /// Adds chunks (ascending ids above last_chunk()) as one segment, in one transaction of the writer's,
  /// merging segments.
  struct Batch;
  static Result<void> write_batch(store::Database& writer, const Batch& batch);
  void take(const Batch& batch);

  /// Marks the chunks that are live now; the others are no longer found.
  void set_live(std::span<const store::Store::LiveChunk> live);

  store::ChunkId last_chunk() const { return chunks_.empty() ? 0 : chunks_.back().id; }
  size_t size() const { return chunks_.size(); }
  size_t live() const { return live_; }

  struct Scored {
    Slot slot = 0;
    double score = 0;
    uint32_t terms = 0;  // distinct query terms that occur
  };
  struct Scores {
    std::vector<Scored> all;  // unsorted; every allowed live chunk with at least one term
    double query_weight = 0;  // sum of idf over the query's distinct terms
    size_t distinct_terms = 0;
  };
  /// Scores every matching chunk.
  Result<Scores> score(store::Database& reader, const std::vector<std::string>& terms, bool by_prefix,
                       const Allowed& allowed);
  /// idf-weighted share of the terms that one chunk has.
  Result<double> coverage(store::Database& reader, const std::vector<std::string>& terms, Slot slot);
  Result<std::vector<double>> idf(store::Database& reader, const std::vector<std::string>& terms);

  store::ChunkId chunk_at(Slot slot) const { return chunks_[slot].id; }
  bool allowed_at(Slot slot, const Allowed& allowed) const;
  /// The chunk's slot, or size() when it is not indexed.
  Slot slot_of(store::ChunkId chunk) const;

  struct Indexed {
    store::ChunkId id = 0;
    store::CollectionId collection = 0;
    store::DocumentId document = 0;
    uint32_t length = 0;  // terms
    bool live = false;
  };

 private:
  Result<std::vector<Posting>> postings(store::Database& reader, std::string_view term, bool by_prefix);
  double idf_of(size_t frequency) const;
  double average_length() const {
    return live_ == 0 ? 1 : static_cast<double>(live_length_) / static_cast<double>(live_);
  }

  std::vector<Indexed> chunks_;  // by slot; ids ascend
  size_t live_ = 0;
  uint64_t live_length_ = 0;
  std::vector<float> accumulator_;  // by slot, all zero between searches
  std::vector<uint32_t> hits_;
};

/// Chunks analysed for one segment.
struct TextIndex::Batch {
  Slot base = 0;
  std::vector<Indexed> chunks;
  std::vector<std::pair<std::string, std::vector<Posting>>> postings;  // sorted by term
};
TextIndex::Batch analyse(std::span<const store::Chunk> chunks, Slot base);

/// Terms of a text, each once, in order of first appearance.
std::vector<std::string> distinct_terms(std::string_view text);
/// What is indexed and embedded of a chunk.
std::string indexed_text(const store::Chunk& chunk);

}  // namespace cvp::vector
