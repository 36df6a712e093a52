#include "serve/caller.h"

#include <array>

namespace cvp::serve {
namespace {

constexpr std::array<std::string_view, 6> kScopes = {"search", "ask", "read", "write", "admin", "any"};
constexpr std::array<std::string_view, 4> kRoles = {"", "reader", "editor", "admin"};
constexpr std::array<std::string_view, 4> kRights = {"none", "read", "write", "manage"};

template <class Enum, size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end() || found->empty()) return {};
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

bool Caller::may(Scope scope) const {
  return key == 0 || scope == Scope::any || std::ranges::find(scopes, scope_name(scope)) != scopes.end();
}

std::string_view scope_name(Scope scope) { return kScopes[static_cast<size_t>(scope)]; }
std::string_view role_name(store::Role role) { return kRoles[static_cast<size_t>(role)]; }
std::optional<store::Role> role_of(std::string_view name) { return named<store::Role>(kRoles, name); }
std::string_view right_name(store::Right right) { return kRights[static_cast<size_t>(right)]; }
std::optional<store::Right> right_of(std::string_view name) { return named<store::Right>(kRights, name); }

}  // namespace cvp::serve
