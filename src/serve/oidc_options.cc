#include "serve/oidc_options.h"

#include <algorithm>

#include "net/target.h"

namespace cvp::serve {
namespace {

std::unexpected<Error> wrong(std::string_view key, const Text& what, Text hint) {
  return fail(Errc::usage, text("{}: {}", "{}：{}", key, what), std::move(hint));
}

/// An address of http without query, fragment, credentials or anything that is no printable ASCII.
bool is_plain_address(const std::string& url) {
  return net::check_target({.url = url}) && std::ranges::all_of(url, [](char c) {
           return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '@' && c != '"' && c != '\\';
         });
}

/// Scheme, host and port.
std::string origin_of(const std::string& url) {
  const auto target = net::check_target({.url = url});
  return target ? target->name : std::string();
}

Text secure_address() {
  return text("it begins with https://, or with http:// where it is on this machine",
              "须以 https:// 开头；仅当地址在本机时才可用 http://");
}

}  // namespace

Result<void> check_oidc(const OidcOptions& options) {
  if (!options.on()) return {};
  if (!is_plain_address(options.issuer) || !oidc_address_is_safe(options.issuer, options.issuer))
    return wrong(
        "serve.oidc_issuer",
        text("“{}” is not the address of a provider", "“{}”不是有效的身份提供方地址", options.issuer),
        secure_address());
  if (options.client_id.empty())
    return wrong(
        "serve.oidc_client_id", text("is missing", "缺少此项"),
        text("the provider gives it when cvp is registered there", "在身份提供方登记 cvp 后即可得到"));
  if (!is_plain_address(options.redirect) || !oidc_address_is_safe(options.redirect, options.redirect))
    return wrong("serve.oidc_redirect",
                 text("“{}” is not the address to which browsers come back", "“{}”不是有效的回调地址",
                      options.redirect),
                 secure_address());
  // A name of ours with this path and no other: what stands here is sent to the provider as it is.
  if (const std::string wanted = origin_of(options.redirect).append(kOidcCallback);
      options.redirect != wanted)
    return wrong("serve.oidc_redirect",
                 text("“{}” does not lead to cvp's page", "“{}”不是 cvp 的回调地址", options.redirect),
                 text("write {}", "应写成 {}", wanted));
  return {};
}

Result<void> check_oidc_offline(const OidcOptions& options) {
  if (!options.on()) return {};
  return fail(
      Errc::usage,
      text("the sign-in through {} needs the network, which --prove-offline forbids",
           "通过 {} 登录需要访问网络，而 --prove-offline 禁止访问网络", options.issuer),
      text("`cvp config unset serve.oidc_issuer` leaves the accounts with passwords; or start without "
           "--prove-offline",
           "可用 `cvp config unset serve.oidc_issuer` 只保留密码登录，或去掉 --prove-offline 再启动"));
}

bool oidc_address_is_safe(const std::string& url, const std::string& issuer) {
  const auto target = net::check_target({.url = url});
  return target && (target->https || (target->loopback && net::is_loopback_url(issuer)));
}

std::string oidc_host(const OidcOptions& options) {
  constexpr std::string_view kBetween = "://";
  const std::string origin = origin_of(options.redirect);
  const size_t at = origin.find(kBetween);
  if (at == std::string::npos) return {};
  const std::string host = origin.substr(at + kBetween.size());
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

std::string oidc_subject(std::string_view issuer, std::string_view subject) {
  return std::string(issuer).append("#").append(subject);
}

}  // namespace cvp::serve
