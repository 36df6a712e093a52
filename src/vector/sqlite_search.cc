// The search half of SqliteIndex.
#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "base/log.h"
#include "base/unicode.h"
#include "vector/sqlite_index.h"

namespace cvp::vector {
namespace {

constexpr size_t kCandidates = 100;       // of each side
constexpr size_t kPhraseCodePoints = 24;  // longer queries are questions, not names or codes
constexpr size_t kPhrasesVerified = 200;

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// A query that is one CJK character finds what contains it through the bigrams that begin or end with it.
bool is_one_character(const std::vector<std::string>& terms) {
  size_t at = 0;
  return terms.size() == 1 && is_cjk(decode_utf8(terms[0], at)) && at == terms[0].size();
}

template <class T>
void keep_best(std::vector<T>& all, size_t k) {
  const auto better = [](const T& a, const T& b) {
    return a.score != b.score ? a.score > b.score : a.slot < b.slot;
  };
  if (all.size() > k) {
    std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(k), better);
    all.resize(k);
  }
  std::ranges::sort(all, better);
}

struct DenseHit {
  size_t slot = 0;  // row of the dense index
  double score = 0;
};

}  // namespace

Allowed SqliteIndex::allowed(const SearchOptions& options) const {
  if (options.collections.empty() && options.exclude_documents.empty()) return {};
  return [&options](store::CollectionId collection, store::DocumentId document) {
    const bool in = options.collections.empty() ||
                    std::ranges::find(options.collections, collection) != options.collections.end();
    return in && std::ranges::find(options.exclude_documents, document) == options.exclude_documents.end();
  };
}

Result<void> SqliteIndex::load_dense(const model::EmbedderIdentity& identity) {
  const int64_t stamp = TRY(DenseIndex::find_stamp(*file_.reader, identity.stamp()));
  if (dense_ && dense_->stamp() == stamp) return {};
  dense_.reset();
  if (stamp != 0) dense_ = TRY(DenseIndex::load(*file_.reader, stamp, identity.dimension));
  return {};
}

Result<SqliteIndex::Found> SqliteIndex::find(std::string_view query, const SearchOptions& options,
                                             model::Embedder* embedder, const CancelToken& cancel) {
  TRY(catch_up_text({}, cancel));
  Found out;
  std::optional<std::vector<float>> vector;
  double start = now_ms();
  if (embedder != nullptr && options.mode != Mode::text) {
    const std::string one(query);
    const Result<std::vector<std::vector<float>>> made =
        embedder->embed(std::span(&one, 1), model::TextRole::query, cancel);
    if (made) {
      vector = made->front();
    } else if (made.error().code == Errc::cancelled) {
      return std::unexpected(made.error());
    } else {
      log::warn("searching without vectors: {}", made.error().message.en);
    }
    out.result.embed_ms = now_ms() - start;
  }
  const std::lock_guard lock(searching_);
  if (vector) {
    TRY(load_dense(embedder->identity()));
    start = now_ms();
    if (dense_ && !dense_->ids().empty()) out.dense = dense_->score_all(*vector);
    out.result.dense_used = !out.dense.empty();
    out.result.dense_ms = now_ms() - start;
  }
  start = now_ms();
  if (options.mode != Mode::dense || !out.result.dense_used) {
    out.terms = distinct_terms(query);
    out.text = TRY(text_.score(*file_.reader, out.terms, is_one_character(out.terms), allowed(options)));
  }
  out.result.text_ms = now_ms() - start;
  return out;
}

Result<std::unordered_set<store::ChunkId>> SqliteIndex::phrase_matches(const Found& found,
                                                                       std::string_view query) {
  std::unordered_set<store::ChunkId> out;
  const std::string wanted = fold(query);
  const bool short_query = count_code_points(wanted) <= kPhraseCodePoints && found.terms.size() > 1;
  if (!short_query) return out;
  std::vector<TextIndex::Scored> holding_all;
  std::ranges::copy_if(found.text.all, std::back_inserter(holding_all),
                       [&](const TextIndex::Scored& one) { return one.terms == found.text.distinct_terms; });
  keep_best(holding_all, kPhrasesVerified);
  std::vector<store::ChunkId> ids;
  for (const TextIndex::Scored& one : holding_all) ids.push_back(text_.chunk_at(one.slot));
  for (const store::Chunk& chunk : TRY(store_.chunks(ids)))
    if (fold(indexed_text(chunk)).find(wanted) != std::string::npos) out.insert(chunk.id);
  return out;
}

