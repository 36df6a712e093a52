#include <algorithm>

#include "store/pieces.h"
#include "store/sqlite_store.h"
#include "store/text_reader.h"

namespace cvp::store {
namespace {

std::unexpected<Error> damaged(RevisionId revision) {
  return fail(Errc::corrupt,
              text("the stored text of revision {} is damaged", "版本 {} 的文本数据已损坏", revision),
              text("run `cvp doctor`; to repair it, remove the document with `cvp rm` and add it again",
                   "请运行 `cvp doctor`；如需修复，请用 `cvp rm` 删除该文档后重新添加"));
}

struct Sizes {
  uint64_t text_bytes = 0;
  uint32_t longest_layout_bytes = 0;
};

Result<Sizes> sizes(Database& db, RevisionId revision) {
  auto row = TRY(db.prepare("SELECT text_bytes, longest_layout_bytes FROM revisions WHERE id = ?1"));
  row.bind(revision);
  if (!TRY(row.step()))
    return fail(Errc::not_found, text("there is no revision {}: its document was removed",
                                      "没有编号为 {} 的版本：对应的文档已被移除", revision));
  return Sizes{static_cast<uint64_t>(row.integer(0)), static_cast<uint32_t>(row.integer(1))};
}

Result<Sizes> sizes_for(Database& db, RevisionId revision, Span span) {
  const Sizes found = TRY(sizes(db, revision));
  if (span.begin > span.end || span.end > found.text_bytes)
    return fail(Errc::failed, text("bytes {} to {} are not in revision {}, which has {}",
                                   "版本 {2} 共有 {3} 字节，不包含第 {0} 到 {1} 字节", span.begin, span.end,
                                   revision, found.text_bytes));
  return found;
}

}  // namespace

Result<void> TextReader::load(RevisionId revision, uint32_t piece) {
  if (revision == revision_ && piece == piece_) return {};
  auto row = TRY(db_.prepare("SELECT bytes FROM texts WHERE id = ?1"));
  row.bind(piece_key(revision, piece));
  revision_ = 0;
  if (!TRY(row.step())) return damaged(revision);
  bytes_ = row.blob(0);
  revision_ = revision;
  piece_ = piece;
  return {};
}

Result<std::string> TextReader::read(RevisionId revision, Span span) {
  std::string out;
  out.reserve(span.size());
  for (uint32_t at = span.begin; at < span.end;) {
    TRY(load(revision, at / kPieceBytes));
    const uint32_t offset = at % kPieceBytes;
    const uint32_t wanted = std::min(span.end - at, kPieceBytes - offset);
    if (bytes_.size() < size_t{offset} + wanted) return damaged(revision);
    out.append(bytes_, offset, wanted);
    at += wanted;
  }
  return out;
}

Result<std::string> SqliteStore::text(RevisionId revision, Span span) {
  auto snapshot = TRY(readers_.snapshot());
  TRY(sizes_for(snapshot.db(), revision, span));
  return TextReader(snapshot.db()).read(revision, span);
}

Result<uint64_t> SqliteStore::text_size(RevisionId revision) {
  auto snapshot = TRY(readers_.snapshot());
  return TRY(sizes(snapshot.db(), revision)).text_bytes;
}

Result<uint32_t> SqliteStore::page_at(RevisionId revision, uint32_t offset) {
  auto snapshot = TRY(readers_.snapshot());
  TRY(sizes_for(snapshot.db(), revision, {offset, offset}));
  auto row = TRY(snapshot.db().prepare("SELECT starts FROM pages WHERE revision = ?1"));
  row.bind(revision);
  if (!TRY(row.step())) return 0;
  const auto starts = unpack_page_starts(row.blob(0));
  if (!starts) return damaged(revision);
  const auto after = std::upper_bound(starts->begin(), starts->end(), offset);
  return static_cast<uint32_t>(std::max<std::ptrdiff_t>(after - starts->begin(), 1));
}

Result<std::vector<LayoutSpan>> SqliteStore::layout(RevisionId revision, Span span) {
  auto snapshot = TRY(readers_.snapshot());
  const Sizes found = TRY(sizes_for(snapshot.db(), revision, span));
  const uint32_t reach = std::min(span.begin, found.longest_layout_bytes);
  auto rows = TRY(snapshot.db().prepare("SELECT spans FROM layout WHERE id >= ?1 AND id <= ?2 ORDER BY id"));
  rows.bind(piece_key(revision, (span.begin - reach) / kPieceBytes),
            piece_key(revision, span.end / kPieceBytes));
  std::vector<LayoutSpan> out;
  while (TRY(rows.step())) {
    const auto items = unpack_layout(rows.blob(0));
    if (!items) return damaged(revision);
    for (const LayoutSpan& item : *items)
      if (item.span.begin < span.end && item.span.end > span.begin) out.push_back(item);
  }
  return out;
}

}  // namespace cvp::store
