#include "serve/oidc_client.h"
#include "serve/oidc_fixture.h"
#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Says = FakeProvider::Says;

/// What a browser sends when another site's page sends it here.
const std::map<std::string, std::string> kFromElsewhere = {
    {"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}};

class OidcTest : public ServeTest {
 protected:
  OidcTest() {
    admin_ = sign_in("boss", store::Role::admin);
    options_.oidc = provider_.options();
    options_.oidc.default_role = store::Role::reader;
    start();
  }

  /// A sign-in that a browser began: its cookie, and what it was sent to the provider with.
  struct Attempt {
    std::string cookie;
    std::map<std::string, std::string> sent;
  };
  Attempt begin() {
    const Got got = get({}, "/api/oidc/start");
    EXPECT_EQ(got.status, 302) << got.body;
    const std::string& location = got.headers.at("location");
    const std::string before = provider_.issuer() + "/authorize?tenant=1&";
    EXPECT_THAT(location, StartsWith(before));
    const std::string& cookie = got.headers.at("set-cookie");
    EXPECT_THAT(cookie, StartsWith("cvp_signin="));
    return {.cookie = cookie.substr(0, cookie.find(';')),
            .sent = form_fields(std::string_view(location).substr(std::min(before.size(), location.size())))};
  }

  Got back(const std::string& cookie, const std::string& query,
           std::map<std::string, std::string> headers = kFromElsewhere) {
    if (!cookie.empty()) headers["cookie"] = cookie;
    return send({}, "GET", "/api/oidc/callback?" + query, "", std::move(headers));
  }
  Got back(const Attempt& attempt, const std::string& more) {
    return back(attempt.cookie, "state=" + attempt.sent.at("state") + "&" + more);
  }
  /// All of it, as the person whom the provider names now.
  Got sign_in_there() {
    const Attempt attempt = begin();
    return back(attempt, "code=" + provider_.authorize(attempt.sent));
  }

  static void expect_turned_away(const Got& got, const std::string& why) {
    EXPECT_EQ(got.status, 302) << got.body;
    EXPECT_EQ(got.headers.at("location"), "/?signin_error=" + why);
    const auto cookie = got.headers.find("set-cookie");
    if (cookie != got.headers.end()) {
      EXPECT_THAT(cookie->second, StartsWith("cvp_signin=; "));
    }
  }
  /// The browser that came in.
  Browser entered(const Got& got) {
    EXPECT_EQ(got.status, 302) << got.body;
    EXPECT_EQ(got.headers.at("location"), "/");
    const std::string& cookie = got.headers.at("set-cookie");
    EXPECT_THAT(cookie, StartsWith("cvp_session="));
    EXPECT_THAT(cookie, HasSubstr("; HttpOnly; SameSite=Strict; "));
    EXPECT_THAT(cookie, HasSubstr("; Secure"));
    const size_t begin = cookie.find('=') + 1;
    Browser out{.token = cookie.substr(begin, cookie.find(';') - begin)};
    const Got me = get(out, "/api/me");
    EXPECT_EQ(me.status, 200);
    if (me.status != 200) return out;
    const boost::json::object about = me.object();
    out.csrf = about.at("csrf").as_string();
    out.user = about.at("user").at("id").as_int64();
    return out;
  }

  void claim(const char* name, const boost::json::value& value) {
    provider_.change([&](Says& says) { says.claims[name] = value; });
  }
  void publish(const SigningKey& key, const char* algorithm) {
    provider_.change([&](Says& says) {
      says.key = &key;
      says.algorithm = algorithm;
      says.keys = boost::json::array{key.public_key()};
    });
  }
  store::Accounts& accounts() { return store_->accounts(); }
  std::vector<std::string> audited() {
    std::vector<std::string> out;
    const auto entries = *accounts().audit_log(0, 100);
    for (const store::AuditEntry& one : entries)
      out.push_back(one.actor + " " + one.action + " " + one.subject);
    return out;
  }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    const auto users = *accounts().users();
    for (const store::User& one : users) out.push_back(one.name);
    return out;
  }

  FakeProvider provider_{clock_.unix_seconds()};
  Browser admin_;
};

TEST_F(OidcTest, WhoeverSignsInThereHasAnAccountHere) {
  EXPECT_TRUE(get({}, "/api/setup").json().at("oidc").as_bool());
  const Browser ann = entered(sign_in_there());
  const store::User user = *accounts().user(ann.user);
  EXPECT_EQ(user.name, "ann");
  EXPECT_EQ(user.role, store::Role::reader);
  EXPECT_EQ(user.external_subject, provider_.issuer() + "#ann-at-work");
  EXPECT_TRUE(get(ann, "/api/me").json().at("features").at("oidc").as_bool());
  EXPECT_EQ(post(ann, "/api/logout").status, 204);
  EXPECT_EQ(get(ann, "/api/me").status, 401);
  EXPECT_THAT(audited(), ElementsAre("ann login ann", "ann user.create ann"));

  const Browser again = entered(sign_in_there());
  EXPECT_EQ(again.user, ann.user);
  EXPECT_EQ(names().size(), 2u);
}

TEST_F(OidcTest, TheBrowserIsSentWithAllThatIsComparedLater) {
  const Attempt attempt = begin();
  EXPECT_EQ(attempt.sent.at("response_type"), "code");
  EXPECT_EQ(attempt.sent.at("client_id"), FakeProvider::kClient);
  EXPECT_EQ(attempt.sent.at("redirect_uri"), FakeProvider::kRedirect);
  EXPECT_EQ(attempt.sent.at("scope"), "openid profile email");
  EXPECT_EQ(attempt.sent.at("code_challenge_method"), "S256");
  const Got got = get({}, "/api/oidc/start");
  const std::string& cookie = got.headers.at("set-cookie");
  EXPECT_THAT(cookie, HasSubstr("; Path=/api/oidc; HttpOnly; SameSite=Lax; Max-Age=600; Secure"));
  EXPECT_EQ(got.headers.at("cache-control"), "no-store");
  EXPECT_NE(begin().sent.at("state"), attempt.sent.at("state"));
  // Its description is kept.
  EXPECT_EQ(provider_.asked("/.well-known/openid-configuration").size(), 1u);
}

TEST_F(OidcTest, ALocalAccountIsNeverTakenOver) {
  const store::UserId local = add_user("Ann", store::Role::admin);
  add_user("ann-2");
  const Browser ann = entered(sign_in_there());
  EXPECT_NE(ann.user, local);
  EXPECT_EQ(accounts().user(ann.user)->name, "ann-3");
  EXPECT_EQ(accounts().user(local)->external_subject, "");
}

TEST_F(OidcTest, WithoutARoleForNewcomersOnlyLinkedAccountsComeIn) {
  options_.oidc.default_role.reset();
  start();
  expect_turned_away(sign_in_there(), "unknown");
  EXPECT_EQ(names().size(), 1u);
  const std::string subject = provider_.issuer() + "#ann-at-work";
  EXPECT_THAT(audited(), ElementsAre(" login.failed ann (" + subject + ")"));
  const store::UserId editor = add_user("ann", store::Role::editor);
  expect_turned_away(sign_in_there(), "unknown");
  ASSERT_TRUE(accounts().change_user(editor, {.external_subject = subject}));
  EXPECT_EQ(entered(sign_in_there()).user, editor);
}

TEST_F(OidcTest, ADisabledAccountStaysOut) {
  const Browser ann = entered(sign_in_there());
  ASSERT_TRUE(accounts().change_user(ann.user, {.disabled = true}));
  expect_turned_away(sign_in_there(), "disabled");
  EXPECT_EQ(get(ann, "/api/me").status, 401);
}

TEST_F(OidcTest, ACodeIsGoodInTheBrowserThatBeganOnly) {
  const Attempt mine = begin(), other = begin();
  const std::string code = provider_.authorize(mine.sent);
  const std::string query = "state=" + mine.sent.at("state") + "&code=" + code;
  expect_turned_away(back("", query), "expired");
  expect_turned_away(back(other.cookie, query), "expired");
  expect_turned_away(back(mine.cookie, "code=" + code), "expired");
  expect_turned_away(back(mine.cookie, "state=" + other.sent.at("state") + "&code=" + code), "expired");
  // Another's code in one's own attempt: the provider was promised another verifier.
  expect_turned_away(back(other, "code=" + code), "expired");
  EXPECT_EQ(provider_.asked("/token").size(), 1u);
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(OidcTest, AnAnswerCountsOnce) {
  const Attempt attempt = begin();
  const std::string code = "code=" + provider_.authorize(attempt.sent);
  entered(back(attempt, code));
  expect_turned_away(back(attempt, code), "expired");
  EXPECT_EQ(provider_.asked("/token").size(), 1u);
}

TEST_F(OidcTest, AnAnswerAfterTenMinutesIsTooLate) {
  const Attempt attempt = begin();
  clock_.advance(600e3);
  expect_turned_away(back(attempt, "code=" + provider_.authorize(attempt.sent)), "expired");
  EXPECT_THAT(provider_.asked("/token"), IsEmpty());
}

TEST_F(OidcTest, TokensThatProveNothing) {
  for (const auto& [name, value] : boost::json::object{{"nonce", "of another"},
                                                       {"aud", "another"},
                                                       {"iss", "https://evil.example"},
                                                       {"exp", clock_.unix_seconds() - 100},
                                                       {"at_hash", "of another"},
                                                       {"sub", ""}}) {
    SCOPED_TRACE(name);
    const Says before = [&] {
      Says says;
      provider_.change([&](const Says& now) { says = now; });
      return says;
    }();
    provider_.change([&, key = name, wrong = value](Says& says) { says.claims[key] = wrong; });
    expect_turned_away(sign_in_there(), "rejected");
    provider_.change([&](Says& says) { says = before; });
  }
  provider_.change([](Says& says) { says.token = unsigned_token({{"alg", "none"}}, says.claims); });
  expect_turned_away(sign_in_there(), "rejected");
  EXPECT_EQ(names().size(), 1u);
  EXPECT_THAT(audited(), Contains(" login.failed " + provider_.issuer()));
}

TEST_F(OidcTest, NewKeysAreFetchedButOnceAMinuteAtMost) {
  entered(sign_in_there());
  const SigningKey second = SigningKey::ec("second"), third = SigningKey::ec("third");
  publish(second, "ES256");
  expect_turned_away(sign_in_there(), "rejected");  // the keys were fetched a moment ago
  EXPECT_EQ(provider_.asked("/keys").size(), 1u);
  clock_.advance(OidcClient::kNewKeysMs);
  entered(sign_in_there());
  EXPECT_EQ(provider_.asked("/keys").size(), 2u);
  publish(third, "ES256");
  expect_turned_away(sign_in_there(), "rejected");
  expect_turned_away(sign_in_there(), "rejected");
  EXPECT_EQ(provider_.asked("/keys").size(), 2u);
}

TEST_F(OidcTest, AKeyThatWasTakenBackIsForgottenInAnHour) {
  const SigningKey second = SigningKey::ec("second");
  entered(sign_in_there());
  provider_.change([&](Says& says) { says.keys = boost::json::array{second.public_key()}; });
  clock_.advance(OidcClient::kFreshMs);
  claim("exp", clock_.unix_seconds() + 300);
  claim("iat", clock_.unix_seconds());
  expect_turned_away(sign_in_there(), "rejected");
}

TEST_F(OidcTest, WhoChangesHisMindThereComesBackToTheSignIn) {
  const Attempt attempt = begin();
  const Got got = back(attempt, "error=access_denied&error_description=no");
  expect_turned_away(got, "cancelled");
  EXPECT_THAT(got.headers.at("set-cookie"), HasSubstr("Max-Age=0"));
  expect_turned_away(back(attempt, "code=" + provider_.authorize(attempt.sent)), "expired");
  expect_turned_away(back(begin(), "error=server_error"), "provider");
  expect_turned_away(back(begin(), "nothing=else"), "provider");
  expect_turned_away(back("", "error=access_denied"), "expired");
}

TEST_F(OidcTest, AnswersOfAnotherProviderAreRejected) {
  const Attempt attempt = begin();
  expect_turned_away(back(attempt, "iss=https://evil.example&code=" + provider_.authorize(attempt.sent)),
                     "rejected");
  EXPECT_THAT(provider_.asked("/token"), IsEmpty());
  const Attempt good = begin();
  entered(back(good, "iss=" + provider_.issuer() + "&code=" + provider_.authorize(good.sent)));
}

TEST_F(OidcTest, AProviderThatSaysThatItNamesItselfMust) {
  provider_.change(
      [](Says& says) { says.description["authorization_response_iss_parameter_supported"] = true; });
  expect_turned_away(sign_in_there(), "rejected");
  const Attempt good = begin();
  entered(back(good, "iss=" + provider_.issuer() + "&code=" + provider_.authorize(good.sent)));
}

TEST_F(OidcTest, AProviderThatIsNotThereIsNotAskedAgainAtOnce) {
  provider_.change([](Says& says) { says.description.erase("token_endpoint"); });
  expect_turned_away(get({}, "/api/oidc/start"), "provider");
  expect_turned_away(get({}, "/api/oidc/start"), "provider");
  EXPECT_EQ(provider_.asked("/.well-known/openid-configuration").size(), 1u);
  provider_.change([&](Says& says) { says.description["token_endpoint"] = provider_.issuer() + "/token"; });
  clock_.advance(OidcClient::kAfterFailureMs);
  entered(sign_in_there());

  options_.oidc.issuer = "http://127.0.0.1:9";  // nobody listens there
  start();
  expect_turned_away(get({}, "/api/oidc/start"), "provider");
}

TEST_F(OidcTest, AWrongSecretIsTheOperatorsMatter) {
  options_.oidc.client_secret = "wrong";
  start();
  expect_turned_away(sign_in_there(), "provider");
}

TEST_F(OidcTest, ASlowProviderHoldsNoWorker) {
  provider_.change([](Says& says) { says.delay_ms = 100; });
  net::Reply first = reply_to({}, "GET", "/api/oidc/start", "", {});
  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<net::LateReply>>(first.body));
  EXPECT_EQ(read(std::move(first)).status, 302);
  const Attempt attempt = begin();
  const std::string query =
      "?state=" + attempt.sent.at("state") + "&code=" + provider_.authorize(attempt.sent);
  net::Reply last = reply_to({}, "GET", "/api/oidc/callback" + query, "", {{"cookie", attempt.cookie}});
  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<net::LateReply>>(last.body));
  entered(read(std::move(last)));
}

