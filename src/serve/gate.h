// Who a request comes from, and whether it may pass: sessions and keys, the page's own origin, forged
// requests.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "net/server.h"
#include "serve/caller.h"
#include "serve/route.h"
#include "store/store.h"

namespace cvp::serve {

struct GateOptions {
  /// Names besides loopback addresses under which browsers may reach the server ("kb.example.org").
  std::set<std::string> host_names;
};

/// Thread-safe.
class Gate {
 public:
  Gate(store::Store& store, const Clock& clock, GateOptions options)
      : store_(store), clock_(clock), options_(std::move(options)) {}

  /// Foreign Host or Origin headers: DNS rebinding and requests from other pages.
  bool host_is_ours(const net::RequestHead& head) const;
  bool origin_is_ours(const net::RequestHead& head) const;
  /// A browser's window that goes to this address, whatever page sent it: no frame, and no request of a
  /// script.
  static bool is_visit(const net::RequestHead& head);

  /// Of the request; empty where it has none.
  static std::string_view cookie(const net::RequestHead& head, std::string_view name);

  /// The account behind the cookie or the key; nothing where there is none or it no longer counts.
  Result<std::optional<Caller>> caller(const net::RequestHead& head) const;

  enum class Verdict { pass, sign_in, forbidden, forged };
  static Verdict check(const Route& route, const net::RequestHead& head, const std::optional<Caller>& caller);

  /// Set-Cookie values.
  static std::string session_cookie(const std::string& token, bool secure);
  static std::string no_session_cookie(bool secure);
  /// A new session of the user: the token for the cookie.
  Result<std::string> open_session(store::UserId user) const;
  static std::string hash_of(std::string_view token);

  static constexpr int64_t kSessionSeconds = 7 * 24 * 3600;

 private:
  store::Store& store_;
  const Clock& clock_;
  const GateOptions options_;
};

}  // namespace cvp::serve
