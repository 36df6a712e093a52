// Sign-in with an organisation's own accounts: the browser goes to the identity provider and comes back with
// a code, which the server trades for a signed statement of who that is. Every answer sends the browser on:
// with a session to the page, or to the page's sign-in with the reason why not.
//
// The way back is a navigation that another site began. The browser sends no SameSite=Strict cookie with it,
// nor with the redirect to the page that follows; the page itself then asks /api/me, and that request is its
// own.
#include <array>

#include "base/log.h"
#include "base/unicode.h"
#include "serve/id_token.h"
#include "serve/later.h"
#include "serve/oidc_accounts.h"
#include "serve/oidc_client.h"
#include "serve/oidc_requests.h"
#include "serve/oidc_tickets.h"
#include "serve/revoke.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

constexpr std::string_view kCookie = "cvp_signin";
constexpr size_t kAtOnce = 4, kWaiting = 64;
constexpr size_t kAuditedNameBytes = 64, kShownBytes = 100;
constexpr int64_t kCodeCharacters = 8000, kWordCharacters = 2000;

/// Why somebody stands before the sign-in again; the page has the words.
enum class Why { off, cancelled, expired, provider, rejected, disabled, unknown, busy, failed };

std::string_view name_of(Why why) {
  constexpr std::array<std::string_view, 9> kNames = {
      "off", "cancelled", "expired", "provider", "rejected", "disabled", "unknown", "busy", "failed"};
  return kNames[static_cast<size_t>(why)];
}

net::Reply go(std::string address) {
  return {.status = 302, .headers = {{"Location", std::move(address)}, {"Cache-Control", "no-store"}}};
}

net::Reply back(Why why) { return go(fmt::format("/?signin_error={}", name_of(why))); }

/// It may quote what others have sent: one line stays one line.
void log_problem(std::string words) {
  std::ranges::replace_if(
      words, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, '?');
  log::warn("sign-in: {}", words);
}

std::string throttled_address(const Call& call) { return "oidc " + call.request.client; }

class OidcArea {
 public:
  explicit OidcArea(Backend& backend)
      : backend_(backend),
        client_(backend.options.oidc, backend.clock),
        // Who signs in is nobody yet: all share the line.
        queue_({.at_once = backend.options.oidc.on() ? kAtOnce : 0,
                .waiting = kWaiting,
                .per_user = kWaiting + kAtOnce}) {}

  Result<net::Reply> start(Call& call) {
    if (!TRY(is_on())) return back(Why::off);
    if (const auto known = client_.at_hand()) return to_provider(call, known->provider);
    return in_line(call, [this, call](const CancelToken& cancel) -> Result<net::Reply> {
      const auto known = client_.known(cancel);
      if (!known) return turn_away(known.error(), Why::provider);
      return to_provider(call, (*known)->provider);
    });
  }

  Result<net::Reply> finish(Call& call) {
    if (!TRY(is_on())) return back(Why::off);
    if (backend_.throttle.wait(throttled_address(call)) > 0) return back(Why::busy);
    const int64_t now = backend_.clock.unix_seconds();
    const auto ticket = tickets_.read(Gate::cookie(call.request, kCookie), call.query("state"), now);
    // One that was not this browser's leaves the browser's own where it is.
    if (!ticket || !tickets_.use(*ticket, now)) return back(Why::expired);
    const std::string error = call.query("error"), issuer = call.query("iss"), code = call.query("code");
    if (!issuer.empty() && issuer != options().issuer) return ended(call, back(Why::rejected));
    if (!error.empty()) {
      if (error == "access_denied") return ended(call, back(Why::cancelled));
      log_problem(fmt::format("the provider says “{}”", utf8_prefix(error, kShownBytes)));
      return ended(call, back(Why::provider));
    }
    if (code.empty()) return ended(call, back(Why::provider));
    return in_line(call,
                   [this, call, ticket = *ticket, code,
                    named = !issuer.empty()](const CancelToken& cancel) mutable -> Result<net::Reply> {
                     return ended(
                         call,
                         enter(call, {.ticket = ticket, .code = code, .issuer_was_named = named}, cancel));
                   });
  }

