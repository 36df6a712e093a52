// Sign-in with an organisation's own accounts (OpenID Connect): what is configured, and whether it can be
// right.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/accounts.h"

namespace cvp::serve {

inline constexpr std::string_view kOidcCallback = "/api/oidc/callback";

struct OidcOptions {
  std::string issuer;                       // as the provider writes it; empty: there is no such sign-in
  std::string client_id, client_secret;     // no secret: a public client, which PKCE alone protects
  std::string redirect;                     // https://kb.example.org/api/oidc/callback
  std::string groups_claim;                 // empty: groups are kept here alone
  std::optional<store::Role> default_role;  // of whoever signs in first; nothing: only accounts that are here

  bool on() const { return !issuer.empty(); }
};

/// Errc::usage names the setting that is wrong, without asking the network.
Result<void> check_oidc(const OidcOptions& options);
/// For a server that proves that it reaches nobody: Errc::usage where a provider is configured.
Result<void> check_oidc_offline(const OidcOptions& options);

/// https, or http where both this and the issuer are on this machine.
bool oidc_address_is_safe(const std::string& url, const std::string& issuer);
/// "kb.example.org": the name under which browsers come back.
std::string oidc_host(const OidcOptions& options);

/// How an account remembers who it belongs to; two providers may use the same word.
std::string oidc_subject(std::string_view issuer, std::string_view subject);

}  // namespace cvp::serve
