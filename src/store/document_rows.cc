#include "store/document_rows.h"

#include <cstdint>

#include "store/pieces.h"
#include "store/sqlite_store.h"

namespace cvp::store {
namespace {

constexpr const char* kInfoColumns =
    "SELECT d.id, d.collection, c.name, d.uri, r.title, r.media_type, r.id, r.number, r.sha256, r.bytes, "
    "r.pages, r.chunks, r.added_unix, r.made_with, r.notes ";
const std::string kInfo = std::string(kInfoColumns) +
                          "FROM documents d JOIN collections c ON c.id = d.collection"
                          " JOIN revisions r ON r.id = d.active_revision ";

const std::string kInfoById = kInfo + "WHERE d.id = ?1 AND d.trashed_unix = 0";
const std::string kInfoByUri = kInfo + "WHERE d.collection = ?1 AND d.uri = ?2 AND d.trashed_unix = 0";
const std::string kInfoOfCollection = kInfo + "WHERE d.collection = ?1 AND d.trashed_unix = 0 ORDER BY d.uri";
const std::string kInfoOfAll = kInfo + "WHERE d.trashed_unix = 0 ORDER BY c.name, d.uri";
// Revisions are numbered as they come: walked backwards, they need no sorting, and a page ends the walk.
const std::string kInfoNewestFirst =
    std::string(kInfoColumns) +
    "FROM revisions r CROSS JOIN documents d ON d.id = r.document AND d.active_revision = r.id"
    " CROSS JOIN collections c ON c.id = d.collection"
    " WHERE r.id < ?1 AND d.collection = ?2 AND d.trashed_unix = 0 ORDER BY r.id DESC";

Result<DocumentInfo> read_info(Statement& row) {
  DocumentInfo info{.id = row.integer(0),
                    .collection = row.integer(1),
                    .collection_name = row.string(2),
                    .uri = row.string(3),
                    .title = row.string(4),
                    .media_type = row.string(5),
                    .revision = row.integer(6),
                    .revision_number = static_cast<uint32_t>(row.integer(7)),
                    .content_sha256 = row.string(8),
                    .bytes = static_cast<uint64_t>(row.integer(9)),
                    .pages = static_cast<uint32_t>(row.integer(10)),
                    .chunks = static_cast<uint32_t>(row.integer(11)),
                    .added_unix = row.integer(12),
                    .made_with = row.string(13),
                    .notes = {}};
  auto notes = unpack_notes(row.blob(14));
  if (!notes)
    return fail(Errc::corrupt,
                text("the notes of document {} are damaged", "文档 {} 的说明信息已损坏", info.id));
  info.notes = std::move(*notes);
  return info;
}

}  // namespace

std::unexpected<Error> no_document(DocumentId id) {
  return fail(Errc::not_found, text("there is no document {}", "没有编号为 {} 的文档", id),
              text("`cvp ls` lists the documents", "用 `cvp ls` 查看已有文档"));
}

Result<void> bump_generation(Database& db) {
  return db.run("UPDATE counters SET value = value + 1 WHERE name = 'generation'");
}

Result<std::vector<std::string>> remove_document_rows(Database& db, DocumentId id) {
  std::vector<std::pair<RevisionId, std::string>> revisions;
  {
    auto rows = TRY(db.prepare("SELECT id, sha256 FROM revisions WHERE document = ?1"));
    rows.bind(id);
    while (TRY(rows.step())) revisions.emplace_back(rows.integer(0), rows.string(1));
  }
  std::vector<std::string> hashes;
  for (const auto& [revision, hash] : revisions) {
    const int64_t first = piece_key(revision, 0), end = piece_key(revision + 1, 0);
    TRY(db.run("DELETE FROM texts WHERE id >= ?1 AND id < ?2", first, end));
    TRY(db.run("DELETE FROM layout WHERE id >= ?1 AND id < ?2", first, end));
    TRY(db.run("DELETE FROM pages WHERE revision = ?1", revision));
    TRY(db.run("DELETE FROM live_chunks WHERE chunk IN (SELECT id FROM chunks WHERE revision = ?1)",
               revision));
    TRY(db.run("DELETE FROM chunks WHERE revision = ?1", revision));
    TRY(db.run("DELETE FROM revisions WHERE id = ?1", revision));
    hashes.push_back(hash);
  }
  TRY(db.run("DELETE FROM documents WHERE id = ?1", id));
  TRY(bump_generation(db));
  return hashes;
}

Result<std::vector<DocumentInfo>> SqliteStore::documents(CollectionId collection_or_0) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(collection_or_0 != 0 ? kInfoOfCollection : kInfoOfAll));
  if (collection_or_0 != 0) rows.bind(collection_or_0);
  std::vector<DocumentInfo> out;
  while (TRY(rows.step())) out.push_back(TRY(read_info(rows)));
  return out;
}

Result<std::vector<DocumentInfo>> SqliteStore::documents_page(const DocumentPage& page) {
  constexpr int kUri = 3, kTitle = 4;
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(kInfoNewestFirst));
  rows.bind(page.before != 0 ? page.before : INT64_MAX, page.collection);
  std::vector<DocumentInfo> out;
  while (out.size() < page.limit && TRY(rows.step())) {
    if (!page.wanted || page.wanted(rows.text(kUri), rows.text(kTitle))) out.push_back(TRY(read_info(rows)));
  }
  return out;
}

Result<DocumentInfo> SqliteStore::document(DocumentId id) {
  auto snapshot = TRY(readers_.snapshot());
  auto row = TRY(snapshot.db().prepare(kInfoById));
  row.bind(id);
  if (!TRY(row.step())) return no_document(id);
  return read_info(row);
}

Result<DocumentInfo> SqliteStore::find_document(CollectionId collection, std::string_view uri) {
  auto snapshot = TRY(readers_.snapshot());
  auto row = TRY(snapshot.db().prepare(kInfoByUri));
  row.bind(collection, uri);
  if (TRY(row.step())) return read_info(row);
  return fail(Errc::not_found,
              cvp::text("{} is not in the knowledge base", "知识库中没有 {}", repair_utf8(uri)),
              cvp::text("`cvp ls` lists the documents", "用 `cvp ls` 查看已有文档"));
}

Result<void> SqliteStore::remove_document(DocumentId id) {
  auto hashes = write([&](Database& db) -> Result<std::vector<std::string>> {
    if (!TRY(db.integer("SELECT 1 FROM documents WHERE id = ?1", id))) return no_document(id);
    return remove_document_rows(db, id);
  });
  return scrub(TRY(std::move(hashes)));
}

Result<sys::Path> SqliteStore::original_path(RevisionId revision) {
  auto snapshot = TRY(readers_.snapshot());
  auto row = TRY(snapshot.db().prepare("SELECT sha256 FROM revisions WHERE id = ?1"));
  row.bind(revision);
  if (!TRY(row.step()))
    return fail(Errc::not_found, cvp::text("there is no revision {}", "没有编号为 {} 的版本", revision));
  const std::string hash = row.string(0);
  if (!is_sha256(hash))
    return fail(Errc::corrupt,
                cvp::text("the hash of revision {} is damaged", "版本 {} 的校验值已损坏", revision));
  sys::Path path = originals_.path_of(hash);
  if (!sys::exists(path))
    return fail(Errc::not_found,
                cvp::text("the original file of revision {} is missing: {}", "版本 {} 的原始文件已丢失：{}",
                          revision, path.string()),
                cvp::text("remove the document with `cvp rm` and add it again",
                          "请用 `cvp rm` 删除该文档后重新添加"));
  return path;
}

}  // namespace cvp::store
