#include "serve/oidc_requests.h"

#include <algorithm>

#include "net/percent.h"
#include "serve/encoding.h"

namespace cvp::serve {
namespace {

constexpr int kConnectMs = 5'000, kTotalMs = 15'000, kStallMs = 10'000;
constexpr uint64_t kAnswerBytes = 512 << 10;

/// name=value&…
class Form {
 public:
  Form& add(std::string_view name, std::string_view value) {
    if (!text_.empty()) text_ += '&';
    text_.append(name).append("=").append(net::percent_encoded(value));
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// `groups` is not OpenID's own scope; it is asked for only where the provider has it.
std::string scopes(const OidcProvider& provider, const OidcOptions& options) {
  const auto known = [&](std::string_view scope) {
    return std::ranges::find(provider.scopes, scope) != provider.scopes.end();
  };
  std::string out = "openid";
  for (const char* scope : {"profile", "email"})
    if (provider.scopes.empty() || known(scope)) out.append(" ").append(scope);
  if (!options.groups_claim.empty() && known("groups")) out += " groups";
  return out;
}

}  // namespace

std::string authorization_address(const OidcProvider& provider, const OidcOptions& options,
                                  const OidcTickets::Ticket& ticket) {
  constexpr int kBits = 256;
  Form form;
  form.add("response_type", "code")
      .add("client_id", options.client_id)
      .add("redirect_uri", options.redirect)
      .add("scope", scopes(provider, options))
      .add("state", ticket.state)
      .add("nonce", ticket.nonce)
      .add("code_challenge", base64url(sha2(kBits, ticket.verifier)))
      .add("code_challenge_method", "S256");
  const std::string& address = provider.authorization_endpoint;
  return address + (address.find('?') == std::string::npos ? "?" : "&") + form.text();
}

net::Request token_request(const OidcProvider& provider, const OidcOptions& options, const std::string& code,
                           const std::string& verifier) {
  Form form;
  form.add("grant_type", "authorization_code")
      .add("code", code)
      .add("redirect_uri", options.redirect)
      .add("code_verifier", verifier);
  net::Request request = oidc_request(provider.token_endpoint);
  request.method = "POST";
  request.headers["Content-Type"] = "application/x-www-form-urlencoded";
  if (options.client_secret.empty() || provider.secret_in_body) form.add("client_id", options.client_id);
  if (!options.client_secret.empty() && provider.secret_in_body)
    form.add("client_secret", options.client_secret);
  if (!options.client_secret.empty() && !provider.secret_in_body)
    request.headers["Authorization"] = "Basic " + base64(net::percent_encoded(options.client_id) + ":" +
                                                         net::percent_encoded(options.client_secret));
  request.body = form.text();
  return request;
}

net::Request userinfo_request(const OidcProvider& provider, const std::string& access_token) {
  net::Request request = oidc_request(provider.userinfo_endpoint);
  request.headers["Authorization"] = "Bearer " + access_token;
  return request;
}

net::Request oidc_request(const std::string& address) {
  return {.url = address,
          .headers = {{"Accept", "application/json"}},
          .connect_timeout_ms = kConnectMs,
          .total_timeout_ms = kTotalMs,
          .stall_timeout_ms = kStallMs,
          .response_limit_bytes = kAnswerBytes};
}

}  // namespace cvp::serve
