// Access lists and the audit log.
#include <algorithm>

#include "store/sqlite_store.h"

namespace cvp::store {
namespace {

constexpr int64_t kAuditRows = 1'000'000;  // the oldest go
constexpr size_t kAuditAtOnce = 1000;

}  // namespace

Result<std::vector<Grant>> SqliteStore::grants(CollectionId collection) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(
      "SELECT kind, subject, access FROM grants WHERE collection = ?1 ORDER BY kind, subject"));
  rows.bind(collection);
  std::vector<Grant> out;
  while (TRY(rows.step()))
    out.push_back(
        {static_cast<Grant::To>(rows.integer(0)), rows.integer(1), static_cast<Right>(rows.integer(2))});
  return out;
}

Result<void> SqliteStore::set_grants(CollectionId collection, const std::vector<Grant>& grants) {
  return write([&](Database& db) -> Result<void> {
    if (!TRY(db.integer("SELECT 1 FROM collections WHERE id = ?1", collection)))
      return fail(Errc::not_found,
                  cvp::text("there is no collection {}", "没有编号为 {} 的文档集", collection));
    TRY(db.run("DELETE FROM grants WHERE collection = ?1", collection));
    for (const Grant& grant : grants) {
      if (grant.right == Right::none) continue;
      const char* known = grant.to == Grant::To::user    ? "SELECT 1 FROM users WHERE id = ?1"
                          : grant.to == Grant::To::group ? "SELECT 1 FROM groups WHERE id = ?1"
                                                         : "SELECT ?1 = 0";
      if (TRY(db.integer(known, grant.id)).value_or(0) == 0)
        return fail(Errc::not_found,
                    cvp::text("there is no user or group {}", "没有编号为 {} 的用户或用户组", grant.id));
      TRY(db.run("INSERT OR REPLACE INTO grants(collection, kind, subject, access) VALUES(?1, ?2, ?3, ?4)",
                 collection, static_cast<int>(grant.to), grant.id, static_cast<int>(grant.right)));
    }
    return {};
  });
}

Result<std::vector<CollectionRight>> SqliteStore::rights(const User& user) {
  auto snapshot = TRY(readers_.snapshot());
  std::vector<CollectionRight> out;
  if (user.role == Role::admin) {
    auto rows = TRY(snapshot.db().prepare("SELECT id FROM collections ORDER BY id"));
    while (TRY(rows.step())) out.push_back({rows.integer(0), Right::manage});
    return out;
  }
  auto rows =
      TRY(snapshot.db().prepare("SELECT collection, max(access) FROM grants WHERE kind = 0 OR (kind = 1 AND "
                                "subject = ?1) OR (kind = 2 AND"
                                " subject IN (SELECT member_of FROM group_members WHERE user = ?1)) GROUP BY "
                                "collection ORDER BY collection"));
  rows.bind(user.id);
  // A reader reads, whatever a list says.
  const Right most = user.role == Role::reader ? Right::read : Right::manage;
  while (TRY(rows.step()))
    out.push_back({rows.integer(0), std::min(most, static_cast<Right>(rows.integer(1)))});
  return out;
}

Result<void> SqliteStore::audit(const AuditEntry& entry) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("INSERT INTO audit(unix_seconds, actor, action, subject, origin) VALUES(?1, ?2, ?3, ?4, ?5)",
               clock_.unix_seconds(), entry.actor, entry.action, entry.subject, entry.origin));
    return db.run("DELETE FROM audit WHERE id <= ?1", db.last_insert_id() - kAuditRows);
  });
}

Result<std::vector<AuditEntry>> SqliteStore::audit_log(int64_t before, size_t limit) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows =
      TRY(snapshot.db().prepare("SELECT id, unix_seconds, actor, action, subject, origin FROM audit WHERE ?1 "
                                "= 0 OR id < ?1 ORDER BY id DESC"
                                " LIMIT ?2"));
  rows.bind(before, static_cast<uint64_t>(std::min(limit, kAuditAtOnce)));
  std::vector<AuditEntry> out;
  while (TRY(rows.step()))
    out.push_back(
        {rows.integer(0), rows.integer(1), rows.string(2), rows.string(3), rows.string(4), rows.string(5)});
  return out;
}

}  // namespace cvp::store
