#include "serve/my_keys.h"

#include <array>

#include "serve/replies.h"
#include "serve/revoke.h"
#include "serve/text_length.h"
#include "sys/sha256.h"

namespace cvp::serve {
namespace {

constexpr std::string_view kSecretStart = "cvp_";
constexpr size_t kSecretBytes = 32;
constexpr size_t kShownDigits = 4;  // "cvp_ab12" tells keys apart and gives nothing away
constexpr size_t kKeyNameCharacters = 100;
constexpr size_t kKeysPerUser = 100;
constexpr size_t kLongestScope = 16;
constexpr int64_t kMostDays = 3650;
constexpr int64_t kDaySeconds = 24 * 3600;
constexpr std::array kScopes = {Scope::search, Scope::ask, Scope::read, Scope::write, Scope::admin};

boost::json::value time_or_null(int64_t unix_seconds) {
  return unix_seconds == 0 ? boost::json::value(nullptr) : boost::json::value(unix_seconds);
}

boost::json::object key_json(const store::ApiKey& key) {
  return {{"id", key.id},
          {"name", key.name},
          {"scopes", boost::json::array(key.scopes.begin(), key.scopes.end())},
          {"prefix", key.prefix},
          {"created", key.created_unix},
          {"last_used", time_or_null(key.used_unix)},
          {"expires", time_or_null(key.expires_unix)}};
}

Result<void> check_scopes(const std::vector<std::string>& scopes, store::Role role) {
  for (size_t i = 0; i < scopes.size(); ++i) {
    if (std::ranges::find(kScopes, scopes[i], scope_name) == kScopes.end() ||
        std::find(scopes.begin(), scopes.begin() + static_cast<ptrdiff_t>(i), scopes[i]) !=
            scopes.begin() + static_cast<ptrdiff_t>(i))
      return fail(Errc::usage, text("“scopes”: each of ask, search, read, write, admin at most once",
                                    "“scopes”：可选 ask、search、read、write、admin，各不超过一次"));
  }
  if (scopes.empty())
    return fail(Errc::usage, text("“scopes”: a key must allow something", "“scopes”：密钥至少要允许一项"));
  if (std::ranges::find(scopes, scope_name(Scope::admin)) != scopes.end() && role != store::Role::admin)
    return fail(Errc::refused,
                text("only an administrator's key may allow “admin”", "只有管理员的密钥可以允许“admin”"));
  return {};
}

Result<net::Reply> list_keys(Backend& backend, const Call& call) {
  const auto keys = TRY(backend.store.accounts().keys(call.caller.user.id));
  boost::json::array items;
  for (const store::ApiKey& key : keys) items.push_back(key_json(key));
  return json_reply(boost::json::object{{"items", std::move(items)}});
}

Result<net::Reply> make_key(Backend& backend, const Call& call) {
  TRY(need_browser(call.caller));
  Fields fields(call.body);
  const std::string name = fields.text("name", 4 * kKeyNameCharacters);
  const auto scopes = fields.texts("scopes", kScopes.size(), kLongestScope);
  const int64_t days = fields.integer("expires_days", 0, 1, kMostDays);
  TRY(fields.finish());
  TRY(check_length("name", name, 1, kKeyNameCharacters));
  TRY(check_scopes(scopes, call.caller.user.role));
  store::Accounts& accounts = backend.store.accounts();
  const auto before = TRY(accounts.keys(call.caller.user.id));
  if (before.size() >= kKeysPerUser)
    return fail(Errc::busy, text("an account has at most {} keys", "每个账号最多有 {} 个密钥", kKeysPerUser),
                text("revoke one that is no longer used", "请先吊销不再使用的密钥"));

  const std::string secret = std::string(kSecretStart) + sys::random_hex(kSecretBytes);
  const int64_t now = backend.clock.unix_seconds();
  store::ApiKey key{.user = call.caller.user.id,
                    .name = name,
                    .prefix = secret.substr(0, kSecretStart.size() + kShownDigits),
                    .scopes = scopes,
                    .created_unix = now,
                    .expires_unix = days == 0 ? 0 : now + days * kDaySeconds};
  key.id = TRY(accounts.create_key(Gate::hash_of(secret), key));
  TRY(backend.audit(call, "key.create", name));
  return json_reply(boost::json::object{{"key", key_json(key)}, {"secret", secret}});
}

Result<net::Reply> revoke_key(Backend& backend, const Call& call) {
  TRY(need_browser(call.caller));
  const store::KeyId id = TRY(call.id("id"));
  store::Accounts& accounts = backend.store.accounts();
  const auto keys = TRY(accounts.keys(call.caller.user.id));
  TRY(accounts.remove_key(call.caller.user.id, id));
  end_calls_of_key(backend, id);
  const auto key = std::ranges::find(keys, id, &store::ApiKey::id);
  TRY(backend.audit(call, "key.delete", key != keys.end() ? key->name : std::string()));
  return no_content();
}

}  // namespace

Result<void> need_browser(const Caller& caller) {
  if (caller.key == 0) return {};
  return fail(Errc::refused, text("an API key may not do this", "API 密钥不能执行此操作"),
              text("sign in on the page", "请在网页上登录后操作"));
}

std::vector<Route> key_routes(Backend& backend) {
  return {{.method = "GET",
           .pattern = "/api/me/keys",
           .summary = text("The own API keys, without their secrets", "当前账号的 API 密钥，不含密钥本身"),
           .gives = "Keys",
           .run = [&backend](Call& call) { return list_keys(backend, call); }},
          {.method = "POST",
           .pattern = "/api/me/keys",
           .scope = Scope::write,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Makes an API key; its secret is shown this once; not with a key",
                           "新建 API 密钥，密钥只显示这一次；不能用密钥调用"),
           .takes = "NewKey",
           .gives = "MadeKey",
           .run = [&backend](Call& call) { return make_key(backend, call); }},
          {.method = "DELETE",
           .pattern = "/api/me/keys/{id}",
           .scope = Scope::write,
           .summary = text("Revokes one of the own API keys at once; not with a key",
                           "立即吊销当前账号的一个 API 密钥；不能用密钥调用"),
           .gives = "",
           .run = [&backend](Call& call) { return revoke_key(backend, call); }}};
}

}  // namespace cvp::serve
