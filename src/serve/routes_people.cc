// Accounts, as administrators see them; whom one can share with; the audit log.
#include "base/unicode.h"
#include "serve/known_people.h"
#include "serve/my_keys.h"
#include "serve/passwords.h"
#include "serve/people_json.h"
#include "serve/replies.h"
#include "serve/revoke.h"
#include "serve/routes.h"
#include "serve/routes_groups.h"
#include "serve/text_length.h"
#include "sys/secrets.h"

namespace cvp::serve {
namespace {

constexpr size_t kHashesAtOnce = 1;
constexpr size_t kGroupsOfUser = 1000;
constexpr size_t kRoleBytes = 16;

Result<store::Role> known_role(const std::string& name) {
  if (const auto role = role_of(name)) return *role;
  return fail(Errc::usage, text("“role”: must be one of admin, editor, reader",
                                "“role”：须为 admin、editor、reader 之一"));
}

/// What of the change is a change.
struct Difference {
  store::UserChange change;
  std::string fields;  // "role, groups"
  bool signs_out = false;
};

Difference difference(const store::User& user, store::UserChange wanted) {
  if (wanted.role == user.role) wanted.role.reset();
  if (wanted.disabled == user.disabled) wanted.disabled.reset();
  if (wanted.groups) {
    std::ranges::sort(*wanted.groups);
    const auto repeated = std::ranges::unique(*wanted.groups);
    wanted.groups->erase(repeated.begin(), repeated.end());
    if (*wanted.groups == user.groups) wanted.groups.reset();
  }
  Difference out{.signs_out = wanted.role || wanted.disabled || wanted.password_hash};
  const auto name = [&](bool changes, std::string_view field) {
    if (changes) out.fields.append(out.fields.empty() ? "" : ", ").append(field);
  };
  name(wanted.role.has_value(), "role");
  name(wanted.disabled.has_value(), "disabled");
  name(wanted.password_hash.has_value(), "password");
  name(wanted.groups.has_value(), "groups");
  out.change = std::move(wanted);
  return out;
}

class UserArea {
 public:
  explicit UserArea(Backend& backend) : backend_(backend), passwords_(backend.live, kHashesAtOnce) {}

  Result<net::Reply> list(const Call& call) {
    const auto users = TRY(accounts().users());
    return json_reply(TRY(named_page(
        call, users, [](const store::User& user) { return fold(user.name); }, user_json)));
  }

  Result<net::Reply> create(const Call& call) {
    Fields fields(call.body);
    store::NewUser user{.name = fields.text("name", kNameBytes)};
    const std::string password = fields.text("password", kPasswordBytes),
                      role = fields.text("role", kRoleBytes);
    user.groups = fields.ids("groups", kGroupsOfUser);
    TRY(fields.finish());
    TRY(check_length("password", password, kPasswordLeast, kPasswordMost));
    user.role = TRY(known_role(role));
    return passwords_.reply_later(call, [this, call, user, password]() mutable -> Result<net::Reply> {
      user.password_hash = TRY(sys::hash_password(password));
      const store::UserId id = TRY(accounts().create_user(user));
      TRY(backend_.audit(call, "user.create", user.name));
      return json_reply(user_json(TRY(accounts().user(id))));
    });
  }

  Result<net::Reply> change(const Call& call) {
    const store::UserId id = TRY(call.id("id"));
    Fields fields(call.body);
    const auto role = fields.maybe_text("role", kRoleBytes),
               password = fields.maybe_text("password", kPasswordBytes);
    store::UserChange wanted{.disabled = fields.maybe_bool("disabled")};
    if (fields.array("groups", kGroupsOfUser) != nullptr) wanted.groups = fields.ids("groups", kGroupsOfUser);
    TRY(fields.finish());
    if (role) wanted.role = TRY(known_role(*role));
    const store::User user = TRY(accounts().user(id));
    if (!password) return apply(call, user, std::move(wanted));

    TRY(check_length("password", *password, kPasswordLeast, kPasswordMost));
    TRY(need_browser(call.caller));
    if (!user.external_subject.empty()) {
      return fail(
          Errc::refused,
          text("{} signs in without a password of cvp's", "{} 不使用 cvp 的密码登录", user.name),
          text("the password is changed at the organisation's sign-in", "请在单位账号系统中修改密码"));
    }
    return passwords_.reply_later(call, [this, call, user, wanted, password]() mutable -> Result<net::Reply> {
      wanted.password_hash = TRY(sys::hash_password(*password));
      return apply(call, user, std::move(wanted));
    });
  }

  Result<net::Reply> remove(const Call& call) {
    const store::UserId id = TRY(call.id("id"));
    const store::User user = TRY(accounts().user(id));
    TRY(accounts().remove_user(id));
    end_calls(backend_, id);
    TRY(backend_.audit(call, "user.delete", user.name));
    return no_content();
  }

