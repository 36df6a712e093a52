// The search half of SqliteIndex.
#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>

#include "base/limits.h"
#include "base/log.h"
#include "base/unicode.h"
#include "vector/question_terms.h"
#include "vector/sqlite_index.h"
#include "vector/terms.h"

namespace cvp::vector {
namespace {

constexpr size_t kCandidates = 100;       // of each side
constexpr size_t kPhraseCodePoints = 24;  // longer queries are questions, not names or codes
constexpr size_t kPhrasesVerified = 256;  // texts read for one query
constexpr size_t kPhrasesAtOnce = 32;

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// A query that is one CJK character finds what contains it through the terms that begin with it.
bool is_one_character(const std::vector<std::string>& terms) {
  size_t at = 0;
  return terms.size() == 1 && is_cjk(decode_utf8(terms[0], at)) && at == terms[0].size();
}

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

/// The first k slots by falling score; ties by slot.
template <class Score>
void keep_best(std::vector<Slot>& slots, size_t k, Score&& score) {
  const auto better = [&](Slot a, Slot b) { return score(a) != score(b) ? score(a) > score(b) : a < b; };
  if (slots.size() > k) {
    std::ranges::nth_element(slots, slots.begin() + static_cast<std::ptrdiff_t>(k), better);
    slots.resize(k);
  }
  std::ranges::sort(slots, better);
}

Allowed allowed(const SearchOptions& options) {
  if (options.collections.empty() && options.exclude_documents.empty()) return {};
  return [&options](store::CollectionId collection, store::DocumentId document) {
    const bool in = options.collections.empty() ||
                    std::ranges::find(options.collections, collection) != options.collections.end();
    return in && std::ranges::find(options.exclude_documents, document) == options.exclude_documents.end();
  };
}

}  // namespace

/// Slots of chunks that hold the whole query, best first by BM25, about `wanted` of them. A query that is
/// itself a term needs no reading.
Result<std::vector<Slot>> SqliteIndex::phrases(const Question& question, size_t wanted) {
  const std::string whole = fold(question.text);
  if (question.terms.empty() || count_code_points(whole) > kPhraseCodePoints) return std::vector<Slot>();
  if (question.terms.size() == 1 && question.terms[0] == whole) return scores_.matched;
  // A code inside a longer code (PPR-9087 in PPR-9087-B) has only its parts in common with it.
  const auto parts = static_cast<uint32_t>(
      std::ranges::count_if(question.terms, [](const std::string& term) { return !is_code(term); }));
  std::vector<Slot> holding_all;
  std::ranges::copy_if(scores_.matched, std::back_inserter(holding_all),
                       [&](Slot slot) { return scores_.cells[slot].terms >= parts; });
  keep_best(holding_all, kPhrasesVerified, [&](Slot slot) { return scores_.cells[slot].score; });
  std::vector<Slot> out;
  for (size_t at = 0; at < holding_all.size() && out.size() < wanted; at += kPhrasesAtOnce) {
    std::vector<store::ChunkId> ids;
    for (size_t i = at; i < std::min(at + kPhrasesAtOnce, holding_all.size()); ++i)
      ids.push_back(text_.chunk_at(holding_all[i]));
    for (const store::Chunk& chunk : TRY(store_.chunks(ids)))
      if (fold(indexed_text(chunk)).find(whole) != std::string::npos) out.push_back(text_.slot_of(chunk.id));
  }
  return out;
}

/// Phrase matches, then the others, both by BM25.
std::vector<Slot> SqliteIndex::best_by_text(const std::vector<Slot>& phrases, size_t k) const {
  const auto score = [&](Slot slot) { return scores_.cells[slot].score; };
  std::vector<Slot> first = phrases, rest = scores_.matched;
  keep_best(first, k, score);
  const std::unordered_set<Slot> taken(first.begin(), first.end());
  keep_best(rest, k, score);
  std::erase_if(rest, [&](Slot slot) { return taken.contains(slot); });
  rest.resize(std::min(rest.size(), k - first.size()));
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

std::vector<Slot> SqliteIndex::best_by_vector(const Question& question, size_t k) const {
  std::vector<Slot> out;
  for (Slot slot = 0; slot < row_of_slot_.size(); ++slot)
    if (question.view.seen[slot] != 0 && row_of_slot_[slot] != kNoRow) out.push_back(slot);
  keep_best(out, k, [&](Slot slot) { return dense_scores_[row_of_slot_[slot]]; });
  return out;
}

bool SqliteIndex::any_vector(const TextIndex::View& view) const {
  for (Slot slot = 0; slot < row_of_slot_.size(); ++slot)
    if (view.seen[slot] != 0 && row_of_slot_[slot] != kNoRow) return true;
  return false;
}

double SqliteIndex::coverage(const Question& question) const {
  float best = 0, weight = 0;
  for (const Slot slot : scores_.matched) {
    const TextIndex::Scores::Cell& cell = scores_.cells[slot];
    if (cell.score <= best || question.view.seen[slot] == 0) continue;
    best = cell.score;
    weight = cell.weight;
  }
  return scores_.query_weight > 0 ? weight / scores_.query_weight : 0;
}

/// Scores both sides; what they found stays in scores_ and dense_scores_.
Result<SqliteIndex::Question> SqliteIndex::ask(const Asked& asked, SearchResult& timings) {
  TRY(refresh_live());
  Question out{
      .text = asked.query, .terms = question_terms(asked.query), .view = text_.view(allowed(asked.options))};
  double start = now_ms();
  if (asked.vector) {
    TRY(load_dense(asked.embedder->identity()));
    if (dense_) map_rows();
    // Vectors of what is not seen must not change how the rest is ranked.
    out.dense = dense_ && any_vector(out.view);
  }
  if (out.dense) dense_->score_all(*asked.vector, dense_scores_);
  timings.dense_used = out.dense;
  timings.dense_ms = now_ms() - start;
  start = now_ms();
  out.by_text = asked.options.mode != Mode::dense || !out.dense;
  const std::vector<std::string> none;
  TRY(own(text_.score(*file_.reader, out.by_text ? out.terms : none, is_one_character(out.terms), out.view,
                      scores_)));
  timings.text_ms = now_ms() - start;
  return out;
}

/// The candidates of both sides, and the slot `also` wherever it stands.
Result<std::vector<Candidate>> SqliteIndex::candidates(const Question& question, size_t k, Slot also) {
  const std::vector<Slot> whole = TRY(phrases(question, std::max(k, kPhrasesAtOnce)));
  const size_t deep = also < text_.size() ? text_.size() : std::max(k, kCandidates);
  const std::vector<Slot> text = best_by_text(whole, deep);
  const std::vector<Slot> dense = question.dense ? best_by_vector(question, deep) : std::vector<Slot>();
  std::unordered_map<Slot, Candidate> merged;
  const auto among = [&](size_t rank, Slot slot) { return rank < std::max(k, kCandidates) || slot == also; };
  for (size_t i = 0; i < text.size(); ++i)
    if (among(i, text[i])) merged[text[i]].text_rank = static_cast<uint32_t>(i + 1);
  for (size_t i = 0; i < dense.size(); ++i)
    if (among(i, dense[i])) merged[dense[i]].dense_rank = static_cast<uint32_t>(i + 1);
  for (const Slot slot : whole)
    if (const auto at = merged.find(slot); at != merged.end()) at->second.phrase = true;
  std::vector<Candidate> out;
  for (auto& [slot, one] : merged) {
    one.chunk = text_.chunk_at(slot);
    one.text = scores_.cells[slot].score;
    one.has_dense = question.dense && row_of_slot_[slot] != kNoRow;
    if (one.has_dense) one.dense = dense_scores_[row_of_slot_[slot]];
    out.push_back(one);
  }
  return out;
}

Result<std::vector<Hit>> SqliteIndex::rank(const Asked& asked, Slot also, SearchResult& timings) {
  const Question question = TRY(ask(asked, timings));
  const double start = now_ms();
  const std::vector<Candidate> all =
      TRY(candidates(question, std::min(asked.options.k, limits::kSearchResults), also));
  const double dense_weight = !question.dense ? 0.0 : question.by_text ? asked.options.dense_weight : 1.0;
  std::vector<Hit> hits = fuse(all, dense_weight, question.dense ? coverage(question) : 1.0);
  if (!question.dense || !question.by_text)
    for (Hit& hit : hits) hit.score = question.dense ? hit.dense_score : hit.text_score;
  timings.text_ms += now_ms() - start;
  return hits;
}

Result<SqliteIndex::Asked> SqliteIndex::prepare(std::string_view query, const SearchOptions& options,
                                                model::Embedder* embedder, const CancelToken& cancel,
                                                SearchResult& timings) {
  TRY(follow_store(cancel));
  Asked out{.query = std::string(trimmed(utf8_prefix(query, limits::kQuestionBytes))),
            .options = options,
            .embedder = embedder,
            .vector = std::nullopt};
  const double start = now_ms();
  if (embedder != nullptr && options.mode != Mode::text && !out.query.empty() &&
      TRY(has_vectors(embedder->identity()))) {
    Result<std::vector<std::vector<float>>> made =
        embedder->embed(std::span(&out.query, 1), model::TextRole::query, cancel);
    if (made && made->size() == 1 && made->front().size() == embedder->identity().dimension) {
      out.vector = std::move(made->front());
    } else if (!cancel.cancelled()) {
      log::warn("searching without vectors: {}", made ? "one of a wrong size" : made.error().message.en);
    }
  }
  timings.embed_ms = now_ms() - start;
  if (cancel.cancelled()) return fail_cancelled();
  return out;
}

Result<SearchResult> SqliteIndex::search(std::string_view query, const SearchOptions& options,
                                         model::Embedder* embedder, const CancelToken& cancel) {
  return mending([&]() -> Result<SearchResult> {
    SearchResult out;
    const Asked asked = TRY(prepare(query, options, embedder, cancel, out));
    const std::lock_guard lock(searching_);
    out.hits = TRY(rank(asked, static_cast<Slot>(text_.size()), out));
    out.hits.resize(std::min({out.hits.size(), options.k, limits::kSearchResults}));
    return out;
  });
}

Result<Index::Explanation> SqliteIndex::explain(std::string_view query, store::ChunkId chunk,
                                                const SearchOptions& options, model::Embedder* embedder,
                                                const CancelToken& cancel) {
  return mending([&]() -> Result<Explanation> {
    SearchResult timings;
    const Asked asked = TRY(prepare(query, options, embedder, cancel, timings));
    const std::vector<store::Chunk> chunks = TRY(store_.chunks(std::span(&chunk, 1)));
    const Allowed may = allowed(options);
    if (chunks.empty() || (may && !may(chunks.front().collection, chunks.front().document)))
      return fail(Errc::not_found, text("there is no passage {}", "没有编号为 {} 的段落", chunk));
    const std::lock_guard lock(searching_);
    const std::vector<Hit> ranked = TRY(rank(asked, text_.slot_of(chunk), timings));
    Explanation out;
    out.hit.chunk = chunk;
    if (const auto hit = std::ranges::find(ranked, chunk, &Hit::chunk); hit != ranked.end()) out.hit = *hit;
    out.chunks_searched = text_.view(may).chunks;
    const std::vector<std::string> has = distinct_terms(indexed_text(chunks.front()));
    const std::unordered_set<std::string> known(has.begin(), has.end());
    for (std::string& term : question_terms(asked.query))
      (known.contains(term) ? out.terms_found : out.terms_missing).push_back(std::move(term));
    return out;
  });
}

Result<std::vector<Index::TermWeight>> SqliteIndex::term_weights(
    std::string_view text, const std::vector<store::CollectionId>& collections) {
  return mending([&]() -> Result<std::vector<TermWeight>> {
    TRY(follow_store({}));
    std::vector<TermWeight> out;
    std::unordered_set<std::string> seen;
    std::vector<std::string> terms;
    for (Term& term : tokenize(text)) {
      if (!seen.insert(term.text).second) continue;
      terms.push_back(term.text);
      out.push_back({std::move(term.text), 0, term.source});
    }
    const SearchOptions options{.collections = collections};
    const std::lock_guard lock(searching_);
    TRY(refresh_live());
    const std::vector<double> idf = TRY(own(text_.idf(*file_.reader, terms, text_.view(allowed(options)))));
    for (size_t i = 0; i < out.size(); ++i) out[i].idf = idf[i];
    return out;
  });
}

}  // namespace cvp::vector
