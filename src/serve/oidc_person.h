// Who a provider says has signed in, in cvp's own terms.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "serve/oidc_options.h"

namespace cvp::serve {

struct ExternalPerson {
  std::string subject;                             // oidc_subject()
  std::string name;                                // that an account may have; the wish, it may be taken
  std::optional<std::vector<std::string>> groups;  // names; nothing: the provider does not decide them
};

/// Whether the claims of the id token are enough, or the provider must be asked for more.
bool tells_enough(const boost::json::object& claims, const OidcOptions& options);
/// With groups_claim configured, a claim that is absent means "in no group": whoever leaves all groups at the
/// provider leaves them here.
ExternalPerson person_of(const boost::json::object& claims, const OidcOptions& options);

/// The wish, then the wish with a number behind it, within what the store allows.
std::string numbered_name(const std::string& wish, size_t number);

}  // namespace cvp::serve
