#include "store/sqlite_store.h"

#include "base/log.h"
#include "store/schema.h"

namespace cvp::store {

sys::Path migration_backup(const sys::Path& home) { return home / "cvp.db.before-migration"; }

Result<std::unique_ptr<Store>> Store::open(const sys::Path& home, const Clock& clock) {
  const auto doing = cvp::text("cannot open the knowledge base in {}", "无法打开知识库 {}", home.string());
  if (auto made = sys::make_folders(home); !made) return wrap(made.error(), doing);
  const sys::Path file = home / "cvp.db";
  // A clean end removes the log, so that its presence means a crash (or another process at work).
  const bool unclean = sys::exists(home / "cvp.db-wal");
  auto writer = Database::open(file, {});
  if (!writer) return wrap(writer.error(), doing);
  if (auto done = migrate(**writer, migrations(), file, migration_backup(home)); !done)
    return wrap(done.error(), doing);
  auto store = std::make_unique<SqliteStore>(home, clock, std::move(*writer));
  if (unclean) TRY(store->collect_orphans());
  return store;
}

SqliteStore::SqliteStore(const sys::Path& home, const Clock& clock, std::unique_ptr<Database> writer)
    : clock_(clock),
      home_(home),
      originals_(home / "files"),
      writer_(std::move(writer)),
      readers_(home / "cvp.db") {}

SqliteStore::~SqliteStore() = default;

Result<void> SqliteStore::collect_orphans() {
  std::lock_guard lock(writing_);
  return originals_.collect_all(*writer_);
}

Result<void> SqliteStore::scrub(const std::vector<std::string>& hashes) {
  std::lock_guard lock(writing_);
  for (const std::string& hash : hashes) TRY(originals_.collect(*writer_, hash));
  TRY(sys::remove_file(migration_backup(home_)));
  if (!TRY(writer_->checkpoint_truncate()))
    log::info("the log still holds removed pages: readers were at work");
  return {};
}

Result<std::string> SqliteStore::value(std::string_view key) {
  auto snapshot = TRY(readers_.snapshot());
  auto row = TRY(snapshot.db().prepare("SELECT value FROM settings WHERE key = ?1"));
  row.bind(key);
  if (!TRY(row.step()))
    return fail(Errc::not_found, cvp::text("nothing is stored under {}", "没有保存名为 {} 的值", key));
  return row.string(0);
}

Result<void> SqliteStore::set_value(std::string_view key, std::string_view value) {
  return write(
      [&](Database& db) { return db.run("INSERT OR REPLACE INTO settings VALUES(?1, ?2)", key, value); });
}

Result<void> SqliteStore::remove_value(std::string_view key) {
  return write([&](Database& db) { return db.run("DELETE FROM settings WHERE key = ?1", key); });
}

Result<JobId> SqliteStore::begin_job(std::string_view kind, std::string_view description) {
  return write([&](Database& db) -> Result<JobId> {
    // The same work begun again takes the place of its unfinished predecessor; a bound keeps a forgotten list
    // short.
    TRY(db.run("DELETE FROM jobs WHERE kind = ?1 AND description = ?2", kind, description));
    TRY(db.run("DELETE FROM jobs WHERE id <= (SELECT max(id) FROM jobs) - 100"));
    TRY(db.run("INSERT INTO jobs(kind, description, started_unix) VALUES(?1, ?2, ?3)", kind, description,
               clock_.unix_seconds()));
    return db.last_insert_id();
  });
}

Result<void> SqliteStore::end_job(JobId job, bool completed) {
  if (!completed) return {};  // stays listed as unfinished
  return write([&](Database& db) { return db.run("DELETE FROM jobs WHERE id = ?1", job); });
}

Result<std::vector<Store::Job>> SqliteStore::unfinished_jobs() {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare("SELECT id, kind, description, started_unix FROM jobs ORDER BY id"));
  std::vector<Job> out;
  while (TRY(rows.step())) out.push_back({rows.integer(0), rows.string(1), rows.string(2), rows.integer(3)});
  return out;
}

}  // namespace cvp::store
