// Users and groups.
#include "base/unicode.h"
#include "store/sqlite_store.h"

namespace cvp::store {
namespace {

constexpr size_t kLongestName = 64;
constexpr const char* kUserColumns =
    "SELECT id, name, role, disabled, language, coalesce(external_subject, ''), created_unix, last_seen_unix,"
    " password_hash FROM users ";
const std::string kUserById = std::string(kUserColumns) + "WHERE id = ?1";
const std::string kUserByName = std::string(kUserColumns) + "WHERE name_folded = ?1";
const std::string kUserBySubject = std::string(kUserColumns) + "WHERE external_subject = ?1";
const std::string kAllUsers = std::string(kUserColumns) + "ORDER BY name_folded";

/// Names are shown to others: nothing invisible, no line breaks.
Result<void> check_name(std::string_view name, const Text& what) {
  size_t length = 0;
  bool good = !name.empty() && valid_utf8(name) && name.front() != ' ' && name.back() != ' ';
  for (size_t pos = 0; good && pos < name.size(); ++length) {
    const char32_t c = decode_utf8(name, pos);
    good = is_word(c) || is_cjk(c) ||
           (c < 0x80 && std::string_view(" .-_@+'").find(static_cast<char>(c)) != std::string_view::npos);
  }
  if (good && length <= kLongestName) return {};
  return fail(Errc::usage,
              text("“{}” cannot be the name of {}", "“{}”不能用作{}的名称",
                   repair_utf8(utf8_prefix(name, 200)), what),
              text("use 1 to {} letters, digits, spaces or . - _ @ + '",
                   "可用字母、汉字、数字、空格和 . - _ @ + '，长度 1 到 {} 个字符", kLongestName));
}

std::unexpected<Error> no_user(const Text& who) {
  return fail(Errc::not_found, text("there is no user {}", "没有用户 {}", who));
}

std::unexpected<Error> name_taken(std::string_view name) {
  return fail(Errc::busy, text("the name “{}” is taken", "名称“{}”已被使用", name));
}

User read_user(const Statement& row) {
  return {.id = row.integer(0),
          .name = row.string(1),
          .role = static_cast<Role>(row.integer(2)),
          .disabled = row.integer(3) != 0,
          .language = row.string(4),
          .external_subject = row.string(5),
          .created_unix = row.integer(6),
          .last_seen_unix = row.integer(7),
          .groups = {}};
}

Result<void> read_groups(Database& db, User& user) {
  auto rows = TRY(db.prepare("SELECT member_of FROM group_members WHERE user = ?1 ORDER BY member_of"));
  rows.bind(user.id);
  while (TRY(rows.step())) user.groups.push_back(rows.integer(0));
  return {};
}

Result<std::optional<Accounts::Credentials>> find_user(Database& db, std::string_view sql, const auto& key) {
  std::optional<Accounts::Credentials> out;
  {
    auto row = TRY(db.prepare(sql));
    row.bind(key);
    if (!TRY(row.step())) return out;
    out = {.user = read_user(row), .password_hash = row.string(8)};
  }
  TRY(read_groups(db, out->user));
  return out;
}

Result<void> set_groups(Database& db, UserId user, const std::vector<GroupId>& groups) {
  TRY(db.run("DELETE FROM group_members WHERE user = ?1", user));
  for (const GroupId group : groups) {
    if (!TRY(db.integer("SELECT 1 FROM groups WHERE id = ?1", group)))
      return fail(Errc::not_found, text("there is no group {}", "没有编号为 {} 的用户组", group));
    TRY(db.run("INSERT OR IGNORE INTO group_members(member_of, user) VALUES(?1, ?2)", group, user));
  }
  return {};
}

Result<bool> is_admin(Database& db, UserId user) {
  return TRY(db.integer("SELECT 1 FROM users WHERE id = ?1 AND role = ?2 AND disabled = 0", user,
                        static_cast<int>(Role::admin)))
      .has_value();
}

/// Called after a change of an administrator, inside its transaction: a failure takes the change back.
Result<void> check_admin_left(Database& db) {
  const int64_t admins = TRY(db.integer("SELECT count(*) FROM users WHERE role = ?1 AND disabled = 0",
                                        static_cast<int>(Role::admin)))
                             .value_or(0);
  if (admins > 0) return {};
  return fail(Errc::refused, text("this is the last administrator", "这是最后一位管理员"),
              text("make somebody else an administrator first", "请先将其他用户设为管理员"));
}

/// Empty: the account signs in with a password again.
Result<void> set_subject(Database& db, UserId user, const std::string& subject) {
  if (!subject.empty() &&
      TRY(db.integer("SELECT 1 FROM users WHERE external_subject = ?1 AND id <> ?2", subject, user)))
    return name_taken(subject);
  return db.run("UPDATE users SET external_subject = nullif(?2, '') WHERE id = ?1", user, subject);
}

Result<UserId> insert_user(Database& db, const NewUser& user, int64_t now) {
  const std::string folded = fold(user.name);
  if (TRY(db.integer("SELECT 1 FROM users WHERE name_folded = ?1", folded))) return name_taken(user.name);
  if (!user.external_subject.empty() &&
      TRY(db.integer("SELECT 1 FROM users WHERE external_subject = ?1", user.external_subject)))
    return name_taken(user.external_subject);
  TRY(
      db.run("INSERT INTO users(name, name_folded, password_hash, role, external_subject, created_unix)"
             " VALUES(?1, ?2, ?3, ?4, nullif(?5, ''), ?6)",
             user.name, folded, user.password_hash, static_cast<int>(user.role), user.external_subject, now));
  const UserId id = db.last_insert_id();
  TRY(set_groups(db, id, user.groups));
  return id;
}

}  // namespace

Result<bool> SqliteStore::any_user() {
  auto snapshot = TRY(readers_.snapshot());
  return TRY(snapshot.db().integer("SELECT 1 FROM users LIMIT 1")).has_value();
}

Result<UserId> SqliteStore::create_user(const NewUser& user) {
  TRY(check_name(user.name, cvp::text("a user", "用户")));
  return write([&](Database& db) { return insert_user(db, user, clock_.unix_seconds()); });
}

Result<UserId> SqliteStore::create_first_admin(const NewUser& user) {
  TRY(check_name(user.name, cvp::text("a user", "用户")));
  return write([&](Database& db) -> Result<UserId> {
    if (TRY(db.integer("SELECT 1 FROM users LIMIT 1")))
      return fail(Errc::refused, cvp::text("there is an administrator already", "已经有管理员了"));
    NewUser admin = user;
    admin.role = Role::admin;
    return insert_user(db, admin, clock_.unix_seconds());
  });
}

Result<std::vector<User>> SqliteStore::users() {
  auto snapshot = TRY(readers_.snapshot());
  std::vector<User> out;
  {
    auto rows = TRY(snapshot.db().prepare(kAllUsers));
    while (TRY(rows.step())) out.push_back(read_user(rows));
  }
  for (User& user : out) TRY(read_groups(snapshot.db(), user));
  return out;
}

Result<User> SqliteStore::user(UserId id) {
  auto snapshot = TRY(readers_.snapshot());
  auto found = TRY(find_user(snapshot.db(), kUserById, id));
  if (!found) return no_user(cvp::text("{}", "{}", id));
  return std::move(found->user);
}

Result<Accounts::Credentials> SqliteStore::credentials(std::string_view name) {
  auto snapshot = TRY(readers_.snapshot());
  auto found = TRY(find_user(snapshot.db(), kUserByName, fold(utf8_prefix(name, 4 * kLongestName))));
  if (!found) return no_user(verbatim(repair_utf8(utf8_prefix(name, 200))));
  return std::move(*found);
}

Result<User> SqliteStore::external_user(std::string_view subject) {
  auto snapshot = TRY(readers_.snapshot());
  auto found = TRY(find_user(snapshot.db(), kUserBySubject, subject));
  if (!found) return no_user(verbatim(repair_utf8(utf8_prefix(subject, 200))));
  return std::move(found->user);
}

Result<void> SqliteStore::change_user(UserId id, const UserChange& change) {
  return write([&](Database& db) -> Result<void> {
    if (!TRY(db.integer("SELECT 1 FROM users WHERE id = ?1", id))) return no_user(cvp::text("{}", "{}", id));
    const bool was_admin = TRY(is_admin(db, id));
    if (change.role)
      TRY(db.run("UPDATE users SET role = ?2 WHERE id = ?1", id, static_cast<int>(*change.role)));
    if (change.disabled) TRY(db.run("UPDATE users SET disabled = ?2 WHERE id = ?1", id, *change.disabled));
    if (change.password_hash)
      TRY(db.run("UPDATE users SET password_hash = ?2 WHERE id = ?1", id, *change.password_hash));
    if (change.language) TRY(db.run("UPDATE users SET language = ?2 WHERE id = ?1", id, *change.language));
    if (change.groups) TRY(set_groups(db, id, *change.groups));
    if (change.external_subject) TRY(set_subject(db, id, *change.external_subject));
    return was_admin ? check_admin_left(db) : Result<void>();
  });
}

Result<void> SqliteStore::remove_user(UserId id) {
  const auto removed = write([&](Database& db) -> Result<void> {
    const bool was_admin = TRY(is_admin(db, id));
    TRY(db.run("DELETE FROM grants WHERE kind = ?1 AND subject = ?2", static_cast<int>(Grant::To::user), id));
    TRY(db.run("DELETE FROM chat_shares WHERE kind = ?1 AND subject = ?2", static_cast<int>(Grant::To::user),
               id));
    TRY(db.run("DELETE FROM messages WHERE chat IN (SELECT id FROM chats WHERE owner = ?1)", id));
    TRY(db.run("DELETE FROM chats WHERE owner = ?1", id));
    TRY(db.run("DELETE FROM users WHERE id = ?1", id));
    if (db.changes() == 0) return no_user(cvp::text("{}", "{}", id));
    return was_admin ? check_admin_left(db) : Result<void>();
  });
  return removed ? scrub({}) : removed;
}

Result<void> SqliteStore::touch_user(UserId id) {
  return write([&](Database& db) {
    return db.run("UPDATE users SET last_seen_unix = ?2 WHERE id = ?1", id, clock_.unix_seconds());
  });
}

Result<GroupId> SqliteStore::create_group(std::string_view name) {
  TRY(check_name(name, cvp::text("a group", "用户组")));
  return write([&](Database& db) -> Result<GroupId> {
    if (TRY(db.integer("SELECT 1 FROM groups WHERE name = ?1", name))) return name_taken(name);
    TRY(db.run("INSERT INTO groups(name) VALUES(?1)", name));
    return db.last_insert_id();
  });
}

Result<std::vector<Group>> SqliteStore::groups() {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(snapshot.db().prepare(
      "SELECT g.id, g.name, m.user FROM groups g LEFT JOIN group_members m ON m.member_of = g.id"
      " ORDER BY g.name, g.id, m.user"));
  std::vector<Group> out;
  while (TRY(rows.step())) {
    if (out.empty() || out.back().id != rows.integer(0)) out.push_back({rows.integer(0), rows.string(1), {}});
    if (!rows.is_null(2)) out.back().members.push_back(rows.integer(2));
  }
  return out;
}

Result<void> SqliteStore::change_group(GroupId id, std::string_view name,
                                       const std::vector<UserId>& members) {
  TRY(check_name(name, cvp::text("a group", "用户组")));
  return write([&](Database& db) -> Result<void> {
    if (TRY(db.integer("SELECT 1 FROM groups WHERE name = ?1 AND id <> ?2", name, id)))
      return name_taken(name);
    TRY(db.run("UPDATE groups SET name = ?2 WHERE id = ?1", id, name));
    if (db.changes() == 0)
      return fail(Errc::not_found, cvp::text("there is no group {}", "没有编号为 {} 的用户组", id));
    TRY(db.run("DELETE FROM group_members WHERE member_of = ?1", id));
    for (const UserId member : members) {
      if (!TRY(db.integer("SELECT 1 FROM users WHERE id = ?1", member)))
        return no_user(cvp::text("{}", "{}", member));
      TRY(db.run("INSERT OR IGNORE INTO group_members(member_of, user) VALUES(?1, ?2)", id, member));
    }
    return {};
  });
}

Result<void> SqliteStore::remove_group(GroupId id) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("DELETE FROM grants WHERE kind = ?1 AND subject = ?2", static_cast<int>(Grant::To::group),
               id));
    TRY(db.run("DELETE FROM chat_shares WHERE kind = ?1 AND subject = ?2", static_cast<int>(Grant::To::group),
               id));
    TRY(db.run("DELETE FROM groups WHERE id = ?1", id));
    if (db.changes() == 0)
      return fail(Errc::not_found, cvp::text("there is no group {}", "没有编号为 {} 的用户组", id));
    return {};
  });
}

}  // namespace cvp::store
