// What an identity provider says of itself (OpenID Connect Discovery 1.0), read strictly.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serve/oidc_options.h"

namespace cvp::serve {

struct OidcProvider {
  std::string authorization_endpoint, token_endpoint, keys_address;
  std::string userinfo_endpoint;        // may be empty
  std::vector<std::string> algorithms;  // of its signatures, those that are taken here; never empty
  std::vector<std::string> scopes;      // that it knows; empty: it does not say
  bool secret_in_body = false;          // it does not take the secret as HTTP's basic authentication
  bool names_itself = false;            // every answer of its carries `iss` (RFC 9207)
};

/// Where the document is.
std::string discovery_address(const std::string& issuer);

/// Errc::unavailable names what is missing or wrong in it: another issuer, an address without https, only
/// algorithms that prove nothing.
Result<OidcProvider> read_discovery(std::string_view json, const OidcOptions& options);

}  // namespace cvp::serve
