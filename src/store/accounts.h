// Who may do what: users, groups, sessions, keys, access lists and the audit log, in the database and the
// transactions of the documents. Passwords and tokens arrive here as hashes only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/types.h"

namespace cvp::store {

using UserId = int64_t;
using GroupId = int64_t;
using KeyId = int64_t;

/// What an account may do at all. Ascending: each may do what those before it may.
enum class Role { reader = 1, editor = 2, admin = 3 };
/// What an account may do with one collection. Admins may manage all.
enum class Right { none = 0, read = 1, write = 2, manage = 3 };

struct User {
  UserId id = 0;
  std::string name;
  Role role = Role::reader;
  bool disabled = false;
  std::string language;          // "zh", "en" or empty
  std::string external_subject;  // of the identity provider; empty: signs in with a password
  int64_t created_unix = 0, last_seen_unix = 0;
  std::vector<GroupId> groups;
};
struct NewUser {
  std::string name, password_hash;
  Role role = Role::reader;
  std::string external_subject;
  std::vector<GroupId> groups;
};
/// What is set changes; the rest stays.
struct UserChange {
  std::optional<Role> role;
  std::optional<bool> disabled;
  std::optional<std::string> password_hash, language;
  std::optional<std::vector<GroupId>> groups;
  std::optional<std::string> external_subject;  // one that another account has is Errc::busy
};
struct Group {
  GroupId id = 0;
  std::string name;
  std::vector<UserId> members;
};

/// A signed-in browser. Known by the SHA-256 of its token.
struct Session {
  UserId user = 0;
  std::string csrf;
  int64_t created_unix = 0, seen_unix = 0, expires_unix = 0;
};
struct ApiKey {
  KeyId id = 0;
  UserId user = 0;
  std::string name, prefix;
  std::vector<std::string> scopes;
  int64_t created_unix = 0, used_unix = 0, expires_unix = 0;  // 0: never
};

struct Grant {
  enum class To { everyone, user, group };
  To to = To::everyone;
  int64_t id = 0;  // of the user or group
  Right right = Right::none;
};
struct CollectionRight {
  CollectionId collection = 0;
  Right right = Right::none;
};

struct AuditEntry {
  int64_t id = 0, unix_seconds = 0;
  std::string actor, action, subject, origin;
};

/// Thread-safe. A part of Store: lives as long as it.
class Accounts {
 public:
  virtual ~Accounts() = default;

  // Users. Names are 1 to 64 characters, told apart without regard to case. The last admin that can sign in
  // can be neither removed, disabled nor made less: Errc::refused.
  virtual Result<bool> any_user() = 0;
  /// A name that is taken is Errc::busy.
  virtual Result<UserId> create_user(const NewUser& user) = 0;
  /// As create_user with the role admin, but Errc::refused when there is any user already.
  virtual Result<UserId> create_first_admin(const NewUser& user) = 0;
  virtual Result<std::vector<User>> users() = 0;
  virtual Result<User> user(UserId id) = 0;
  struct Credentials {
    User user;
    std::string password_hash;
  };
  virtual Result<Credentials> credentials(std::string_view name) = 0;
  virtual Result<User> external_user(std::string_view subject) = 0;
  virtual Result<void> change_user(UserId id, const UserChange& change) = 0;
  /// With sessions, keys, rights and chats.
  virtual Result<void> remove_user(UserId id) = 0;
  virtual Result<void> touch_user(UserId id) = 0;  // seen now

  virtual Result<GroupId> create_group(std::string_view name) = 0;
  virtual Result<std::vector<Group>> groups() = 0;
  virtual Result<void> change_group(GroupId id, std::string_view name,
                                    const std::vector<UserId>& members) = 0;
  virtual Result<void> remove_group(GroupId id) = 0;

  // Sessions and keys: lookups give nothing for what is unknown, expired, or whose user is disabled.
  virtual Result<void> open_session(std::string_view token_hash, const Session& session) = 0;
  struct SignedIn {
    User user;
    Session session;
  };
  virtual Result<std::optional<SignedIn>> session(std::string_view token_hash) = 0;
  virtual Result<void> close_session(std::string_view token_hash) = 0;
  /// All of a user but the one named (may be empty); also forgets expired ones of everybody.
  virtual Result<void> close_sessions(UserId user, std::string_view except_token_hash) = 0;

  virtual Result<KeyId> create_key(std::string_view secret_hash, const ApiKey& key) = 0;
  virtual Result<std::vector<ApiKey>> keys(UserId user) = 0;
  struct KeyHolder {
    User user;
    ApiKey key;
  };
  virtual Result<std::optional<KeyHolder>> key(std::string_view secret_hash) = 0;
  virtual Result<void> touch_key(KeyId id) = 0;
  /// Another user's key is Errc::not_found.
  virtual Result<void> remove_key(UserId user, KeyId id) = 0;

  // Rights.
  virtual Result<std::vector<Grant>> grants(CollectionId collection) = 0;
  virtual Result<void> set_grants(CollectionId collection, const std::vector<Grant>& grants) = 0;
  /// The best of the user's own, his groups' and everyone's, collection by collection; those without a right
  /// are left out. Admins: all, manage.
  virtual Result<std::vector<CollectionRight>> rights(const User& user) = 0;

  virtual Result<void> audit(const AuditEntry& entry) = 0;  // id and time are made here
  /// Newest first; before 0: from the newest.
  virtual Result<std::vector<AuditEntry>> audit_log(int64_t before, size_t limit) = 0;
};

}  // namespace cvp::store
