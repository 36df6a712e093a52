// V: full text and vectors over the store's chunks. Derived and disposable: HOME/index/ may be deleted at any
// time. V never sees prompts. What is indexed of a chunk: its document's title, heading path and text with
// overlap.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "model/embedder.h"
#include "store/store.h"

namespace cvp::vector {

enum class Mode { hybrid, text, dense };

struct SearchOptions {
  size_t k = 10;
  Mode mode = Mode::hybrid;
  double dense_weight =
      0.6;  // share of the dense score in the convex combination (`cvp-bench retrieval/cmrc`)
  std::vector<store::CollectionId> collections;      // empty: all
  std::vector<store::DocumentId> exclude_documents;  // as if they were not there (evaluation of refusal)
};

struct Hit {
  store::ChunkId chunk = 0;
  double score = 0;        // fused, 0..1; raw score of its side in text and dense mode
  double text_score = 0;   // BM25; 0 when not matched
  double dense_score = 0;  // cosine; 0 when it has no vector
  uint32_t text_rank = 0;  // from 1; 0 = not among the candidates of that side
  uint32_t dense_rank = 0;
};

struct SearchResult {
  std::vector<Hit> hits;    // best first
  bool dense_used = false;  // false: no embedder, or no vectors yet
  double text_ms = 0, embed_ms = 0, dense_ms = 0;
};

struct Status {
  uint64_t chunks = 0;         // live in the store
  uint64_t with_text = 0;      // in the full-text index
  uint64_t with_vector = 0;    // of the current embedder
  std::string embedder_stamp;  // of the vectors present; empty when there are none
  bool rebuilding = false;     // the stamp differs from the current embedder's: vectors are being made anew
  std::vector<Text> notes;     // what was rebuilt since the index was opened, and why
};

/// Thread-safe: searches run beside one catch-up. What a search sees is told by its options, and all its
/// statistics are taken over that alone: nothing else in the index shows in any rank, score or weight.
class Index {
 public:
  /// Opens or creates folder/index.db. A damaged or older file is rebuilt from the store, also when the
  /// damage shows later, and Status::notes says so.
  static Result<std::unique_ptr<Index>> open(const sys::Path& folder, store::Store& store);
  virtual ~Index() = default;

  /// Brings full text to the store's generation (milliseconds a document) and takes what was removed out of
  /// the file. search() calls its first half, but does not wait long for another thread that is at it.
  virtual Result<void> catch_up_text(const OnProgress& on_progress, const CancelToken& cancel) = 0;
  /// Embeds what has no vector of this embedder, in batches that are each durable. A different embedder's
  /// vectors are kept until the new ones are complete, never mixed, then removed.
  virtual Result<void> catch_up_vectors(model::Embedder& embedder, const OnProgress& on_progress,
                                        const CancelToken& cancel) = 0;
  /// embedder may be null: then full text alone. A failing embedder falls back to full text and says so in
  /// dense_used.
  virtual Result<SearchResult> search(std::string_view query, const SearchOptions& options,
                                      model::Embedder* embedder, const CancelToken& cancel) = 0;
  virtual Result<Status> status(const model::EmbedderIdentity* embedder) = 0;
  /// How many live chunks have a vector of this embedder (null: of the one whose vectors are complete), by
  /// collection, or of each of these documents. Counted in memory: made for pages that ask again and again.
  virtual Result<std::map<store::CollectionId, uint64_t>> vectors_by_collection(
      const model::EmbedderIdentity* embedder) = 0;
  virtual Result<std::map<store::DocumentId, uint64_t>> vectors_by_document(
      std::span<const store::DocumentId> documents, const model::EmbedderIdentity* embedder) = 0;

  /// For `cvp why`: rank of one chunk on each side, however deep (0: no term of the query occurs in it, no
  /// vector), and which of the query's terms it has. A chunk that the options leave out is Errc::not_found,
  /// as one that is not there.
  struct Explanation {
    Hit hit;
    std::vector<std::string> terms_found, terms_missing;
    uint64_t chunks_searched = 0;
  };
  virtual Result<Explanation> explain(std::string_view query, store::ChunkId chunk,
                                      const SearchOptions& options, model::Embedder* embedder,
                                      const CancelToken& cancel) = 0;
  /// Inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)), of every distinct term of a text, by this
  /// index's tokenizer, over the chunks of these collections alone (empty: all).
  struct TermWeight {
    std::string term;
    double idf;
    Span source;
  };
  virtual Result<std::vector<TermWeight>> term_weights(
      std::string_view text, const std::vector<store::CollectionId>& collections) = 0;
};

/// The index's terms of a text with their source ranges: CJK bigrams, words, code-like tokens, all folded.
/// Pure.
struct Term {
  std::string text;
  Span source;
};
std::vector<Term> tokenize(std::string_view text);
inline constexpr int kTokenizerVersion = 1;

}  // namespace cvp::vector
