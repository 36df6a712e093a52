#include "serve/account_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class SetupTest : public AccountTest {
 protected:
  SetupTest() {
    options_.setup_token = "the-token";
    start();
  }
  Got set_up(const std::string& token, const std::string& password = kPassword) {
    return post({}, "/api/setup", {{"token", token}, {"name", "管理员"}, {"password", password}});
  }
  bool needed() { return get({}, "/api/setup").object().at("needed").as_bool(); }
};

TEST_F(SetupTest, WorksOnceWithTheToken) {
  EXPECT_TRUE(needed());
  for (const char* wrong : {"the-toke", "the-token ", "x"}) EXPECT_EQ(set_up(wrong).status, 403) << wrong;
  EXPECT_EQ(set_up("").status, 400);
  EXPECT_EQ(set_up("the-token", "too short").error(), "usage");
  EXPECT_TRUE(store_->accounts().users()->empty());

  const Got got = set_up("the-token");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_THAT(got.headers.at("set-cookie"), HasSubstr("HttpOnly; SameSite=Strict"));
  const Browser admin = entered(got);
  EXPECT_EQ(got.object().at("user").at("role"), "admin");
  EXPECT_EQ(get(admin, "/api/users").status, 200);
  EXPECT_THAT(audited(), Contains("管理员 setup 管理员"));
  EXPECT_FALSE(needed());

  EXPECT_EQ(set_up("the-token").status, 403);
  EXPECT_EQ(set_up("the-token", "").status, 403);
  EXPECT_EQ(post(admin, "/api/setup", {{"anything", 1}}).status, 403);
  EXPECT_EQ(store_->accounts().users()->size(), 1u);
}

TEST_F(SetupTest, WrongTokensHaveToWait) {
  for (int i = 0; i <= Throttle::kFreeTriesOfAddress; ++i) EXPECT_EQ(set_up("wrong").status, 403);
  const Got got = set_up("the-token");
  EXPECT_EQ(got.status, 429);
  EXPECT_EQ(got.error(), "locked_out");
  EXPECT_EQ(got.headers.at("retry-after"), "30");
  EXPECT_TRUE(needed());
}

TEST_F(SetupTest, NoTokenOpensNothing) {
  options_.setup_token = "";
  start();
  EXPECT_EQ(set_up("").status, 400);
  EXPECT_EQ(set_up("x").status, 403);
  EXPECT_TRUE(needed());
}

TEST_F(AccountTest, EachLoginIsANewSession) {
  add_account("Ann", store::Role::editor);
  const Browser one = entered(log_in("Ann")), two = entered(log_in("ann"));
  EXPECT_NE(one.token, two.token);
  EXPECT_NE(one.csrf, two.csrf);
  EXPECT_TRUE(signed_in(one));
  EXPECT_TRUE(signed_in(two));
  const auto stream = running(one);
  const Browser again = entered(log_in("Ann", kPassword, one));
  EXPECT_FALSE(signed_in(one)) << "the browser's old session ends";
  EXPECT_TRUE(stream.ended());
  EXPECT_TRUE(signed_in(again));
  EXPECT_TRUE(signed_in(two));
  EXPECT_THAT(audited(), Contains("Ann login Ann"));
}

TEST_F(AccountTest, NobodyLearnsWhichNamesExist) {
  add_account("root", store::Role::admin);
  add_account("ann");
  const store::UserId off = add_account("off");
  ASSERT_TRUE(store_->accounts().change_user(off, {.disabled = true}));
  ASSERT_TRUE(store_->accounts().create_user({.name = "sso", .external_subject = "subject"}));
  const Got wrong = log_in("ann", "not her password");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.error(), "unauthenticated");
  EXPECT_FALSE(wrong.headers.contains("set-cookie"));
  for (const auto& [name, password] : {std::pair{"nobody", kPassword}, {"off", kPassword}, {"sso", "x"}}) {
    const Got got = log_in(name, password);
    EXPECT_EQ(got.status, 401) << name;
    EXPECT_EQ(got.body, wrong.body) << name;
    EXPECT_FALSE(got.headers.contains("set-cookie")) << name;
  }
  EXPECT_THAT(audited(), Contains(" login.failed nobody"));
}