TEST_F(OidcTest, GroupsFollowTheProviderWhereItDecidesThem) {
  const store::GroupId lab = *accounts().create_group("lab"), staff = *accounts().create_group("staff");
  claim("groups", boost::json::array{"lab", "cooks", 7});
  const Browser free = entered(sign_in_there());
  EXPECT_THAT(accounts().user(free.user)->groups, IsEmpty());  // no claim is configured

  options_.oidc.groups_claim = "groups";
  start();
  const Browser ann = entered(sign_in_there());
  EXPECT_EQ(ann.user, free.user);
  EXPECT_THAT(accounts().user(ann.user)->groups, ElementsAre(lab));
  claim("groups", "/staff");
  entered(sign_in_there());
  EXPECT_THAT(accounts().user(ann.user)->groups, ElementsAre(staff));
  EXPECT_EQ(accounts().groups()->size(), 2u);  // none is made
  claim("groups", boost::json::array{});
  entered(sign_in_there());
  EXPECT_THAT(accounts().user(ann.user)->groups, IsEmpty());
}

TEST_F(OidcTest, WhatRunsEndsWhenTheGroupsAreOthers) {
  ASSERT_TRUE(accounts().create_group("lab"));
  claim("groups", boost::json::array{});
  options_.oidc.groups_claim = "groups";
  start();
  const Browser ann = entered(sign_in_there());
  const CancelToken cancel;
  const auto ticket = service_->backend().live.begin({.user = ann.user, .cancel = cancel});
  entered(sign_in_there());
  EXPECT_FALSE(cancel.cancelled());
  claim("groups", boost::json::array{"lab"});
  entered(sign_in_there());
  EXPECT_TRUE(cancel.cancelled());
}

