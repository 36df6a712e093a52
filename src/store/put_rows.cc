// put(): one transaction that holds original, text, layout and chunks of a new revision, or nothing.
#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "store/document_rows.h"
#include "store/pieces.h"
#include "store/sqlite_store.h"
#include "sys/sha256.h"

namespace cvp::store {
namespace {

constexpr size_t kMostChunks = 1'000'000;
constexpr size_t kMostLayoutSpans = 20'000'000;

std::unexpected<Error> inconsistent(const NewRevision& revision, const Text& what) {
  return fail(Errc::corrupt, text("{} was not stored: {}", "未保存 {}：{}", repair_utf8(revision.uri), what));
}

/// What came from a parser child is not trusted: every position must lie in the text.
Result<void> check_positions(const NewRevision& revision) {
  const ParsedText& parsed = revision.parsed;
  const size_t size = parsed.text.size();
  if (!std::is_sorted(parsed.page_starts.begin(), parsed.page_starts.end()) ||
      (!parsed.page_starts.empty() && parsed.page_starts.back() > size))
    return inconsistent(revision, text("its page numbers do not fit its text", "页码与文本不符"));
  uint32_t previous = 0;
  for (const LayoutSpan& item : parsed.layout) {
    if (item.span.begin < previous || item.span.end < item.span.begin || item.span.end > size)
      return inconsistent(revision, text("its layout does not fit its text", "版面位置与文本不符"));
    previous = item.span.begin;
  }
  for (const ChunkSpan& chunk : revision.chunks)
    if (chunk.context_begin > chunk.span.begin || chunk.span.begin > chunk.span.end || chunk.span.end > size)
      return inconsistent(revision, text("its passages do not fit its text", "段落划分与文本不符"));
  return {};
}

Result<void> check(const NewRevision& revision, std::string_view original) {
  const ParsedText& parsed = revision.parsed;
  if (!is_sha256(revision.content_sha256) || sys::sha256_hex(original) != revision.content_sha256)
    return inconsistent(revision, text("the file changed while it was read", "读取过程中文件发生了变化"));
  if (parsed.text.size() > limits::kDocumentTextBytes)
    return fail(
        Errc::refused,
        text("{} has too much text ({} MB; the limit is {} MB)", "{} 的文本过长（{} MB，上限为 {} MB）",
             repair_utf8(revision.uri), parsed.text.size() >> 20, limits::kDocumentTextBytes >> 20),
        text("split it into smaller files", "请拆分成较小的文件"));
  if (parsed.layout.size() > kMostLayoutSpans || revision.chunks.size() > kMostChunks)
    return inconsistent(revision, text("it has too many parts", "内容划分的数量过多"));
  if (parsed.text.find('\0') != std::string::npos || !valid_utf8(parsed.text))
    return inconsistent(revision, text("its text is not valid UTF-8", "文本不是有效的 UTF-8"));
  return check_positions(revision);
}

Result<void> insert_text(Database& db, RevisionId id, const ParsedText& parsed) {
  auto insert = TRY(db.prepare("INSERT INTO texts(id, bytes) VALUES(?1, ?2)"));
  const std::string_view all = parsed.text;
  for (size_t begin = 0; begin < all.size(); begin += kPieceBytes) {
    const auto piece = static_cast<uint32_t>(begin / kPieceBytes);
    TRY(insert.bind(piece_key(id, piece), Blob{all.substr(begin, kPieceBytes)}).run());
  }
  return {};
}

Result<void> insert_layout(Database& db, RevisionId id, const ParsedText& parsed) {
  auto insert = TRY(db.prepare("INSERT INTO layout(id, spans) VALUES(?1, ?2)"));
  const std::span<const LayoutSpan> all = parsed.layout;
  for (size_t begin = 0; begin < all.size();) {
    const uint32_t piece = all[begin].span.begin / kPieceBytes;
    size_t end = begin;
    while (end < all.size() && all[end].span.begin / kPieceBytes == piece) ++end;
    const std::string packed = pack_layout(all.subspan(begin, end - begin));
    TRY(insert.bind(piece_key(id, piece), Blob{packed}).run());
    begin = end;
  }
  if (parsed.page_starts.empty()) return {};
  return db.run("INSERT INTO pages(revision, starts) VALUES(?1, ?2)", id,
                Blob{pack_page_starts(parsed.page_starts)});
}

Result<void> insert_chunks(Database& db, RevisionId id, const NewRevision& revision) {
  auto insert =
      TRY(db.prepare("INSERT INTO chunks(revision, ordinal, context_begin, span_begin, span_end, page_first, "
                     "page_last, tokens, heading)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  auto live = TRY(db.prepare("INSERT INTO live_chunks(chunk, collection) VALUES(?1, ?2)"));
  uint32_t ordinal = 0;
  for (const ChunkSpan& chunk : revision.chunks) {
    TRY(insert
            .bind(id, ordinal++, chunk.context_begin, chunk.span.begin, chunk.span.end, chunk.page_first,
                  chunk.page_last, chunk.tokens, chunk.heading)
            .run());
    TRY(live.bind(db.last_insert_id(), revision.collection).run());
  }
  return {};
}

Result<RevisionId> insert_revision(Database& db, DocumentId document, const NewRevision& revision,
                                   int64_t now_unix) {
  const ParsedText& parsed = revision.parsed;
  uint32_t longest = 0;
  for (const LayoutSpan& item : parsed.layout) longest = std::max(longest, item.span.size());
  const int64_t number =
      TRY(db.integer("SELECT max(number) FROM revisions WHERE document = ?1", document)).value_or(0) + 1;
  TRY(
      db.run("INSERT INTO revisions(document, number, sha256, bytes, modified_unix, added_unix, title, "
             "media_type, made_with,"
             " notes, text_bytes, pages, chunks, longest_layout_bytes)"
             " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
             document, number, revision.content_sha256, revision.bytes, revision.modified_unix, now_unix,
             parsed.title, parsed.media_type, revision.made_with, Blob{pack_notes(parsed.notes)},
             static_cast<uint64_t>(parsed.text.size()), static_cast<uint64_t>(parsed.page_starts.size()),
             static_cast<uint64_t>(revision.chunks.size()), longest));
  const RevisionId id = db.last_insert_id();
  TRY(insert_text(db, id, parsed));
  TRY(insert_layout(db, id, parsed));
  TRY(insert_chunks(db, id, revision));
  TRY(db.run("UPDATE documents SET active_revision = ?2 WHERE id = ?1", document, id));
  return id;
}

struct Existing {
  DocumentId document = 0;
  RevisionId revision = 0;
  std::string sha256, made_with;
  bool trashed = false;
};

/// The document of this uri, else the first one of the collection with the same content.
Result<std::optional<Existing>> find_existing(Database& db, const NewRevision& revision, bool& same_uri) {
  auto by_uri = TRY(db.prepare(
      "SELECT d.id, r.id, r.sha256, r.made_with, d.trashed_unix FROM documents d JOIN revisions r ON r.id ="
      " d.active_revision WHERE d.collection = ?1 AND d.uri = ?2"));
  by_uri.bind(revision.collection, revision.uri);
  same_uri = TRY(by_uri.step());
  if (same_uri)
    return Existing{by_uri.integer(0), by_uri.integer(1), by_uri.string(2), by_uri.string(3),
                    by_uri.integer(4) > 0};
  auto by_hash = TRY(db.prepare(
      "SELECT d.id, r.id, r.sha256, r.made_with FROM revisions r JOIN documents d ON d.id = r.document"
      " WHERE r.sha256 = ?1 AND d.active_revision = r.id AND d.collection = ?2 AND d.trashed_unix = 0 ORDER "
      "BY d.id LIMIT 1"));
  by_hash.bind(revision.content_sha256, revision.collection);
  if (!TRY(by_hash.step())) return std::nullopt;
  return Existing{by_hash.integer(0), by_hash.integer(1), by_hash.string(2), by_hash.string(3), false};
}

}  // namespace

Result<Store::Put> SqliteStore::put_rows(Database& db, const NewRevision& revision,
                                         std::string_view original) {
  if (!TRY(db.integer("SELECT 1 FROM collections WHERE id = ?1", revision.collection)))
    return fail(Errc::not_found,
                cvp::text("there is no collection {}", "没有编号为 {} 的文档集", revision.collection));
  bool same_uri = false;
  const std::optional<Existing> existing = TRY(find_existing(db, revision, same_uri));
  if (existing && !existing->trashed &&
      (!same_uri ||
       (existing->sha256 == revision.content_sha256 && existing->made_with == revision.made_with)))
    return Put{PutOutcome::unchanged, existing->document, existing->revision};

  TRY(originals_.save(revision.content_sha256, original));
  DocumentId document = existing ? existing->document : 0;
  if (existing) {
    // What lay in the trash comes back as what it is now.
    TRY(db.run("UPDATE documents SET trashed_unix = 0 WHERE id = ?1", document));
    TRY(db.run("DELETE FROM live_chunks WHERE chunk IN (SELECT id FROM chunks WHERE revision = ?1)",
               existing->revision));
  } else {
    TRY(db.run("INSERT INTO documents(collection, uri, active_revision) VALUES(?1, ?2, 0)",
               revision.collection, revision.uri));
    document = db.last_insert_id();
  }
  const RevisionId id = TRY(insert_revision(db, document, revision, clock_.unix_seconds()));
  TRY(bump_generation(db));
  return Put{existing ? PutOutcome::updated : PutOutcome::added, document, id};
}

Result<Store::Put> SqliteStore::put(const NewRevision& revision, std::string_view original) {
  TRY(check(revision, original));
  auto done = write([&](Database& db) { return put_rows(db, revision, original); });
  if (done) return done;
  // The rows were rolled back; the original must not outlive them. Its own failure does not hide the first
  // one.
  std::lock_guard lock(writing_);
  (void)originals_.collect(*writer_, revision.content_sha256);
  return done;
}

}  // namespace cvp::store