Result<std::vector<Hit>> SqliteIndex::text_only(const Found& found, std::string_view query,
                                                const SearchOptions& options) {
  const std::unordered_set<store::ChunkId> phrases = TRY(phrase_matches(found, query));
  std::vector<TextIndex::Scored> best = found.text.all;
  keep_best(best, std::max(options.k, kPhrasesVerified));
  std::vector<Hit> out;
  for (size_t i = 0; i < best.size(); ++i)
    out.push_back({.chunk = text_.chunk_at(best[i].slot),
                   .score = best[i].score,
                   .text_score = best[i].score,
                   .text_rank = static_cast<uint32_t>(i + 1)});
  std::ranges::stable_partition(out, [&](const Hit& hit) { return phrases.contains(hit.chunk); });
  return out;
}

Result<std::vector<Hit>> SqliteIndex::rank(const Found& found, std::string_view query,
                                           const SearchOptions& options) {
  const std::lock_guard lock(searching_);
  if (!found.result.dense_used) return text_only(found, query, options);
  const Allowed may = allowed(options);
  const size_t candidates = std::max(options.k, kCandidates);
  const std::vector<store::ChunkId>& ids = dense_->ids();
  std::vector<DenseHit> dense;
  std::unordered_map<store::ChunkId, double> dense_of;
  for (size_t row = 0; row < std::min(ids.size(), found.dense.size()); ++row) {
    const Slot slot = text_.slot_of(ids[row]);
    if (slot < text_.size() && text_.allowed_at(slot, may)) dense.push_back({row, found.dense[row]});
  }
  for (const DenseHit& hit : dense) dense_of[ids[hit.slot]] = hit.score;
  keep_best(dense, candidates);
  std::unordered_map<store::ChunkId, Candidate> merged;
  for (size_t i = 0; i < dense.size(); ++i) {
    Candidate& one = merged[ids[dense[i].slot]];
    one.dense_rank = static_cast<uint32_t>(i + 1);
  }
  if (options.mode == Mode::hybrid) {
    std::vector<TextIndex::Scored> text = found.text.all;
    keep_best(text, candidates);
    for (size_t i = 0; i < text.size(); ++i)
      merged[text_.chunk_at(text[i].slot)].text_rank = static_cast<uint32_t>(i + 1);
    // A chunk that only the dense side proposes still has its exact BM25, and the other way round.
    for (const TextIndex::Scored& one : found.text.all) {
      const auto at = merged.find(text_.chunk_at(one.slot));
      if (at != merged.end()) at->second.text = one.score;
    }
  }
  const std::unordered_set<store::ChunkId> phrases = TRY(phrase_matches(found, query));
  std::vector<Candidate> all;
  for (auto& [chunk, one] : merged) {
    one.chunk = chunk;
    one.phrase = phrases.contains(chunk);
    const auto dense_score = dense_of.find(chunk);
    one.has_dense = dense_score != dense_of.end();
    if (one.has_dense) one.dense = dense_score->second;
    all.push_back(one);
  }
  const auto best = std::ranges::max_element(found.text.all, {}, &TextIndex::Scored::score);
  const double coverage =
      best == found.text.all.end() ? 0 : TRY(text_.coverage(*file_.reader, found.terms, best->slot));
  if (options.mode == Mode::dense) {
    std::vector<Hit> out = fuse(all, 1.0, 0.0);
    for (Hit& hit : out) hit.score = hit.dense_score;
    return out;
  }
  return fuse(all, options.dense_weight, coverage);
}

Result<SearchResult> SqliteIndex::search(std::string_view query, const SearchOptions& options,
                                         model::Embedder* embedder, const CancelToken& cancel) {
  Found found = TRY(find(query, options, embedder, cancel));
  const double start = now_ms();
  found.result.hits = TRY(rank(found, query, options));
  if (found.result.hits.size() > options.k) found.result.hits.resize(options.k);
  found.result.text_ms += now_ms() - start;
  return std::move(found.result);
}

Result<Index::Explanation> SqliteIndex::explain(std::string_view query, store::ChunkId chunk,
                                                const SearchOptions& options, model::Embedder* embedder,
                                                const CancelToken& cancel) {
  SearchOptions deep = options;
  deep.k = text_.size() + 1;
  const Found found = TRY(find(query, deep, embedder, cancel));
  const std::vector<Hit> ranked = TRY(rank(found, query, deep));
  Explanation out;
  out.hit.chunk = chunk;
  const auto hit = std::ranges::find(ranked, chunk, &Hit::chunk);
  if (hit != ranked.end()) out.hit = *hit;
  const std::lock_guard lock(searching_);
  out.chunks_searched = text_.live();
  const std::vector<store::Chunk> chunks = TRY(store_.chunks(std::span(&chunk, 1)));
  if (chunks.empty()) return out;
  const std::vector<std::string> has = distinct_terms(indexed_text(chunks.front()));
  const std::unordered_set<std::string> known(has.begin(), has.end());
  for (const std::string& term : distinct_terms(query))
    (known.contains(term) ? out.terms_found : out.terms_missing).push_back(term);
  return out;
}

}  // namespace cvp::vector
