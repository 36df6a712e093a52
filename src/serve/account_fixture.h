// Accounts with real passwords, and what a running call of theirs sees.
#pragma once
#include "serve/serve_fixture.h"
#include "sys/secrets.h"

namespace cvp::serve {

class AccountTest : public ServeTest {
 protected:
  static constexpr const char* kPassword = "correct horse battery";

  static const std::string& password_hash() {
    static const std::string hash = *sys::hash_password(kPassword);
    return hash;
  }
  store::UserId add_account(const std::string& name, store::Role role = store::Role::reader) {
    return *store_->accounts().create_user({.name = name, .password_hash = password_hash(), .role = role});
  }
  Got log_in(const std::string& name, const std::string& password = kPassword, const Browser& with = {}) {
    return post(with, "/api/login", {{"name", name}, {"password", password}});
  }
  /// The browser that a login's reply makes.
  static Browser entered(const Got& got) {
    const boost::json::object me = got.object();
    const std::string& cookie = got.headers.at("set-cookie");
    const size_t begin = cookie.find('=') + 1;
    return {.token = cookie.substr(begin, cookie.find(';') - begin),
            .csrf = std::string(me.at("csrf").as_string()),
            .user = me.at("user").at("id").as_int64()};
  }
  /// As a program with this key.
  Got with_key(const std::string& secret, const std::string& method, const std::string& target,
               const boost::json::object& body = {}) {
    return send({}, method, target, body.empty() ? "" : boost::json::serialize(body),
                {{"authorization", "Bearer " + secret}});
  }
  std::string make_key(const Browser& who, const boost::json::array& scopes) {
    const boost::json::object made = post(who, "/api/me/keys", {{"name", "k"}, {"scopes", scopes}}).object();
    return std::string(made.at("secret").as_string());
  }

  /// A call that runs for this session, as an open stream does.
  struct Running {
    CancelToken cancel;
    LiveCalls::Ticket ticket;
    bool ended() const { return cancel.cancelled(); }
  };
  Running running(const Browser& who) {
    CancelToken cancel;
    return {cancel, service_->backend().live.begin(
                        {.user = who.user, .session_hash = Gate::hash_of(who.token), .cancel = cancel})};
  }
  Running running(store::UserId user, store::KeyId key) {
    CancelToken cancel;
    return {cancel, service_->backend().live.begin({.user = user, .key = key, .cancel = cancel})};
  }
  bool signed_in(const Browser& who) { return get(who, "/api/me").status == 200; }

  /// "actor action subject", newest first.
  std::vector<std::string> audited() {
    std::vector<std::string> out;
    const auto entries = *store_->accounts().audit_log(0, 100);
    for (const store::AuditEntry& one : entries)
      out.push_back(one.actor + " " + one.action + " " + one.subject);
    return out;
  }
};

}  // namespace cvp::serve