TEST_F(AccountTest, WhatIsTypedAsANameIsAuditedCut) {
  const std::string name(60, 'a'), longer = name + "汉字";
  ASSERT_EQ(log_in(longer).status, 401);
  EXPECT_THAT(audited(), Contains(" login.failed " + name + "汉")) << "64 bytes, whole characters";
}

TEST_F(AccountTest, AGuessedNameHasToWait) {
  add_account("ann");
  add_account("bob");
  for (int i = 0; i <= Throttle::kFreeTries; ++i) EXPECT_EQ(log_in("ann", "a wrong guess").status, 401);
  for (const char* spelling : {"ann", "ANN"}) {
    const Got got = log_in(spelling);
    EXPECT_EQ(got.status, 429) << "also with the right password";
    EXPECT_EQ(got.error(), "locked_out");
    EXPECT_EQ(got.headers.at("retry-after"), "30");
  }
  EXPECT_EQ(log_in("bob").status, 200);
  clock_.advance(1000.0 * Throttle::kFirstWait);
  EXPECT_EQ(log_in("ann").status, 200);
}

TEST_F(AccountTest, AnAddressThatGuessesHasToWait) {
  add_account("ann");
  for (int i = 0; i <= Throttle::kFreeTriesOfAddress; ++i)
    service_->backend().throttle.failed("address 127.0.0.1", Throttle::kFreeTriesOfAddress);
  EXPECT_EQ(log_in("ann").status, 429);
}

TEST_F(AccountTest, LoginReadsStrictly) {
  for (const boost::json::object& body : {boost::json::object{},
                                          {{"name", "ann"}},
                                          {{"name", "ann"}, {"password", nullptr}},
                                          {{"name", 1}, {"password", "x"}},
                                          {{"name", "ann"}, {"password", "x"}, {"more", 1}},
                                          {{"name", std::string(65, 'a')}, {"password", "x"}},
                                          {{"name", "ann"}, {"password", std::string(1001, 'a')}}})
    EXPECT_EQ(post({}, "/api/login", body).status, 400) << boost::json::serialize(body);
}

TEST_F(AccountTest, LogoutEndsThisSessionOnly) {
  add_account("ann");
  const Browser here = entered(log_in("ann")), there = entered(log_in("ann"));
  const auto stream = running(here), other = running(there), key = running(here.user, 5);
  const Got got = post(here, "/api/logout");
  EXPECT_EQ(got.status, 204);
  EXPECT_THAT(got.headers.at("set-cookie"), HasSubstr("cvp_session=; "));
  EXPECT_FALSE(signed_in(here));
  EXPECT_TRUE(signed_in(there));
  EXPECT_TRUE(stream.ended());
  EXPECT_FALSE(other.ended());
  EXPECT_FALSE(key.ended());
}

TEST_F(AccountTest, AKeyHasNoSessionToEnd) {
  const Browser ann = sign_in("ann");
  const std::string secret = make_key(ann, {"read"});
  const auto key = running(ann.user, 7);
  EXPECT_EQ(with_key(secret, "POST", "/api/logout").status, 204);
  EXPECT_EQ(with_key(secret, "GET", "/api/me").status, 200);
  EXPECT_FALSE(key.ended());
}