TEST_F(OidcTest, AsksForWhatTheTokenDoesNotTell) {
  provider_.change([](Says& says) {
    says.claims.erase("preferred_username");
    says.userinfo = {{"sub", "ann-at-work"}, {"email", "ann@example.org"}, {"iss", "https://evil.example"}};
  });
  EXPECT_EQ(accounts().user(entered(sign_in_there()).user)->name, "ann@example.org");
  claim("sub", "bob-at-work");
  expect_turned_away(sign_in_there(), "rejected");
  EXPECT_EQ(names().size(), 2u);
}

TEST_F(OidcTest, OnlyAWindowThatGoesThereComesFromElsewhere) {
  const Attempt attempt = begin();
  const std::string query =
      "state=" + attempt.sent.at("state") + "&code=" + provider_.authorize(attempt.sent);
  const std::vector<std::pair<std::string, std::string>> others = {
      {"sec-fetch-mode", "no-cors"}, {"sec-fetch-mode", "cors"}, {"sec-fetch-dest", "iframe"}};
  for (const auto& [name, value] : others) {
    auto headers = kFromElsewhere;
    headers[name] = value;
    EXPECT_EQ(back(attempt.cookie, query, headers).status, 403) << value;
  }
  EXPECT_EQ(send({}, "GET", "/api/oidc/start", "", kFromElsewhere).status, 403);
  EXPECT_EQ(send({}, "GET", "/api/setup", "", kFromElsewhere).status, 403);
  EXPECT_EQ(send({}, "POST", "/api/oidc/callback", "", kFromElsewhere).status, 403);
  EXPECT_EQ(get({}, "/api/oidc/start?next=elsewhere").status, 400);
  // What the provider adds is its own.
  entered(back(attempt.cookie, query + "&session_state=x&scope=openid&hd=example.org"));
}

