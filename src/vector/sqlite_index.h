#pragma once
#include <atomic>
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

/// Index over one SQLite file. Locks: writing_ is held for a whole catch-up; searching_ for the milliseconds
/// of one search or of taking a finished batch. Order: writing_ before searching_.
class SqliteIndex : public Index {
 public:
  static Result<std::unique_ptr<Index>> open(const sys::Path& folder, store::Store& store);

  Result<void> catch_up_text(const OnProgress& on_progress, const CancelToken& cancel) override;
  Result<void> catch_up_vectors(model::Embedder& embedder, const OnProgress& on_progress,
                                const CancelToken& cancel) override;
  Result<SearchResult> search(std::string_view query, const SearchOptions& options, model::Embedder* embedder,
                              const CancelToken& cancel) override;
  Result<Status> status(const model::EmbedderIdentity* embedder) override;
  Result<Explanation> explain(std::string_view query, store::ChunkId chunk, const SearchOptions& options,
                              model::Embedder* embedder, const CancelToken& cancel) override;
  Result<std::vector<TermWeight>> term_weights(std::string_view text) override;

 private:
  /// A query with what was found on each side.
  struct Found {
    std::vector<std::string> terms;
    TextIndex::Scores text;
    std::vector<float> dense;  // by row of dense_; empty when the dense side was not asked
    SearchResult result;       // timings, dense_used
  };

  SqliteIndex(store::Store& store, IndexFile file, TextIndex text)
      : store_(store), file_(std::move(file)), text_(std::move(text)) {}
  Result<void> refresh_live(uint64_t generation);
  Result<void> index_new_chunks(const OnProgress& on_progress, const CancelToken& cancel);
  Result<void> rebuild_text();
  Result<Found> find(std::string_view query, const SearchOptions& options, model::Embedder* embedder,
                     const CancelToken& cancel);
  Result<void> load_dense(const model::EmbedderIdentity& identity);
  Result<std::vector<Hit>> rank(const Found& found, std::string_view query, const SearchOptions& options);
  Result<std::vector<Hit>> text_only(const Found& found, std::string_view query,
                                     const SearchOptions& options);
  Result<std::unordered_set<store::ChunkId>> phrase_matches(const Found& found, std::string_view query);
  Allowed allowed(const SearchOptions& options) const;

  store::Store& store_;
  std::mutex writing_;
  std::mutex searching_;
  IndexFile file_;
  TextIndex text_;                   // searching_
  std::optional<DenseIndex> dense_;  // searching_
  std::atomic<uint64_t> generation_{UINT64_MAX};
};

}  // namespace cvp::vector
