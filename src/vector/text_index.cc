#include "vector/text_index.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "vector/terms.h"

namespace cvp::vector {
namespace {

std::unexpected<Error> damaged() {
  return fail(Errc::corrupt, text("the full-text index is damaged", "全文索引已损坏"));
}

/// The first string that is greater than every string that begins with prefix (whose last byte is not 0xff:
/// it is UTF-8).
std::string after_prefix(std::string prefix) {
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

/// One posting a slot, frequencies added, ascending.
void join_slots(std::vector<Posting>& list) {
  std::ranges::sort(list, {}, &Posting::slot);
  size_t kept = 0;
  for (const Posting& one : list) {
    if (kept > 0 && list[kept - 1].slot == one.slot) {
      list[kept - 1].frequency += one.frequency;
    } else {
      list[kept++] = one;
    }
  }
  list.resize(kept);
}

double idf_of(size_t frequency, size_t chunks) {
  const auto n = static_cast<double>(frequency);
  return std::log(1 + (static_cast<double>(chunks) - n + 0.5) / (n + 0.5));
}

}  // namespace

TextIndex::Batch analyse(std::span<const store::Chunk> chunks, Slot base) {
  TextIndex::Batch out{.base = base, .chunks = {}, .postings = {}};
  std::unordered_map<std::string, std::vector<Posting>> lists;
  for (size_t i = 0; i < chunks.size(); ++i) {
    const Slot slot = base + static_cast<Slot>(i);
    const auto count = [&](std::string&& term) {
      std::vector<Posting>& list = lists[std::move(term)];
      if (list.empty() || list.back().slot != slot) list.push_back({slot, 0});
      ++list.back().frequency;
    };
    const std::string text = indexed_text(chunks[i]);
    std::vector<Term> terms = tokenize(text);
    for (Term& term : terms) count(std::move(term.text));
    for (std::string& last : last_characters(text)) count(std::move(last));
    out.chunks.push_back({.id = chunks[i].id,
                          .collection = chunks[i].collection,
                          .document = chunks[i].document,
                          .length = static_cast<uint32_t>(terms.size()),
                          .live = true});
  }
  out.postings.reserve(lists.size());
  for (auto& [term, list] : lists) out.postings.emplace_back(term, std::move(list));
  std::ranges::sort(out.postings, {}, &std::pair<std::string, std::vector<Posting>>::first);
  return out;
}

Result<TextIndex> TextIndex::open(store::Database& reader) {
  TextIndex out;
  store::Statement rows = TRY(reader.prepare(
      "SELECT slot, chunk, collection, document, length, purged FROM text_chunks ORDER BY slot"));
  rows.bind();
  while (TRY(rows.step())) {
    const auto slot = static_cast<size_t>(rows.integer(0));
    const store::ChunkId id = rows.integer(1);
    if (slot != out.chunks_.size() || id <= out.last_chunk()) return damaged();
    out.chunks_.push_back({.id = id,
                           .collection = rows.integer(2),
                           .document = rows.integer(3),
                           .length = static_cast<uint32_t>(rows.integer(4)),
                           .live = false,
                           .purged = rows.integer(5) != 0});
  }
  return out;
}

Result<void> TextIndex::write_batch(store::Database& writer, const Batch& batch) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  TRY(writer.run("INSERT INTO text_segments(base, chunks) VALUES(?1, ?2)", batch.base,
                 static_cast<int64_t>(batch.chunks.size())));
  Slot slot = batch.base;
  for (const Indexed& one : batch.chunks)
    TRY(writer.run(
        "INSERT INTO text_chunks(slot, chunk, collection, document, length) VALUES(?1, ?2, ?3, ?4, ?5)",
        slot++, one.id, one.collection, one.document, one.length));
  store::Statement insert =
      TRY(writer.prepare("INSERT INTO text_postings(term, base, data) VALUES(?1, ?2, ?3)"));
  for (const auto& [term, list] : batch.postings) {
    const std::string data = encode_postings(list, batch.base);
    TRY(insert.bind(term, batch.base, store::Blob{data}).run());
  }
  return transaction.commit();
}

void TextIndex::take(const Batch& batch) {
  chunks_.insert(chunks_.end(), batch.chunks.begin(), batch.chunks.end());
  live_ += batch.chunks.size();
}

void TextIndex::set_live(std::span<const store::Store::LiveChunk> live) {
  live_ = 0;
  size_t at = 0;
  for (Indexed& one : chunks_) {
    while (at < live.size() && live[at].id < one.id) ++at;
    one.live = at < live.size() && live[at].id == one.id;
    live_ += one.live ? 1 : 0;
  }
}

Slot TextIndex::slot_of(store::ChunkId chunk) const {
  const auto at = std::ranges::lower_bound(chunks_, chunk, {}, &Indexed::id);
  return static_cast<Slot>((at != chunks_.end() && at->id == chunk ? at : chunks_.end()) - chunks_.begin());
}

std::vector<Slot> TextIndex::unpurged() const {
  std::vector<Slot> out;
  for (Slot slot = 0; slot < chunks_.size(); ++slot)
    if (!chunks_[slot].live && !chunks_[slot].purged) out.push_back(slot);
  return out;
}

void TextIndex::set_purged(std::span<const Slot> slots) {
  for (const Slot slot : slots) chunks_[slot].purged = true;
}

TextIndex::View TextIndex::view(const Allowed& allowed) const {
  View out{.seen = std::vector<char>(chunks_.size(), 0), .chunks = 0, .average_length = 1};
  uint64_t length = 0;
  store::DocumentId document = 0;  // its chunks stand together: it is asked for once
  bool in = true;
  for (size_t slot = 0; slot < chunks_.size(); ++slot) {
    const Indexed& one = chunks_[slot];
    if (!one.live) continue;
    if (allowed && one.document != document) {
      document = one.document;
      in = allowed(one.collection, one.document);
    }
    if (!in) continue;
    out.seen[slot] = 1;
    ++out.chunks;
    length += one.length;
  }
  if (length > 0) out.average_length = static_cast<double>(length) / static_cast<double>(out.chunks);
  return out;
}

Result<void> TextIndex::postings(store::Database& reader, std::string_view term, bool by_prefix,
                                 const View& view) {
  list_.clear();
  // By prefix there are no more rows than characters that can follow, times segments. A limit on them would
  // let what is not seen push out what is.
  store::Statement rows =
      TRY(reader.prepare(by_prefix ? "SELECT base, data FROM text_postings WHERE term >= ?1 AND term < ?2"
                                   : "SELECT base, data FROM text_postings WHERE term = ?1 ORDER BY base"));
  const std::string end = after_prefix(std::string(term));
  if (by_prefix) {
    rows.bind(term, end);
  } else {
    rows.bind(term);
  }
  // Slots beyond the view belong to a later search.
  const auto keep = [&](const Posting& one) {
    if (one.slot < view.seen.size() && view.seen[one.slot] != 0) list_.push_back(one);
  };
  while (TRY(rows.step()))
    if (!each_posting(rows.blob(1), static_cast<Slot>(rows.integer(0)), keep)) return damaged();
  if (by_prefix) join_slots(list_);
  return {};
}

Result<void> TextIndex::score(store::Database& reader, const std::vector<std::string>& terms, bool by_prefix,
                              const View& view, Scores& out) {
  for (const Slot slot : out.matched) out.cells[slot] = {};
  out.matched.clear();
  out.cells.resize(view.seen.size());
  out.query_weight = 0;
  const double fixed = kK1 * (1 - kB), by_length = kK1 * kB / view.average_length;
  for (const std::string& term : terms) {
    TRY(postings(reader, term, by_prefix, view));
    const double idf = idf_of(list_.size(), view.chunks);
    out.query_weight += idf;
    for (const Posting& one : list_) {
      Scores::Cell& cell = out.cells[one.slot];
      if (cell.terms++ == 0) out.matched.push_back(one.slot);
      const double frequency = one.frequency;
      cell.score += static_cast<float>(idf * frequency * (kK1 + 1) /
                                       (frequency + fixed + by_length * chunks_[one.slot].length));
      cell.weight += static_cast<float>(idf);
    }
  }
  return {};
}

Result<std::vector<double>> TextIndex::idf(store::Database& reader, const std::vector<std::string>& terms,
                                           const View& view) {
  std::vector<double> out;
  for (const std::string& term : terms) {
    TRY(postings(reader, term, false, view));
    out.push_back(idf_of(list_.size(), view.chunks));
  }
  return out;
}

}  // namespace cvp::vector
