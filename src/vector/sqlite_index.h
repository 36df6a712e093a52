#pragma once
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "vector/dense_index.h"
#include "vector/fusion.h"
#include "vector/index.h"
#include "vector/index_file.h"
#include "vector/text_index.h"

namespace cvp::vector {

/// Index over one SQLite file. Three locks, taken in this order:
/// - embedding_ for a whole catch-up of vectors, which may take hours;
/// - writing_ for the writer connection: one segment of text, one batch of vectors, seconds at most;
/// - searching_ for the reader connection and everything in memory: the milliseconds of one search or of
/// taking
///   what was written. What is in memory changes under writing_ and searching_ together.
class SqliteIndex : public Index {
 public:
  static Result<std::unique_ptr<Index>> open(const sys::Path& folder, store::Store& store);

  Result<void> catch_up_text(const OnProgress& on_progress, const CancelToken& cancel) override;
  Result<void> catch_up_vectors(model::Embedder& embedder, const OnProgress& on_progress,
                                const CancelToken& cancel) override;
  Result<SearchResult> search(std::string_view query, const SearchOptions& options, model::Embedder* embedder,
                              const CancelToken& cancel) override;
  Result<Status> status(const model::EmbedderIdentity* embedder) override;
  Result<std::map<store::CollectionId, uint64_t>> vectors_by_collection(
      const model::EmbedderIdentity* embedder) override;
  Result<std::map<store::DocumentId, uint64_t>> vectors_by_document(
      std::span<const store::DocumentId> documents, const model::EmbedderIdentity* embedder) override;
  Result<Explanation> explain(std::string_view query, store::ChunkId chunk, const SearchOptions& options,
                              model::Embedder* embedder, const CancelToken& cancel) override;
  Result<std::vector<TermWeight>> term_weights(std::string_view text,
                                               const std::vector<store::CollectionId>& collections) override;

 private:
  static constexpr uint32_t kNoRow = UINT32_MAX;

  struct Asked {
    std::string query;
    const SearchOptions& options;
    const model::Embedder* embedder;
    std::optional<std::vector<float>> vector;
  };
  /// Which chunks have a vector, for counting without reading vectors. Stamp 0: no embedder's.
  struct Embedded {
    int64_t stamp = 0;
    std::unordered_set<store::ChunkId> chunks;
  };
  /// A search at work under searching_.
  struct Question {
    std::string text;
    std::vector<std::string> terms;
    TextIndex::View view;
    bool dense = false;  // dense_scores_ holds its cosines
    bool by_text = true;
  };

  SqliteIndex(store::Store& store, sys::Path folder, IndexFile file, TextIndex text)
      : store_(store), folder_(std::move(folder)), file_(std::move(file)), text_(std::move(text)) {}

  // Following the store (sqlite_index.cc).
  Result<void> catch_up(const OnProgress& on_progress, const CancelToken& cancel,
                        std::chrono::milliseconds patience);
  Result<size_t> index_segment();  // under writing_
  Result<void> rebuild_text();     // under writing_
  Result<void> purge();
  std::vector<store::ChunkId> chunks_at(const std::vector<Slot>& slots) const;  // under writing_
  Result<void> follow_store(
      const CancelToken& cancel);  // what a search needs: short, nothing removed is live
  Result<void> refresh_live();     // under searching_

  // Vectors (sqlite_vectors.cc).
  Result<std::vector<store::ChunkId>> without_vector(const model::EmbedderIdentity& identity);
  Result<void> remove_vectors(const std::vector<store::ChunkId>& gone);  // under writing_
  Result<size_t> embed_window(model::Embedder& embedder, std::span<const store::ChunkId> ids,
                              const CancelToken& cancel);
  Result<bool> has_vectors(const model::EmbedderIdentity& identity);
  Result<void> load_dense(const model::EmbedderIdentity& identity);     // under searching_
  void map_rows();                                                      // under searching_
  Result<void> load_embedded(const model::EmbedderIdentity* embedder);  // under searching_

  // Damage (sqlite_index.cc): what index.db says is corrupt passes through own(); the next call starts it
  // anew.
  template <class T>
  Result<T> own(Result<T> result) {
    if (!result && result.error().code == Errc::corrupt) damaged_ = true;
    return result;
  }
  template <class Work>
  auto mending(Work&& work) -> decltype(work()) {
    auto result = work();
    if (result || !damaged_) return result;
    TRY(start_again(result.error().message));
    return work();
  }
  Result<void> start_again(const Text& why);

  // Ranking (sqlite_search.cc). All but prepare() under searching_.
  Result<Asked> prepare(std::string_view query, const SearchOptions& options, model::Embedder* embedder,
                        const CancelToken& cancel, SearchResult& timings);
  Result<Question> ask(const Asked& asked, SearchResult& timings);
  Result<std::vector<Slot>> phrases(const Question& question, size_t wanted);
  std::vector<Slot> best_by_text(const std::vector<Slot>& phrases, size_t k) const;
  std::vector<Slot> best_by_vector(const Question& question, size_t k) const;
  bool any_vector(const TextIndex::View& view) const;
  double coverage(const Question& question) const;
  Result<std::vector<Candidate>> candidates(const Question& question, size_t k, Slot also);
  Result<std::vector<Hit>> rank(const Asked& asked, Slot also, SearchResult& timings);

  store::Store& store_;
  const sys::Path folder_;
  std::mutex embedding_;
  std::mutex writing_;
  std::mutex searching_;
  IndexFile file_;
  TextIndex text_;
  std::optional<DenseIndex> dense_;
  Embedded embedded_;                      // of the embedder last asked for
  std::vector<uint32_t> row_of_slot_;      // row of dense_ or kNoRow
  bool rows_mapped_ = false;               // row_of_slot_ fits text_ and dense_
  uint64_t live_generation_ = UINT64_MAX;  // of the store, when text_ learned what is live
  TextIndex::Scores scores_;               // of the search at hand
  std::vector<float> dense_scores_;        // by row, of the search at hand
  std::vector<Text> notes_;
  std::atomic<uint64_t> indexed_generation_{UINT64_MAX};  // all chunks up to this one are in text_
  std::atomic<bool> damaged_{false};
};

}  // namespace cvp::vector