TEST_F(AccountTest, MeSaysWhoAndWhatIsThere) {
  const Browser ann = sign_in("ann", store::Role::editor);
  const boost::json::object none = get(ann, "/api/me").object();
  EXPECT_EQ(none.at("user").at("name"), "ann");
  EXPECT_EQ(none.at("user").at("role"), "editor");
  EXPECT_TRUE(none.at("user").at("language").is_null());
  EXPECT_EQ(none.at("csrf"), boost::json::value(ann.csrf));
  EXPECT_EQ(none.at("version"), "test");
  EXPECT_TRUE(none.at("features").at("chat_model").is_null());
  EXPECT_TRUE(none.at("features").at("embedder").is_null());
  EXPECT_EQ(none.at("features").at("max_upload_bytes").to_number<uint64_t>(), options_.max_upload_bytes);

  host_.generator_ = std::make_shared<cvp::testing::FakeGenerator>();
  host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>();
  const boost::json::object both = get(ann, "/api/me").object();
  EXPECT_EQ(both.at("features").at("chat_model"), boost::json::value(host_.generator_->identity().name));
  EXPECT_EQ(both.at("features").at("embedder"), "fake-embedder");
  EXPECT_EQ(get({}, "/api/me").status, 401);
}

TEST_F(AccountTest, TheLanguageIsTheirOwn) {
  const Browser ann = sign_in("ann");
  EXPECT_EQ(patch(ann, "/api/me", {{"language", "zh"}}).object().at("user").at("language"), "zh");
  EXPECT_EQ(get(ann, "/api/me").object().at("user").at("language"), "zh");
  EXPECT_EQ(patch(ann, "/api/me", {}).object().at("user").at("language"), "zh");
  EXPECT_EQ(patch(ann, "/api/me", {{"language", "fr"}}).status, 400);
  EXPECT_EQ(patch(ann, "/api/me", {{"role", "admin"}}).status, 400);
  EXPECT_TRUE(patch(ann, "/api/me", {{"language", nullptr}}).object().at("user").at("language").is_null());
}

TEST_F(AccountTest, ANewPasswordEndsTheOtherSessions) {
  add_account("ann");
  const Browser here = entered(log_in("ann")), there = entered(log_in("ann"));
  const auto mine = running(here), other = running(there), key = running(here.user, 5);
  const std::string fresh = "好记又难猜的一句短话";  // ten characters
  const Got got = post(here, "/api/me/password", {{"old", kPassword}, {"new", fresh}});
  ASSERT_EQ(got.status, 204) << got.body;
  EXPECT_TRUE(signed_in(here));
  EXPECT_FALSE(signed_in(there));
  EXPECT_FALSE(mine.ended());
  EXPECT_TRUE(other.ended());
  EXPECT_FALSE(key.ended());
  EXPECT_EQ(log_in("ann").status, 401);
  EXPECT_EQ(log_in("ann", fresh).status, 200);
  EXPECT_THAT(audited(), Contains("ann password.change ann"));
  EXPECT_THAT(audited(), Not(Contains(HasSubstr(fresh))));
}

TEST_F(AccountTest, OnlyWhoKnowsTheOldPasswordChangesIt) {
  add_account("ann");
  const Browser ann = entered(log_in("ann"));
  const auto change = [&](const std::string& old, const std::string& fresh) {
    return post(ann, "/api/me/password", {{"old", old}, {"new", fresh}});
  };
  EXPECT_EQ(change(kPassword, "ninechars").status, 400);
  EXPECT_EQ(change(kPassword, std::string(1001, 'a')).status, 400);
  for (int i = 0; i <= Throttle::kFreeTries; ++i) {
    const Got got = change("not the old one", "another password");
    EXPECT_EQ(got.status, 403) << "401 would mean that the session ended";
    EXPECT_EQ(got.error(), "forbidden");
  }
  EXPECT_EQ(change(kPassword, "another password").status, 429);
  EXPECT_EQ(log_in("ann").status, 200) << "a stolen session does not lock its owner out";
}

TEST_F(AccountTest, AnExternalAccountHasNoPasswordToChange) {
  const Browser sso =
      browser(*store_->accounts().create_user({.name = "sso", .external_subject = "subject"}));
  EXPECT_EQ(post(sso, "/api/me/password", {{"old", "x"}, {"new", "another password"}}).status, 403);
}

}  // namespace
}  // namespace cvp::serve
