#include "vector/text_index.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/unicode.h"

namespace cvp::vector {
namespace {

constexpr size_t kPrefixTerms = 5000;  // of a one-character query

std::unexpected<Error> damaged() {
  return fail(Errc::corrupt, text("the full-text index is damaged", "全文索引已损坏"));
}

/// The first string that is greater than every string that begins with prefix (prefix is not all 0xff: it is
/// UTF-8).
std::string after_prefix(std::string prefix) {
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

std::string indexed_text(const store::Chunk& chunk) {
  std::string out;
  if (!chunk.title.empty()) out += chunk.title + "\n";
  if (!chunk.where.heading.empty()) out += chunk.where.heading + "\n";
  return out + chunk.text;
}

std::vector<std::string> distinct_terms(std::string_view text) {
  std::vector<std::string> out;
  std::unordered_set<std::string> seen;
  for (Term& term : tokenize(text))
    if (seen.insert(term.text).second) out.push_back(std::move(term.text));
  return out;
}

TextIndex::Batch analyse(std::span<const store::Chunk> chunks, Slot base) {
  TextIndex::Batch out{.base = base, .chunks = {}, .postings = {}};
  std::unordered_map<std::string, std::vector<Posting>> lists;
  for (size_t i = 0; i < chunks.size(); ++i) {
    const Slot slot = base + static_cast<Slot>(i);
    const std::vector<Term> terms = tokenize(indexed_text(chunks[i]));
    for (const Term& term : terms) {
      std::vector<Posting>& list = lists[term.text];
      if (list.empty() || list.back().slot != slot) list.push_back({slot, 0});
      ++list.back().frequency;
    }
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
  store::Statement rows =
      TRY(reader.prepare("SELECT slot, chunk, collection, document, length FROM text_chunks ORDER BY slot"));
  rows.bind();
  while (TRY(rows.step())) {
    const auto slot = static_cast<size_t>(rows.integer(0));
    const store::ChunkId id = rows.integer(1);
    if (slot != out.chunks_.size() || id <= out.last_chunk()) return damaged();
    out.chunks_.push_back({.id = id,
                           .collection = rows.integer(2),
                           .document = rows.integer(3),
                           .length = static_cast<uint32_t>(rows.integer(4)),
                           .live = false});
  }
  out.accumulator_.assign(out.chunks_.size(), 0);
  out.hits_.assign(out.chunks_.size(), 0);
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
  for (const Indexed& one : batch.chunks) {
    chunks_.push_back(one);
    live_ += 1;
    live_length_ += one.length;
  }
  accumulator_.resize(chunks_.size(), 0);
  hits_.resize(chunks_.size(), 0);
}

void TextIndex::set_live(std::span<const store::Store::LiveChunk> live) {
  live_ = 0;
  live_length_ = 0;
  size_t at = 0;
  for (Indexed& one : chunks_) {
    while (at < live.size() && live[at].id < one.id) ++at;
    one.live = at < live.size() && live[at].id == one.id;
    if (!one.live) continue;
    live_ += 1;
    live_length_ += one.length;
  }
}

Slot TextIndex::slot_of(store::ChunkId chunk) const {
  const auto at = std::ranges::lower_bound(chunks_, chunk, {}, &Indexed::id);
  return at != chunks_.end() && at->id == chunk ? static_cast<Slot>(at - chunks_.begin())
                                                : static_cast<Slot>(chunks_.size());
}

bool TextIndex::allowed_at(Slot slot, const Allowed& allowed) const {
  const Indexed& one = chunks_[slot];
  return one.live && (!allowed || allowed(one.collection, one.document));
}

Result<std::vector<Posting>> TextIndex::postings(store::Database& reader, std::string_view term,
                                                 bool by_prefix) {
  std::vector<Posting> out;
  store::Statement rows = TRY(reader.prepare(
      by_prefix ? "SELECT base, data FROM text_postings WHERE term >= ?1 AND term < ?2 LIMIT ?3"
                : "SELECT base, data FROM text_postings WHERE term = ?1 ORDER BY base"));
  const std::string end = after_prefix(std::string(term));
  if (by_prefix) {
    rows.bind(term, end, static_cast<int64_t>(kPrefixTerms));
  } else {
    rows.bind(term);
  }
  while (TRY(rows.step()))
    if (!decode_postings(rows.blob(1), static_cast<Slot>(rows.integer(0)), out)) return damaged();
  // Slots that this object has not taken yet belong to a later search; dead ones to none.
  std::erase_if(out,
                [&](const Posting& one) { return one.slot >= chunks_.size() || !chunks_[one.slot].live; });
  if (by_prefix) {
    std::ranges::sort(out, {}, &Posting::slot);
    std::vector<Posting> merged;
    for (const Posting& one : out) {
      if (merged.empty() || merged.back().slot != one.slot) {
        merged.push_back(one);
      } else {
        merged.back().frequency += one.frequency;
      }
    }
    out = std::move(merged);
  }
  return out;
}

double TextIndex::idf_of(size_t frequency) const {
  const auto n = static_cast<double>(frequency);
  return std::log(1 + (static_cast<double>(live_) - n + 0.5) / (n + 0.5));
}

Result<TextIndex::Scores> TextIndex::score(store::Database& reader, const std::vector<std::string>& terms,
                                           bool by_prefix, const Allowed& allowed) {
  Scores out;
  out.distinct_terms = terms.size();
  const double average = average_length();
  std::vector<Slot> touched;
  for (const std::string& term : terms) {
    const Result<std::vector<Posting>> list = postings(reader, term, by_prefix);
    if (!list) {
      for (const Slot slot : touched) accumulator_[slot] = 0, hits_[slot] = 0;
      return std::unexpected(list.error());
    }
    const double idf = idf_of(list->size());
    out.query_weight += idf;
    for (const Posting& one : *list) {
      const double tf = one.frequency;
      const double norm = kK1 * (1 - kB + kB * chunks_[one.slot].length / average);
      if (hits_[one.slot]++ == 0) touched.push_back(one.slot);
      accumulator_[one.slot] += static_cast<float>(idf * tf * (kK1 + 1) / (tf + norm));
    }
  }
  out.all.reserve(touched.size());
  for (const Slot slot : touched) {
    if (allowed_at(slot, allowed)) out.all.push_back({slot, accumulator_[slot], hits_[slot]});
    accumulator_[slot] = 0;
    hits_[slot] = 0;
  }
  return out;
}

Result<double> TextIndex::coverage(store::Database& reader, const std::vector<std::string>& terms,
                                   Slot slot) {
  double found = 0, total = 0;
  for (const std::string& term : terms) {
    const std::vector<Posting> list = TRY(postings(reader, term, false));
    const double idf = idf_of(list.size());
    total += idf;
    if (std::ranges::binary_search(list, slot, {}, &Posting::slot)) found += idf;
  }
  return total > 0 ? found / total : 0;
}

Result<std::vector<double>> TextIndex::idf(store::Database& reader, const std::vector<std::string>& terms) {
  std::vector<double> out;
  for (const std::string& term : terms) out.push_back(idf_of(TRY(postings(reader, term, false)).size()));
  return out;
}

}  // namespace cvp::vector