 private:
  store::Accounts& accounts() { return backend_.store.accounts(); }

  Result<net::Reply> apply(const Call& call, const store::User& user, store::UserChange wanted) {
    const Difference what = difference(user, std::move(wanted));
    if (what.fields.empty()) return json_reply(user_json(user));
    TRY(accounts().change_user(user.id, what.change));
    if (what.signs_out) {
      TRY(end_sessions(backend_, user.id));
    } else {
      // Whoever left a group may read less than what runs for him was begun with.
      end_calls(backend_, user.id);
    }
    TRY(backend_.audit(call, "user.change", user.name + ": " + what.fields));
    return json_reply(user_json(TRY(accounts().user(user.id))));
  }

  Backend& backend_;
  Passwords passwords_;
};

/// Whom the caller can share with.
Result<net::Reply> directory(Backend& backend, const Call& call) {
  const KnownPeople known = TRY(known_people(backend.store.accounts(), call.caller.user));
  const auto list = [](const std::map<int64_t, std::string>& names) {
    boost::json::array out;
    for (const auto& [id, name] : names) out.push_back(boost::json::object{{"id", id}, {"name", name}});
    return out;
  };
  return json_reply(boost::json::object{{"users", list(known.users)}, {"groups", list(known.groups)}});
}

Result<net::Reply> audit_log(Backend& backend, const Call& call) {
  const int64_t before = TRY(call.number("after", 0, 1, INT64_MAX));
  const auto limit = static_cast<size_t>(TRY(call.number("limit", kPageItems, 1, kMostPageItems)));
  const auto entries = TRY(backend.store.accounts().audit_log(before, limit + 1));
  boost::json::array items;
  for (const store::AuditEntry& entry : entries) {
    if (items.size() == limit) break;
    items.push_back(boost::json::object{{"id", entry.id},
                                        {"time", entry.unix_seconds},
                                        {"actor", entry.actor},
                                        {"action", entry.action},
                                        {"subject", entry.subject},
                                        {"from", entry.origin}});
  }
  boost::json::value next;
  if (entries.size() > limit) next = std::to_string(entries[limit - 1].id);
  return json_reply(boost::json::object{{"items", std::move(items)}, {"next", std::move(next)}});
}

std::vector<Route> user_routes(Backend& backend) {
  const auto area = std::make_shared<UserArea>(backend);
  return {{.method = "GET",
           .pattern = "/api/users",
           .need = Need::admin,
           .scope = Scope::admin,
           .query = named_page_parameters(),
           .summary = text("All accounts, by name", "所有账号，按名称排列"),
           .gives = "Users",
           .run = [area](Call& call) { return area->list(call); }},
          {.method = "POST",
           .pattern = "/api/users",
           .need = Need::admin,
           .scope = Scope::admin,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Adds an account", "添加账号"),
           .takes = "NewUser",
           .gives = "User",
           .run = [area](Call& call) { return area->create(call); }},
          {.method = "PATCH",
           .pattern = "/api/users/{id}",
           .need = Need::admin,
           .scope = Scope::admin,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Changes an account; another role, password or state ends its sessions",
                           "修改账号；角色、密码或状态一变，该账号的会话即告结束"),
           .takes = "UserChange",
           .gives = "User",
           .run = [area](Call& call) { return area->change(call); }},
          {.method = "DELETE",
           .pattern = "/api/users/{id}",
           .need = Need::admin,
           .scope = Scope::admin,
           .summary = text("Removes an account with its chats and keys", "删除账号及其对话和密钥"),
           .gives = "",
           .run = [area](Call& call) { return area->remove(call); }}};
}

std::vector<Parameter> audit_parameters() {
  std::vector<Parameter> out = named_page_parameters();
  out[0].kind = Parameter::Kind::integer;
  out[0].least = 1;
  out[0].most = INT64_MAX;
  return out;
}

}  // namespace

std::vector<Route> people_routes(Backend& backend) {
  std::vector<Route> all = user_routes(backend);
  for (Route& route : group_routes(backend)) all.push_back(std::move(route));
  all.push_back({.method = "GET",
                 .pattern = "/api/directory",
                 .summary = text("Names of the users and groups that one can share with",
                                 "可以与之共享的用户和群组的名称"),
                 .gives = "Directory",
                 .run = [&backend](Call& call) { return directory(backend, call); }});
  all.push_back({.method = "GET",
                 .pattern = "/api/audit",
                 .need = Need::admin,
                 .scope = Scope::admin,
                 .query = audit_parameters(),
                 .summary = text("Who did what, newest first", "谁做了什么，最新的在前"),
                 .gives = "AuditLog",
                 .run = [&backend](Call& call) { return audit_log(backend, call); }});
  return all;
}

}  // namespace cvp::serve
