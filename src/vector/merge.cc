#include "vector/merge.h"

#include <limits>
#include <vector>

#include "vector/postings.h"

namespace cvp::vector {
namespace {

struct Segment {
  Slot base = 0;
  int64_t chunks = 0;
};

Result<std::vector<Segment>> segments(store::Database& writer) {
  std::vector<Segment> out;
  store::Statement rows = TRY(writer.prepare("SELECT base, chunks FROM text_segments ORDER BY base"));
  rows.bind();
  while (TRY(rows.step())) out.push_back({static_cast<Slot>(rows.integer(0)), rows.integer(1)});
  return out;
}

/// Every term of the second segment moves into the first; both lists ascend and the second's slots are all
/// greater.
Result<void> join(store::Database& writer, const Segment& first, const Segment& second) {
  store::Transaction transaction = TRY(store::Transaction::begin(writer, store::Transaction::Kind::write));
  std::vector<std::pair<std::string, std::string>> moved;
  {
    store::Statement rows =
        TRY(writer.prepare("SELECT b.term, a.data, b.data FROM text_postings b LEFT JOIN text_postings a ON "
                           "a.term = b.term AND a.base = ?1 WHERE b.base = ?2"));
    rows.bind(first.base, second.base);
    while (TRY(rows.step())) {
      std::vector<Posting> list;
      if (!decode_postings(rows.blob(1), first.base, list) ||
          !decode_postings(rows.blob(2), second.base, list))
        return fail(Errc::corrupt, text("the full-text index is damaged", "全文索引已损坏"));
      moved.emplace_back(rows.string(0), encode_postings(list, first.base));
    }
  }
  store::Statement insert =
      TRY(writer.prepare("INSERT OR REPLACE INTO text_postings(term, base, data) VALUES(?1, ?2, ?3)"));
  for (const auto& [term, data] : moved) TRY(insert.bind(term, first.base, store::Blob{data}).run());
  TRY(writer.run("DELETE FROM text_postings WHERE base = ?1", second.base));
  TRY(writer.run("DELETE FROM text_segments WHERE base = ?1", second.base));
  TRY(writer.run("UPDATE text_segments SET chunks = ?1 WHERE base = ?2", first.chunks + second.chunks,
                 first.base));
  return transaction.commit();
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

}  // namespace cvp::vector
