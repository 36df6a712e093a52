// Who asks, and what that account may do.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "store/accounts.h"

namespace cvp::serve {

/// What an API key may be used for. A signed-in browser may do all that its account may.
/// `any`: of a route that looks at the key itself, or says nothing of anybody's; no key has it.
enum class Scope { search, ask, read, write, admin, any };

struct Caller {
  store::User user;
  std::vector<store::CollectionRight> rights;  // collections without a right are left out
  std::string session_hash, csrf;              // of a browser; else empty
  store::KeyId key = 0;                        // of a program; else 0
  std::vector<std::string> scopes;             // of the key

  store::Right right(store::CollectionId collection) const {
    const auto found = std::ranges::find(rights, collection, &store::CollectionRight::collection);
    return found != rights.end() ? found->right : store::Right::none;
  }
  std::vector<store::CollectionId> readable() const {
    std::vector<store::CollectionId> out;
    for (const store::CollectionRight& one : rights) out.push_back(one.collection);
    return out;
  }
  bool may(Scope scope) const;
};

std::string_view scope_name(Scope scope);
std::string_view role_name(store::Role role);
std::optional<store::Role> role_of(std::string_view name);
std::string_view right_name(store::Right right);
std::optional<store::Right> right_of(std::string_view name);

}  // namespace cvp::serve
