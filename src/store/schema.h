// The tables of HOME/cvp.db and how older versions become the current one. The version stands in PRAGMA
// user_version.
#pragma once
#include <span>

#include "store/sqlite.h"

namespace cvp::store {

/// Brings a database from version to - 1 to version `to`. Never edited once released: a change of tables is a
/// new migration.
struct Migration {
  int to;
  const char* sql;
};
std::span<const Migration> migrations();

/// Runs the missing migrations in one transaction; a database that has data is first copied to `backup`.
/// Refuses a newer version and a database of another program. Nothing is changed when it fails.
Result<void> migrate(Database& db, std::span<const Migration> list, const sys::Path& file,
                     const sys::Path& backup);

}  // namespace cvp::store
