#include "serve/known_people.h"

#include <set>

namespace cvp::serve {

Result<KnownPeople> known_people(store::Accounts& accounts, const store::User& me) {
  const bool all = me.role >= store::Role::editor;
  KnownPeople out;
  std::set<store::UserId> met = {me.id};
  for (store::Group& group : TRY(accounts.groups())) {
    if (!all && std::ranges::find(me.groups, group.id) == me.groups.end()) continue;
    met.insert(group.members.begin(), group.members.end());
    out.groups.emplace(group.id, std::move(group.name));
  }
  for (store::User& user : TRY(accounts.users()))
    if (!user.disabled && (all || met.contains(user.id))) out.users.emplace(user.id, std::move(user.name));
  return out;
}

}  // namespace cvp::serve