 private:
  struct Answer {
    OidcTickets::Ticket ticket;
    std::string code;
    bool issuer_was_named = false;
  };

  const OidcOptions& options() const { return backend_.options.oidc; }
  store::Accounts& accounts() { return backend_.store.accounts(); }

  /// The first account is the administrator's, and no provider's.
  Result<bool> is_on() { return options().on() && TRY(accounts().any_user()); }

  bool secure(const Call& call) const {
    return backend_.options.secure_cookies || call.request.secure || options().redirect.starts_with("https:");
  }

  std::string cookie(const Call& call, std::string_view value, int64_t seconds) const {
    return fmt::format("{}={}; Path=/api/oidc; HttpOnly; SameSite=Lax; Max-Age={}{}", kCookie, value, seconds,
                       secure(call) ? "; Secure" : "");
  }

  Result<net::Reply> in_line(const Call& call, std::function<Result<net::Reply>(const CancelToken&)> work) {
    auto reply = later(queue_, backend_.live, call, std::move(work));
    return reply ? std::move(*reply) : back(Why::busy);
  }

  net::Reply to_provider(const Call& call, const OidcProvider& provider) const {
    const auto ticket = tickets_.make(backend_.clock.unix_seconds());
    net::Reply reply = go(authorization_address(provider, options(), ticket));
    reply.headers.emplace_back("Set-Cookie", cookie(call, ticket.cookie, OidcTickets::kSeconds));
    return reply;
  }

  /// The ticket is used, whatever came of it.
  net::Reply ended(const Call& call, net::Reply reply) const {
    reply.headers.insert(reply.headers.begin(), {"Set-Cookie", cookie(call, "", 0)});
    return reply;
  }

  /// To the sign-in, and to the operator with the reason.
  static net::Reply turn_away(const Error& error, Why why) {
    log_problem(error.message.en);
    return back(error.code == Errc::unavailable ? Why::provider : why);
  }

  net::Reply refuse(const Call& call, const Error& error, Why why, std::string_view who) {
    backend_.throttle.failed(throttled_address(call), Throttle::kFreeTriesOfAddress);
    Call nobody = call;
    nobody.caller = {};
    const auto audited = backend_.audit(nobody, "login.failed", who);
    return turn_away(audited ? error : audited.error(), audited ? why : Why::failed);
  }

  net::Reply enter(Call& call, const Answer& answer, const CancelToken& cancel) {
    const auto claims = claims_of(answer, cancel);
    if (!claims) return without_claims(call, claims.error());
    const ExternalPerson person = person_of(*claims, options());
    const auto user = oidc_account(backend_, call, person);
    const std::string who =
        fmt::format("{} ({})", utf8_prefix(person.name, kAuditedNameBytes), person.subject);
    if (!user && user.error().code == Errc::not_found) return refuse(call, user.error(), Why::unknown, who);
    if (!user && user.error().code == Errc::refused) return refuse(call, user.error(), Why::disabled, who);
    if (!user) return turn_away(user.error(), Why::failed);
    auto reply = open_session(call, *user);
    return reply ? std::move(*reply) : turn_away(reply.error(), Why::failed);
  }

  net::Reply without_claims(const Call& call, const Error& error) {
    if (error.code == Errc::refused) return refuse(call, error, Why::rejected, options().issuer);
    if (error.code != Errc::not_found) return turn_away(error, Why::provider);
    backend_.throttle.failed(throttled_address(call), Throttle::kFreeTriesOfAddress);
    return turn_away(error, Why::expired);
  }

