#include "serve/oidc_client.h"

#include "base/unicode.h"
#include "net/http.h"
#include "serve/oidc_json.h"
#include "serve/oidc_requests.h"

namespace cvp::serve {
namespace {

constexpr size_t kShownBytes = 100;

/// Whatever keeps an answer from coming, it is the provider that is not there.
Result<net::Response> ask(const net::Request& request, const CancelToken& cancel, const Text& what) {
  auto response = net::send(request, cancel);
  if (response) return response;
  Error error = std::move(response).error();
  if (error.code != Errc::cancelled) error.code = Errc::unavailable;
  return wrap(std::move(error), what);
}

Result<std::string> get(const net::Request& request, const CancelToken& cancel, const Text& what) {
  net::Response response = TRY(ask(request, cancel, what));
  if (response.status == 200) return std::move(response.body);
  return fail(Errc::unavailable, text("{}: status {}", "{}：状态码 {}", what, response.status));
}

}  // namespace

std::shared_ptr<const OidcClient::Known> OidcClient::at_hand() const {
  const std::lock_guard lock(mutex_);
  return known_ != nullptr && clock_.steady_ms() - fetched_ms_ < kFreshMs ? known_ : nullptr;
}

Result<OidcClient::Known> OidcClient::fetch(const CancelToken& cancel) const {
  const std::string document = TRY(get(oidc_request(discovery_address(options_.issuer)), cancel,
                                       text("the provider's description", "身份提供方的描述文档")));
  OidcProvider provider = TRY(read_discovery(document, options_));
  const std::string keys =
      TRY(get(oidc_request(provider.keys_address), cancel, text("the provider's keys", "身份提供方的密钥")));
  return Known{.provider = std::move(provider), .keys = TRY(read_keys(keys))};
}

Result<std::shared_ptr<const OidcClient::Known>> OidcClient::known(const CancelToken& cancel) {
  if (auto there = at_hand()) return there;
  const std::lock_guard one_at_a_time(fetching_);
  if (auto there = at_hand()) return there;
  {
    const std::lock_guard lock(mutex_);
    if (failure_ && clock_.steady_ms() - failed_ms_ < kAfterFailureMs) return std::unexpected(*failure_);
  }
  auto fetched = fetch(cancel);
  const std::lock_guard lock(mutex_);
  if (!fetched) {
    if (fetched.error().code != Errc::cancelled) {
      failure_ = fetched.error();
      failed_ms_ = clock_.steady_ms();
    }
    return std::unexpected(std::move(fetched).error());
  }
  failure_.reset();
  known_ = std::make_shared<const Known>(std::move(*fetched));
  fetched_ms_ = keys_ms_ = clock_.steady_ms();
  return known_;
}

Result<std::shared_ptr<const OidcClient::Known>> OidcClient::with_newer_keys(const CancelToken& cancel) {
  const auto before = TRY(known(cancel));
  const std::lock_guard one_at_a_time(fetching_);
  {
    const std::lock_guard lock(mutex_);
    if (known_ != before || clock_.steady_ms() - keys_ms_ < kNewKeysMs) return known_;
    keys_ms_ = clock_.steady_ms();  // counts also where it fails
  }
  const std::string keys = TRY(get(oidc_request(before->provider.keys_address), cancel,
                                   text("the provider's keys", "身份提供方的密钥")));
  Known newer{.provider = before->provider, .keys = TRY(read_keys(keys))};
  const std::lock_guard lock(mutex_);
  known_ = std::make_shared<const Known>(std::move(newer));
  return known_;
}

Result<OidcClient::Tokens> OidcClient::redeem(const OidcProvider& provider, const std::string& code,
                                              const std::string& verifier, const CancelToken& cancel) const {
  const Text what = text("the provider's tokens", "身份提供方的令牌");
  const net::Response response = TRY(ask(token_request(provider, options_, code, verifier), cancel, what));
  const auto answer = parse_foreign_object(response.body, what);
  if (response.status != 200) {
    const std::string error(answer ? utf8_prefix(text_in(*answer, "error"), kShownBytes) : "");
    return fail(error == "invalid_grant" ? Errc::not_found : Errc::unavailable,
                text("{}: status {} {}", "{}：状态码 {} {}", what, response.status, error),
                error == "invalid_client" ? text("check serve.oidc_client_id and serve.oidc_client_secret",
                                                 "请检查 serve.oidc_client_id 和 serve.oidc_client_secret")
                                          : Text());
  }
  if (!answer) return std::unexpected(answer.error());
  Tokens out{.id_token = text_in(*answer, "id_token"), .access_token = text_in(*answer, "access_token")};
  if (out.id_token.empty())
    return fail(Errc::unavailable, text("{}: there is no id token", "{}：没有 ID 令牌", what));
  return out;
}

Result<boost::json::object> OidcClient::userinfo(const OidcProvider& provider,
                                                 const std::string& access_token,
                                                 const CancelToken& cancel) const {
  const Text what = text("the provider's user information", "身份提供方的用户信息");
  return parse_foreign_object(TRY(get(userinfo_request(provider, access_token), cancel, what)), what);
}

}  // namespace cvp::serve
