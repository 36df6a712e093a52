// The users' files as they came, by content hash: HOME/files/ab/abcdef… Written before the row that names
// them is committed and removed after the last such row is gone; both happen under the database's write lock,
// so that neither can overtake the other and a file without a row, left by a crash, can be removed whenever
// that lock is held.
#pragma once
#include "store/sqlite.h"

namespace cvp::store {

class Originals {
 public:
  explicit Originals(sys::Path folder) : folder_(std::move(folder)) {}

  sys::Path path_of(std::string_view sha256) const;
  /// Durable when it returns. Call inside a write transaction.
  Result<void> save(std::string_view sha256, std::string_view bytes) const;
  /// Removes one original that no revision has any more. Takes the write lock.
  Result<void> collect(Database& db, std::string_view sha256) const;
  /// Removes all originals that no revision has, and unfinished writes. Takes the write lock.
  Result<void> collect_all(Database& db) const;

 private:
  sys::Path folder_;
};

/// 64 lower-case hexadecimal digits, which also makes it safe as a file name.
bool is_sha256(std::string_view text);

}  // namespace cvp::store
