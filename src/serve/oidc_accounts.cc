#include "serve/oidc_accounts.h"

#include <algorithm>

#include "serve/revoke.h"

namespace cvp::serve {
namespace {

constexpr size_t kNames = 1000;  // that are tried for one person

using store::User;

Result<std::optional<User>> find(store::Accounts& accounts, const std::string& subject) {
  auto found = accounts.external_user(subject);
  if (found) return std::optional(std::move(*found));
  if (found.error().code == Errc::not_found) return std::optional<User>();
  return std::unexpected(std::move(found).error());
}

/// Somebody may make the same account, or take the same name, in the same moment: the store decides.
Result<User> make(store::Accounts& accounts, const ExternalPerson& person, store::Role role) {
  for (size_t number = 1; number <= kNames; ++number) {
    const auto made = accounts.create_user({.name = numbered_name(person.name, number),
                                            .password_hash = {},
                                            .role = role,
                                            .external_subject = person.subject});
    if (made) return accounts.user(*made);
    if (made.error().code != Errc::busy) return std::unexpected(made.error());
    if (auto found = TRY(find(accounts, person.subject))) return std::move(*found);
  }
  return fail(Errc::failed,
              text("no free name like “{}” was found", "找不到与“{}”相近且未被占用的名称", person.name));
}

/// The groups of that name that are here; others mean nothing.
Result<void> follow_groups(Backend& backend, User& user, const std::vector<std::string>& names) {
  std::vector<store::GroupId> wanted;
  const std::vector<store::Group> groups = TRY(backend.store.accounts().groups());
  for (const store::Group& group : groups)
    if (std::ranges::find(names, group.name) != names.end()) wanted.push_back(group.id);
  std::ranges::sort(wanted);
  if (wanted == user.groups) return {};
  TRY(backend.store.accounts().change_user(user.id, {.groups = wanted}));
  // What runs was begun with the rights of before.
  end_calls(backend, user.id);
  user.groups = std::move(wanted);
  return {};
}

}  // namespace

Result<User> oidc_account(Backend& backend, const Call& call, const ExternalPerson& person) {
  store::Accounts& accounts = backend.store.accounts();
  auto user = TRY(find(accounts, person.subject));
  if (!user) {
    const auto role = backend.options.oidc.default_role;
    if (!role)
      return fail(Errc::not_found, text("there is no account for {}", "没有 {} 的账号", person.name));
    user = TRY(make(accounts, person, *role));
    Call of_user = call;
    of_user.caller.user = *user;
    TRY(backend.audit(of_user, "user.create", user->name));
  }
  if (user->disabled)
    return fail(Errc::refused, text("the account {} is disabled", "账号 {} 已停用", user->name));
  if (person.groups) TRY(follow_groups(backend, *user, *person.groups));
  return std::move(*user);
}

}  // namespace cvp::serve
