#include "store/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "store/store.h"

namespace cvp::store {
namespace {

constexpr int kLongestValueBytes = 256 << 20;
constexpr int kDefensiveSettings[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                         {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                         {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                         {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                         {SQLITE_DBCONFIG_ENABLE_FKEY, 1}};

Error disk_full(const std::string& name) {
  return {Errc::unavailable, text("the disk is full: {} could not be written", "磁盘已满，无法写入 {}", name),
          text("free some space and try again; what was stored before is safe",
               "请腾出磁盘空间后重试；此前保存的内容不受影响")};
}

Error read_only(const std::string& name) {
  return {Errc::refused,
          text("{} cannot be written: it or its folder is read-only", "无法写入 {}：文件或所在文件夹为只读",
               name),
          text("check the folder's permissions, or choose another folder with CVP_HOME",
               "请检查该文件夹的权限，或用 CVP_HOME 指定另一个文件夹")};
}

/// SQLITE_OPEN_NOFOLLOW refuses a link anywhere in the path, and people do keep their home on another disk
/// behind one: only the file itself must not be a link.
sys::Path behind_links(const sys::Path& file) {
  std::error_code failed;
  const sys::Path folder =
      std::filesystem::canonical(std::filesystem::absolute(file, failed).parent_path(), failed);
  return failed ? file : folder / file.filename();
}

}  // namespace

Error Database::error(int rc) const {
  const int os_error = handle_ != nullptr ? sqlite3_system_errno(handle_) : errno;
  const std::string detail = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(rc);
  switch (rc & 0xff) {
    case SQLITE_FULL:
      return disk_full(name_);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return read_only(name_);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::corrupt, text("{} is damaged: {}", "{} 已损坏：{}", name_, detail),
              text("run `cvp doctor` to see what can be saved", "运行 `cvp doctor` 查看哪些内容可以恢复")};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::busy, text("{} is in use by another process", "{} 正被另一个进程使用", name_),
              text("try again in a moment", "请稍后重试")};
    case SQLITE_INTERRUPT:
      return fail_cancelled().error();
    case SQLITE_TOOBIG:
      return {Errc::refused, text("a value is too large for {}", "有一项数据过大，无法存入 {}", name_), {}};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      if (os_error == ENOSPC || os_error == EDQUOT) return disk_full(name_);
      if (os_error == EACCES || os_error == EROFS || os_error == EPERM) return read_only(name_);
      return {Errc::unavailable,
              text("reading or writing {} failed: {}", "读写 {} 失败：{}", name_,
                   os_error != 0 ? std::strerror(os_error) : detail),
              text("check the disk and the folder's permissions", "请检查磁盘以及该文件夹的权限")};
    default:
      return {Errc::failed, text("{}: {}", "{}：{}", name_, detail), {}};
  }
}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), stmt_(other.stmt_), sql_(other.sql_), bind_rc_(other.bind_rc_) {
  other.stmt_ = nullptr;
}

Statement::~Statement() {
  if (stmt_ != nullptr) db_->give_back(stmt_, sql_);
}

void Statement::reset() {
  sqlite3_reset(stmt_);  // returns the last step's error again, which step() has reported
  bind_rc_ = SQLITE_OK;
}

void Statement::bind_one(int index, int64_t value) { keep_error(sqlite3_bind_int64(stmt_, index, value)); }

void Statement::bind_one(int index, std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  keep_error(sqlite3_bind_text64(stmt_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind_one(int index, Blob value) {
  const char* data = value.bytes.data() != nullptr ? value.bytes.data() : "";
  keep_error(sqlite3_bind_blob64(stmt_, index, data, value.bytes.size(), SQLITE_STATIC));
}

Result<bool> Statement::step() {
  if (bind_rc_ != SQLITE_OK) return std::unexpected(db_->error(bind_rc_));
  const int rc = sqlite3_step(stmt_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return std::unexpected(db_->error(rc));
}

Result<void> Statement::run() {
  while (TRY(step())) {
  }
  reset();
  return {};
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(stmt_, column); }
double Statement::real(int column) const { return sqlite3_column_double(stmt_, column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
  return data != nullptr ? std::string_view(data, static_cast<size_t>(sqlite3_column_bytes(stmt_, column)))
                         : std::string_view();
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(stmt_, column));
  return data != nullptr ? std::string_view(data, static_cast<size_t>(sqlite3_column_bytes(stmt_, column)))
                         : std::string_view();
}

Result<std::unique_ptr<Database>> Database::open(const sys::Path& path, const Options& options) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW |
                    (options.access == Access::read_only ? SQLITE_OPEN_READONLY
                                                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* handle = nullptr;
  const int rc = sqlite3_open_v2(behind_links(path).c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> db(new Database(handle, path.string()));
  if (rc != SQLITE_OK) return std::unexpected(db->error(rc));
  TRY(db->configure(options));
  return db;
}

Result<void> Database::configure(const Options& options) {
  sqlite3_busy_timeout(handle_, options.busy_timeout_ms);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kLongestValueBytes);
  for (const auto& [setting, value] : kDefensiveSettings) sqlite3_db_config(handle_, setting, value, nullptr);
  if (options.wal_autocheckpoint_pages == 0)
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  std::string sql = fmt::format(
      "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
      "PRAGMA wal_autocheckpoint = {}; PRAGMA cache_size = -{}; PRAGMA mmap_size = {}; PRAGMA synchronous = "
      "{};",
      options.wal_autocheckpoint_pages, options.cache_kib, options.mmap_bytes,
      options.sync == Sync::full ? "FULL" : "NORMAL");
  if (options.access == Access::read_write)
    sql += "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;";
  return execute(sql);
}

Database::~Database() {
  for (auto& [sql, statements] : idle_)
    for (sqlite3_stmt* stmt : statements) sqlite3_finalize(stmt);
  CHECK(sqlite3_close(handle_) == SQLITE_OK);  // fails only when a Statement outlives its Database
}

Result<Statement> Database::prepare(std::string_view sql) {
  if (auto it = idle_.find(sql); it != idle_.end() && !it->second.empty()) {
    sqlite3_stmt* stmt = it->second.back();
    it->second.pop_back();
    return Statement(this, stmt, sql);
  }
  sqlite3_stmt* stmt = nullptr;
  const int rc = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
  if (rc != SQLITE_OK) return std::unexpected(error(rc));
  return Statement(this, stmt, sql);
}

void Database::give_back(sqlite3_stmt* stmt, std::string_view sql) {
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
  idle_[sql].push_back(stmt);
}

Result<void> Database::execute(const std::string& sql) {
  const int rc = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return std::unexpected(error(rc));
  return {};
}

int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Result<bool> Database::checkpoint_truncate() {
  const int rc = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (rc == SQLITE_OK) return true;
  if ((rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED) return false;
  return std::unexpected(error(rc));
}

Result<void> Database::backup_to(const sys::Path& target) {
  sqlite3* handle = nullptr;
  int rc = sqlite3_open_v2(target.c_str(), &handle,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database copy(handle, target.string());
  if (rc != SQLITE_OK) return std::unexpected(copy.error(rc));
  sqlite3_backup* backup = sqlite3_backup_init(copy.handle_, "main", handle_, "main");
  if (backup == nullptr) return std::unexpected(copy.error(sqlite3_errcode(copy.handle_)));
  sqlite3_backup_step(backup, -1);
  rc = sqlite3_backup_finish(backup);
  if (rc != SQLITE_OK) return std::unexpected(copy.error(rc));
  return {};
}

Result<Transaction> Transaction::begin(Database& db, Kind kind) {
  TRY(db.run(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(&db);
}

Transaction::~Transaction() {
  if (db_ != nullptr) (void)db_->run("ROLLBACK");  // fails only when SQLite has rolled back by itself
}

Result<void> Transaction::commit() {
  TRY(db_->run("COMMIT"));
  db_ = nullptr;
  return {};
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace cvp::store