TEST_F(OidcTest, WhoFailsAgainAndAgainHasToWait) {
  claim("aud", "another");
  for (int i = 0; i <= Throttle::kFreeTriesOfAddress; ++i) expect_turned_away(sign_in_there(), "rejected");
  expect_turned_away(sign_in_there(), "busy");
  claim("aud", FakeProvider::kClient);
  clock_.advance(static_cast<double>(Throttle::kFirstWait) * 1e3);
  entered(sign_in_there());
}

TEST_F(OidcTest, WithoutAProviderItIsOff) {
  options_.oidc = {};
  start();
  EXPECT_FALSE(get({}, "/api/setup").json().at("oidc").as_bool());
  EXPECT_FALSE(get(admin_, "/api/me").json().at("features").at("oidc").as_bool());
  expect_turned_away(get({}, "/api/oidc/start"), "off");
  expect_turned_away(back("", "state=x&code=y"), "off");
}

TEST_F(OidcTest, TheFirstAccountIsNoProviders) {
  const sys::TempFolder empty = *sys::TempFolder::create();
  service_.reset();
  index_.reset();
  store_ = std::move(*store::Store::open(empty.path(), clock_));
  index_ = std::move(*vector::Index::open(empty.path() / "index", *store_));
  start();
  expect_turned_away(get({}, "/api/oidc/start"), "off");
  EXPECT_THAT(names(), IsEmpty());
  service_.reset();
  index_.reset();
  store_.reset();
}

}  // namespace
}  // namespace cvp::serve