  /// Errc::not_found: the code is no longer good. Errc::refused: what came for it proves nothing.
  Result<boost::json::object> claims_of(const Answer& answer, const CancelToken& cancel) {
    auto known = TRY(client_.known(cancel));
    if (known->provider.names_itself && !answer.issuer_was_named)
      return fail(Errc::refused, text("the answer does not say which provider it comes from",
                                      "返回的请求没有说明来自哪个身份提供方"));
    const auto tokens = TRY(client_.redeem(known->provider, answer.code, answer.ticket.verifier, cancel));
    const IdTokenChecks checks{.issuer = options().issuer,
                               .client_id = options().client_id,
                               .nonce = answer.ticket.nonce,
                               .algorithms = known->provider.algorithms,
                               .access_token = tokens.access_token,
                               .now_unix = backend_.clock.unix_seconds()};
    auto claims = check_id_token(tokens.id_token, known->keys, checks);
    if (!claims && claims.error().code == Errc::not_found) {
      known = TRY(client_.with_newer_keys(cancel));
      claims = check_id_token(tokens.id_token, known->keys, checks);
    }
    if (!claims) return fail(Errc::refused, claims.error().message);
    if (tells_enough(*claims, options()) || tokens.access_token.empty() ||
        known->provider.userinfo_endpoint.empty())
      return claims;
    return with_userinfo(std::move(*claims), known->provider, tokens.access_token, cancel);
  }

  /// What the token says counts before what is only told.
  Result<boost::json::object> with_userinfo(boost::json::object claims, const OidcProvider& provider,
                                            const std::string& access_token,
                                            const CancelToken& cancel) const {
    const boost::json::object more = TRY(client_.userinfo(provider, access_token, cancel));
    const boost::json::value* subject = more.if_contains("sub");
    if (subject == nullptr || *subject != claims.at("sub"))
      return fail(Errc::refused, text("the provider's user information is about somebody else",
                                      "身份提供方返回的用户信息属于他人"));
    for (const auto& [name, value] : more)
      if (!claims.contains(name)) claims.emplace(name, value);
    return claims;
  }

  Result<net::Reply> open_session(Call& call, const store::User& user) {
    const std::string token = TRY(backend_.gate.open_session(user.id));
    const std::string hash = Gate::hash_of(token);
    const auto opened = TRY(accounts().session(hash));
    // Disabled, or given to somebody else, since it was looked up.
    if (!opened || opened->user.external_subject != user.external_subject) {
      TRY(accounts().close_session(hash));
      return back(Why::disabled);
    }
    if (!call.caller.session_hash.empty()) TRY(end_session(backend_, call.caller.session_hash));
    call.caller = {.user = opened->user, .session_hash = hash, .csrf = opened->session.csrf};
    TRY(backend_.audit(call, "login", opened->user.name));
    backend_.throttle.succeeded(throttled_address(call));
    net::Reply reply = go("/");
    reply.headers.emplace_back("Set-Cookie", Gate::session_cookie(token, secure(call)));
    return reply;
  }

  Backend& backend_;
  OidcClient client_;
  OidcTickets tickets_;
  WorkQueue queue_;  // last: its threads use the rest
};

std::vector<Parameter> answer_parameters() {
  const auto word = [](std::string_view name, int64_t most, Text about) {
    return Parameter{.name = name, .most = most, .about = std::move(about)};
  };
  return {word("code", kCodeCharacters, text("what is traded for the tokens", "用于换取令牌的授权码")),
          word("state", kWordCharacters, text("as it was sent to the provider", "发往身份提供方时的 state")),
          word("iss", kWordCharacters, text("which provider answers", "返回请求的身份提供方")),
          word("error", kWordCharacters, text("why there is no code", "没有授权码的原因"))};
}

}  // namespace

std::vector<Route> oidc_routes(Backend& backend) {
  const auto area = std::make_shared<OidcArea>(backend);
  return {{.method = "GET",
           .pattern = "/api/oidc/start",
           .need = Need::nobody,
           .summary = text("For browsers: on to the organisation's sign-in (OpenID Connect)",
                           "供浏览器使用：转到单位的统一登录（OpenID Connect）"),
           .gives_status = 302,
           .run = [area](Call& call) { return area->start(call); }},
          {.method = "GET",
           .pattern = kOidcCallback,
           .need = Need::nobody,
           .query = answer_parameters(),
           .summary = text("For browsers: back from the organisation's sign-in, on to the page; what the "
                           "provider adds is passed over",
                           "供浏览器使用：从单位的统一登录返回并转到网页；身份提供方附加的其他参数会被忽略"),
           .gives_status = 302,
           .from_elsewhere = true,
           .run = [area](Call& call) { return area->finish(call); }}};
}

}  // namespace cvp::serve
