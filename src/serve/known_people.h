// Whom an account knows of, and so may share with.
#pragma once
#include <map>
#include <string>

#include "serve/caller.h"

namespace cvp::serve {

struct KnownPeople {
  std::map<store::UserId, std::string> users;
  std::map<store::GroupId, std::string> groups;
};

/// Editors and administrators know everybody; readers know their groups and who is in them. Whoever cannot
/// sign in is left out.
Result<KnownPeople> known_people(store::Accounts& accounts, const store::User& me);

}  // namespace cvp::serve
