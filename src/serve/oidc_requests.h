// What is sent to an identity provider: the browser with its question, and the server's own requests.
#pragma once
#include <string>

#include "net/http.h"
#include "serve/oidc_discovery.h"
#include "serve/oidc_tickets.h"

namespace cvp::serve {

/// Where the browser goes to sign in (authorization code flow, PKCE with S256).
std::string authorization_address(const OidcProvider& provider, const OidcOptions& options,
                                  const OidcTickets::Ticket& ticket);
/// The code for its tokens.
net::Request token_request(const OidcProvider& provider, const OidcOptions& options, const std::string& code,
                           const std::string& verifier);
net::Request userinfo_request(const OidcProvider& provider, const std::string& access_token);
/// With the limits of all of them.
net::Request oidc_request(const std::string& address);

}  // namespace cvp::serve
