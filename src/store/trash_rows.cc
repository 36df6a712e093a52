// The trash, and the revisions of a document.
#include "store/document_rows.h"
#include "store/sqlite_store.h"

namespace cvp::store {

Result<void> SqliteStore::trash_document(DocumentId id) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("UPDATE documents SET trashed_unix = ?2 WHERE id = ?1 AND trashed_unix = 0", id,
               std::max<int64_t>(1, clock_.unix_seconds())));
    if (db.changes() == 0) return no_document(id);
    TRY(
        db.run("DELETE FROM live_chunks WHERE chunk IN (SELECT c.id FROM chunks c JOIN revisions r ON r.id ="
               " c.revision WHERE r.document = ?1)",
               id));
    return bump_generation(db);
  });
}

Result<void> SqliteStore::restore_document(DocumentId id) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("UPDATE documents SET trashed_unix = 0 WHERE id = ?1 AND trashed_unix > 0", id));
    if (db.changes() == 0) return no_document(id);
    // Derived indexes rely on it that a chunk which died stays dead: it comes back under a new id.
    TRY(
        db.run("UPDATE chunks SET id = (SELECT seq FROM sqlite_sequence WHERE name = 'chunks') + 1 + ordinal"
               " WHERE revision = (SELECT active_revision FROM documents WHERE id = ?1)",
               id));
    TRY(db.run(
        "UPDATE sqlite_sequence SET seq = max(seq, (SELECT max(id) FROM chunks)) WHERE name = 'chunks'"));
    TRY(db.run(
        "INSERT INTO live_chunks(chunk, collection) SELECT c.id, d.collection FROM documents d JOIN chunks c"
        " ON c.revision = d.active_revision WHERE d.id = ?1",
        id));
    return bump_generation(db);
  });
}

Result<size_t> SqliteStore::empty_trash(int64_t before_unix) {
  size_t count = 0;
  auto hashes = write([&](Database& db) -> Result<std::vector<std::string>> {
    std::vector<DocumentId> documents;
    {
      auto rows = TRY(db.prepare("SELECT id FROM documents WHERE trashed_unix > 0 AND trashed_unix < ?1"));
      rows.bind(before_unix);
      while (TRY(rows.step())) documents.push_back(rows.integer(0));
    }
    std::vector<std::string> removed;
    for (const DocumentId document : documents)
      for (std::string& hash : TRY(remove_document_rows(db, document))) removed.push_back(std::move(hash));
    count = documents.size();
    return removed;
  });
  if (!hashes) return std::unexpected(hashes.error());
  if (count > 0) TRY(scrub(*hashes));
  return count;
}

Result<std::vector<Store::Revision>> SqliteStore::revisions(DocumentId id) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(
      "SELECT r.id, r.number, r.added_unix, r.bytes, r.id = d.active_revision, r.media_type FROM revisions r"
      " JOIN documents d ON d.id = r.document WHERE d.id = ?1 AND d.trashed_unix = 0 ORDER BY r.number "
      "DESC"));
  rows.bind(id);
  std::vector<Revision> out;
  while (TRY(rows.step()))
    out.push_back({rows.integer(0), static_cast<uint32_t>(rows.integer(1)), rows.integer(2),
                   static_cast<uint64_t>(rows.integer(3)), rows.integer(4) != 0, rows.string(5)});
  if (out.empty()) return no_document(id);
  return out;
}

Result<DocumentInfo> SqliteStore::document_of(RevisionId revision) {
  std::optional<int64_t> id;
  {
    auto snapshot = TRY(readers_.snapshot());
    id = TRY(snapshot.db().integer("SELECT document FROM revisions WHERE id = ?1", revision));
  }
  if (!id)
    return fail(Errc::not_found, cvp::text("there is no revision {}", "没有编号为 {} 的版本", revision));
  return document(*id);
}

}  // namespace cvp::store
