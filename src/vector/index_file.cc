#include "vector/index_file.h"

#include "vector/index.h"

namespace cvp::vector {
namespace {

// Raised when tables or the meaning of their contents change; the tokenizer has its own number.
constexpr int kFormat = 2;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS text_segments(base INTEGER PRIMARY KEY, chunks INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS text_chunks(slot INTEGER PRIMARY KEY, chunk INTEGER NOT NULL, collection INTEGER NOT NULL,
  document INTEGER NOT NULL, length INTEGER NOT NULL, purged INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS text_postings(term TEXT NOT NULL, base INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(term, base))
  STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS text_postings_base ON text_postings(base);
CREATE TABLE IF NOT EXISTS dense_stamps(id INTEGER PRIMARY KEY AUTOINCREMENT, stamp TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL,
  complete INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS dense_vectors(id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
)";

sys::Path file_in(const sys::Path& folder) { return folder / "index.db"; }

constexpr int kVersion = kFormat * 1000 + kTokenizerVersion;

Result<IndexFile> try_open(const sys::Path& folder) {
  IndexFile out;
  out.writer = TRY(store::Database::open(file_in(folder), {.sync = store::Database::Sync::normal}));
  const int64_t version = TRY(out.writer->integer("PRAGMA user_version")).value_or(0);
  if (version != 0 && version / 1000 != kFormat)
    return fail(Errc::corrupt, text("it has another format", "格式版本不同"));
  TRY(out.writer->execute(kSchema));
  if (version != kVersion) {
    // Vectors take hours and do not depend on the tokenizer: they stay.
    if (version != 0) out.note = text("its terms were made by another version", "其中的词项由另一版本生成");
    TRY(out.writer->execute(
        "BEGIN; DELETE FROM text_postings; DELETE FROM text_chunks; DELETE FROM text_segments;"
        "PRAGMA user_version = " +
        std::to_string(kVersion) + "; COMMIT"));
  }
  out.reader = TRY(store::Database::open(
      file_in(folder), {.access = store::Database::Access::read_only, .wal_autocheckpoint_pages = 0}));
  return out;
}

}  // namespace

Result<void> remove_index_file(const sys::Path& folder) {
  for (const char* tail : {"", "-wal", "-shm"}) TRY(sys::remove_file(file_in(folder).string() + tail));
  return {};
}

Result<IndexFile> open_index_file(const sys::Path& folder) {
  TRY(sys::make_folders(folder));
  Result<IndexFile> opened = try_open(folder);
  if (opened || opened.error().code != Errc::corrupt) return opened;
  const Text why = opened.error().message;
  TRY(remove_index_file(folder));
  IndexFile fresh = TRY(try_open(folder));
  fresh.note = why;
  return fresh;
}

}  // namespace cvp::vector
