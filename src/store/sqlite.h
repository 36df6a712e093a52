// A thin wrapper of SQLite: no SQL is hidden, no error is lost. A Database and its Statements belong to one
// thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "sys/files.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cvp::store {

class Database;

/// Bound as BLOB; a string_view or string is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement on loan from its Database's cache: reset and given back on destruction. What is bound
/// must stay alive and unchanged until the statement has been stepped to its end, reset or destroyed.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds the arguments to ?1, ?2, … after a reset. A failure shows at the next step.
  template <class... A>
  Statement& bind(const A&... values) {
    reset();
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  /// True: a row is there. Texts and blobs of a row are valid until the next step, reset or bind.
  Result<bool> step();
  /// Steps to the end and resets, so that the statement can be bound again.
  Result<void> run();
  void reset();

  int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  bool is_null(int column) const;
  std::string string(int column) const { return std::string(text(column)); }

 private:
  friend class Database;
  Statement(Database* db, sqlite3_stmt* stmt, std::string_view sql) : db_(db), stmt_(stmt), sql_(sql) {}
  void bind_one(int index, int64_t value);
  void bind_one(int index, int value) { bind_one(index, static_cast<int64_t>(value)); }
  void bind_one(int index, uint32_t value) { bind_one(index, static_cast<int64_t>(value)); }
  void bind_one(int index, uint64_t value) { bind_one(index, static_cast<int64_t>(value)); }
  void bind_one(int index, bool value) { bind_one(index, static_cast<int64_t>(value)); }
  void bind_one(int index, std::string_view value);
  void bind_one(int index, const char* value) {
    bind_one(index, std::string_view(value));
  }  // else it would be a bool
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, Blob value);
  void keep_error(int rc) { bind_rc_ = bind_rc_ == 0 ? rc : bind_rc_; }

  Database* db_;
  sqlite3_stmt* stmt_;
  std::string_view sql_;  // the cache's key; SQL texts are literals
  int bind_rc_ = 0;
};

class Database {
 public:
  enum class Access { read_write, read_only };
  enum class Sync { normal, full };
  struct Options {
    Access access = Access::read_write;
    Sync sync = Sync::full;
    int busy_timeout_ms = 5000;
    int wal_autocheckpoint_pages = 1000;  // 0: this connection never checkpoints, not even when it is closed
    int cache_kib = 8192;
    uint64_t mmap_bytes = 0;
  };

  /// Opens (read_write: or creates) a database in WAL mode with foreign keys and secure_delete on and the
  /// schema not trusted.
  static Result<std::unique_ptr<Database>> open(const sys::Path& path, const Options& options);
  Database(const Database&) = delete;
  ~Database();

  /// sql must be a string literal or outlive the Database: it is the key of the statement cache.
  Result<Statement> prepare(std::string_view sql);
  /// One or more statements without parameters or results.
  Result<void> execute(const std::string& sql);
  /// Binds, steps to the end.
  template <class... A>
  Result<void> run(std::string_view sql, const A&... values) {
    Statement statement = TRY(prepare(sql));
    return statement.bind(values...).run();
  }
  /// First column of the first row; nothing when there is no row or it is NULL.
  template <class... A>
  Result<std::optional<int64_t>> integer(std::string_view sql, const A&... values) {
    Statement statement = TRY(prepare(sql));
    statement.bind(values...);
    if (!TRY(statement.step()) || statement.is_null(0)) return std::nullopt;
    return statement.integer(0);
  }
  int64_t last_insert_id() const;
  int64_t changes() const;
  /// Moves the log into the database and empties it. False when readers were in the way.
  Result<bool> checkpoint_truncate();
  /// A consistent copy of the whole database at `target`, which must not exist.
  Result<void> backup_to(const sys::Path& target);
  /// The error of the last failed call, by kind: disk full, read-only, damaged, busy, …
  Error error(int rc) const;

 private:
  friend class Statement;
  Database(sqlite3* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  Result<void> configure(const Options& options);
  void give_back(sqlite3_stmt* stmt, std::string_view sql);

  sqlite3* handle_;
  std::string name_;
  std::unordered_map<std::string_view, std::vector<sqlite3_stmt*>> idle_;
};

/// Rolled back on destruction unless committed.
class Transaction {
 public:
  enum class Kind { read, write };
  /// write takes the write lock at once, so that no later statement finds it taken; read fixes one snapshot.
  static Result<Transaction> begin(Database& db, Kind kind);
  Transaction(Transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Database* db) : db_(db) {}
  Database* db_;
};

}  // namespace cvp::store
