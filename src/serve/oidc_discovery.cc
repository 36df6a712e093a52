#include "serve/oidc_discovery.h"

#include <algorithm>

#include "base/unicode.h"
#include "serve/id_token.h"
#include "serve/oidc_json.h"

namespace cvp::serve {
namespace {

constexpr size_t kListed = 100, kAddressBytes = 2000, kShownBytes = 200;

std::unexpected<Error> wrong(const OidcOptions& options, const Text& what, Text hint = {}) {
  return fail(Errc::unavailable,
              text("the identity provider {}: {}", "身份提供方 {}：{}", options.issuer, what),
              std::move(hint));
}

Result<std::string> address(const boost::json::object& document, std::string_view name,
                            const OidcOptions& options) {
  std::string out = text_in(document, name);
  if (out.empty()) return wrong(options, text("its description has no {}", "其描述文档缺少 {}", name));
  const bool printable = std::ranges::all_of(out, [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable || out.size() > kAddressBytes || out.find('#') != std::string::npos ||
      !oidc_address_is_safe(out, options.issuer))
    return wrong(options, text("its {} is no https address: {}", "其 {} 不是 https 地址：{}", name,
                               utf8_prefix(out, kShownBytes)));
  return out;
}

bool has(const std::vector<std::string>& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

/// What is not said means RS256 and basic authentication.
Result<std::vector<std::string>> algorithms(const boost::json::object& document, const OidcOptions& options) {
  const auto said = texts_in(document, "id_token_signing_alg_values_supported", kListed);
  std::vector<std::string> out = said.value_or(std::vector<std::string>{"RS256"});
  std::erase_if(out, [](const std::string& one) { return !is_signature_algorithm(one); });
  if (out.empty())
    return wrong(options, text("it signs with no algorithm that cvp takes", "其签名算法 cvp 均不接受"),
                 text("let it sign id tokens for cvp with RS256, PS256 or ES256",
                      "请在身份提供方将 ID 令牌的签名算法设为 RS256、PS256 或 ES256"));
  return out;
}

Result<bool> secret_in_body(const boost::json::object& document, const OidcOptions& options) {
  const auto said = texts_in(document, "token_endpoint_auth_methods_supported", kListed);
  if (!said || options.client_secret.empty() || has(*said, "client_secret_basic")) return false;
  if (has(*said, "client_secret_post")) return true;
  return wrong(options,
               text("it takes the client secret neither as client_secret_basic nor as client_secret_post",
                    "它不接受以 client_secret_basic 或 client_secret_post 方式提交客户端密钥"));
}

}  // namespace

std::string discovery_address(const std::string& issuer) {
  std::string out = issuer;
  if (out.ends_with('/')) out.pop_back();
  return out + "/.well-known/openid-configuration";
}

Result<OidcProvider> read_discovery(std::string_view json, const OidcOptions& options) {
  const boost::json::object document =
      TRY(parse_foreign_object(json, text("the description of {}", "{} 的描述文档", options.issuer)));
  // To the letter: it is what its tokens are compared with.
  if (const std::string issuer = text_in(document, "issuer"); issuer != options.issuer)
    return wrong(options, text("it calls itself “{}”", "它自称“{}”", utf8_prefix(issuer, kShownBytes)),
                 text("write serve.oidc_issuer exactly so, if it is the right one",
                      "如确认无误，请将 serve.oidc_issuer 写成完全相同的地址"));
  OidcProvider out{
      .authorization_endpoint = TRY(address(document, "authorization_endpoint", options)),
      .token_endpoint = TRY(address(document, "token_endpoint", options)),
      .keys_address = TRY(address(document, "jwks_uri", options)),
      .algorithms = TRY(algorithms(document, options)),
      .scopes = texts_in(document, "scopes_supported", kListed).value_or(std::vector<std::string>()),
      .secret_in_body = TRY(secret_in_body(document, options)),
      .names_itself = true_in(document, "authorization_response_iss_parameter_supported")};
  if (document.contains("userinfo_endpoint"))
    out.userinfo_endpoint = TRY(address(document, "userinfo_endpoint", options));
  return out;
}

}  // namespace cvp::serve
