#include "vector/merge.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace cvp::vector {
namespace {

constexpr int kRowsAtOnce = 20'000;

struct Segment {
  Slot base = 0;
  int64_t chunks = 0;
};

/// A term and its list, to be written after the statement that read it is done.
struct Row {
  std::string term, data;
};

std::unexpected<Error> damaged() {
  return fail(Errc::corrupt, text("the full-text index is damaged", "全文索引已损坏"));
}

Result<std::vector<Segment>> segments(store::Database& writer) {
  std::vector<Segment> out;
  store::Statement rows = TRY(writer.prepare("SELECT base, chunks FROM text_segments ORDER BY base"));
  rows.bind();
  while (TRY(rows.step())) out.push_back({static_cast<Slot>(rows.integer(0)), rows.integer(1)});
  return out;
}

Result<void> put(store::Database& writer, const std::vector<Row>& changed, Slot base) {
  store::Statement insert =
      TRY(writer.prepare("INSERT OR REPLACE INTO text_postings(term, base, data) VALUES(?1, ?2, ?3)"));
  for (const Row& row : changed) TRY(insert.bind(row.term, base, store::Blob{row.data}).run());
  return {};
}

/// Every term of the second segment moves into the first; both lists ascend and the second's slots are all
/// greater.
Result<void> join(store::Database& writer, const Segment& first, const Segment& second) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  std::vector<Row> moved;
  std::string after;
  do {
    moved.clear();
    {
      store::Statement rows =
          TRY(writer.prepare("SELECT b.term, a.data, b.data FROM text_postings b LEFT JOIN text_postings a "
                             "ON a.term = b.term AND "
                             "a.base = ?1 WHERE b.base = ?2 AND b.term > ?3 ORDER BY b.term LIMIT ?4"));
      rows.bind(first.base, second.base, after, kRowsAtOnce);
      while (TRY(rows.step())) {
        std::vector<Posting> list;
        if (!decode_postings(rows.blob(1), first.base, list) ||
            !decode_postings(rows.blob(2), second.base, list))
          return damaged();
        moved.push_back({rows.string(0), encode_postings(list, first.base)});
      }
    }
    TRY(put(writer, moved, first.base));
    if (!moved.empty()) after = moved.back().term;
  } while (!moved.empty());
  TRY(writer.run("DELETE FROM text_postings WHERE base = ?1", second.base));
  TRY(writer.run("DELETE FROM text_segments WHERE base = ?1", second.base));
  TRY(writer.run("UPDATE text_segments SET chunks = ?1 WHERE base = ?2", first.chunks + second.chunks,
                 first.base));
  return transaction.commit();
}

/// Takes slots out of the lists of one segment's next terms after `after`, which moves on; false at the end.
Result<bool> purge_some(store::Database& writer, Slot base, std::span<const Slot> slots, std::string& after) {
  std::vector<Row> changed;
  int seen = 0;
  {
    store::Statement rows = TRY(writer.prepare(
        "SELECT term, data FROM text_postings WHERE base = ?1 AND term > ?2 ORDER BY term LIMIT ?3"));
    const std::string from = after;
    rows.bind(base, from, kRowsAtOnce);
    for (; TRY(rows.step()); ++seen) {
      std::vector<Posting> list;
      if (!decode_postings(rows.blob(1), base, list)) return damaged();
      after = rows.text(0);
      const size_t before = list.size();
      std::erase_if(list, [&](const Posting& one) { return std::ranges::binary_search(slots, one.slot); });
      if (list.size() != before) changed.push_back({after, encode_postings(list, base)});
    }
  }
  store::Statement remove = TRY(writer.prepare("DELETE FROM text_postings WHERE term = ?1 AND base = ?2"));
  for (const Row& row : changed)
    if (row.data.empty()) TRY(remove.bind(row.term, base).run());
  std::erase_if(changed, [](const Row& row) { return row.data.empty(); });
  TRY(put(writer, changed, base));
  return seen == kRowsAtOnce;
}

}  // namespace

Result<void> merge_segments(store::Database& writer) {
  std::vector<Segment> all = TRY(segments(writer));
  while (all.size() > kMaxSegments) {
    size_t smallest = 0;
    int64_t least = std::numeric_limits<int64_t>::max();
    for (size_t i = 0; i + 1 < all.size(); ++i) {
      if (all[i].chunks + all[i + 1].chunks >= least) continue;
      least = all[i].chunks + all[i + 1].chunks;
      smallest = i;
    }
    TRY(join(writer, all[smallest], all[smallest + 1]));
    all[smallest].chunks = least;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(smallest) + 1);
  }
  return {};
}

Result<void> purge_slots(store::Database& writer, std::span<const Slot> slots) {
  if (slots.empty()) return {};
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  for (const Segment& segment : TRY(segments(writer))) {
    const auto first = std::ranges::lower_bound(slots, segment.base);
    const auto last = std::ranges::lower_bound(slots, static_cast<Slot>(segment.base + segment.chunks));
    if (first == last) continue;
    std::string after;
    while (TRY(purge_some(writer, segment.base, std::span(first, last), after))) {
    }
  }
  store::Statement mark = TRY(writer.prepare("UPDATE text_chunks SET purged = 1 WHERE slot = ?1"));
  for (const Slot slot : slots) TRY(mark.bind(slot).run());
  TRY(transaction.commit());
  TRY(writer.checkpoint_truncate());
  return {};
}

}  // namespace cvp::vector
