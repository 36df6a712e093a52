#include "serve/gate.h"

#include "base/split.h"
#include "sys/secrets.h"
#include "sys/sha256.h"

namespace cvp::serve {
namespace {

constexpr std::string_view kCookie = "cvp_session";
constexpr std::string_view kBearer = "Bearer ";
constexpr size_t kTokenBytes = 32;
constexpr int64_t kTouchSeconds = 60;  // how exact "last seen" is

/// "[::1]:8080" → "::1", "host:80" → "host".
std::string host_of(std::string_view host) {
  if (host.starts_with('[')) return std::string(host.substr(1, std::min(host.find(']'), host.size()) - 1));
  return std::string(host.substr(0, std::min(host.find(':'), host.size())));
}

bool is_address(std::string_view host) {
  return !host.empty() && (host.find(':') != std::string_view::npos ||
                           host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace

bool Gate::host_is_ours(const net::RequestHead& head) const {
  const std::string host = host_of(head.header("host"));
  // A name that an attacker's page resolves to this machine is never an address, "localhost" or a name of
  // ours.
  return is_address(host) || host == "localhost" || options_.host_names.contains(host);
}

bool Gate::origin_is_ours(const net::RequestHead& head) const {
  const std::string_view origin = head.header("origin");
  if (origin.empty()) {
    const std::string_view site = head.header("sec-fetch-site");
    return site.empty() || site == "same-origin" || site == "none";
  }
  const size_t at = origin.find("://");
  return at != std::string_view::npos && origin.substr(at + 3) == head.header("host");
}

bool Gate::is_visit(const net::RequestHead& head) {
  const std::string_view mode = head.header("sec-fetch-mode"), target = head.header("sec-fetch-dest");
  return head.method == "GET" && (mode.empty() || mode == "navigate") &&
         (target.empty() || target == "document");
}

std::string_view Gate::cookie(const net::RequestHead& head, std::string_view name) {
  for (const std::string_view one : split_words(head.header("cookie"), ';')) {
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) return one.substr(name.size() + 1);
  }
  return {};
}

std::string Gate::hash_of(std::string_view token) { return sys::sha256_hex(token); }

Result<std::optional<Caller>> Gate::caller(const net::RequestHead& head) const {
  store::Accounts& accounts = store_.accounts();
  const int64_t now = clock_.unix_seconds();
  std::optional<Caller> out;
  if (const std::string_view authorization = head.header("authorization"); !authorization.empty()) {
    if (!authorization.starts_with(kBearer) || authorization.size() == kBearer.size()) return out;
    auto holder = TRY(accounts.key(hash_of(authorization.substr(kBearer.size()))));
    if (!holder) return out;
    out.emplace(Caller{.user = std::move(holder->user), .key = holder->key.id, .scopes = holder->key.scopes});
    if (now - holder->key.used_unix > kTouchSeconds) TRY(accounts.touch_key(holder->key.id));
  } else if (const std::string_view token = cookie(head, kCookie); !token.empty()) {
    const std::string hash = hash_of(token);
    auto signed_in = TRY(accounts.session(hash));
    if (!signed_in) return out;
    out.emplace(Caller{.user = std::move(signed_in->user),
                       .session_hash = hash,
                       .csrf = std::move(signed_in->session.csrf)});
    if (now - out->user.last_seen_unix > kTouchSeconds) TRY(accounts.touch_user(out->user.id));
  } else {
    return out;
  }
  out->rights = TRY(accounts.rights(out->user));
  return out;
}

Gate::Verdict Gate::check(const Route& route, const net::RequestHead& head,
                          const std::optional<Caller>& caller) {
  if (route.need == Need::nobody) return Verdict::pass;
  if (!caller) return Verdict::sign_in;
  const bool changes = route.method != "GET";
  if (changes && caller->key == 0 && !sys::equal_secrets(head.header("x-cvp-csrf"), caller->csrf))
    return Verdict::forged;
  const store::Role least = route.need == Need::admin    ? store::Role::admin
                            : route.need == Need::editor ? store::Role::editor
                                                         : store::Role::reader;
  if (caller->user.role < least || !caller->may(route.scope)) return Verdict::forbidden;
  return Verdict::pass;
}

std::string Gate::session_cookie(const std::string& token, bool secure) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kCookie, token,
                     kSessionSeconds, secure ? "; Secure" : "");
}

std::string Gate::no_session_cookie(bool secure) {
  return fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{}", kCookie,
                     secure ? "; Secure" : "");
}

Result<std::string> Gate::open_session(store::UserId user) const {
  std::string token = sys::random_hex(kTokenBytes);
  const int64_t now = clock_.unix_seconds();
  TRY(store_.accounts().open_session(hash_of(token),
                                     {user, sys::random_hex(kTokenBytes), now, now, now + kSessionSeconds}));
  TRY(store_.accounts().touch_user(user));
  return token;
}

}  // namespace cvp::serve
