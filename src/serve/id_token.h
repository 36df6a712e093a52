// Whether an id token (OpenID Connect Core 1.0, 3.1.3.7) was made by the provider, for us, now, and for the
// sign-in that this browser began.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serve/oidc_keys.h"

namespace cvp::serve {

/// One with a public key: RS256, PS384, ES512 and the like. Neither "none" nor one with a shared secret.
bool is_signature_algorithm(std::string_view name);

struct IdTokenChecks {
  std::string issuer, client_id, nonce;
  std::vector<std::string> algorithms;  // that the provider uses
  std::string access_token;             // that came with it; empty: none
  int64_t now_unix = 0;
};

/// Its claims, `sub` among them. Errc::not_found where the key that signed it is not among these: there may
/// be newer ones. Errc::refused for everything that is wrong with it.
Result<boost::json::object> check_id_token(std::string_view token, const std::vector<PublicKey>& keys,
                                           const IdTokenChecks& checks);

}  // namespace cvp::serve
