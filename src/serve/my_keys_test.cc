#include "serve/account_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class KeysTest : public AccountTest {
 protected:
  Got make(const Browser& who, const boost::json::object& body) { return post(who, "/api/me/keys", body); }
  boost::json::array keys(const Browser& who) {
    const boost::json::object got = get(who, "/api/me/keys").object();
    return got.at("items").as_array();
  }
};

TEST_F(KeysTest, TheSecretIsShownOnce) {
  const Browser ann = sign_in("ann");
  const Got got = make(ann, {{"name", "nightly report"}, {"scopes", {"ask", "read"}}, {"expires_days", 90}});
  ASSERT_EQ(got.status, 200) << got.body;
  const boost::json::object made = got.object();
  const std::string secret(made.at("secret").as_string());
  EXPECT_EQ(secret.size(), 4 + 64u);
  EXPECT_THAT(secret, StartsWith(std::string(made.at("key").at("prefix").as_string())));
  EXPECT_EQ(made.at("key").at("prefix").as_string().size(), 8u);
  EXPECT_EQ(made.at("key").at("expires").as_int64(), clock_.unix_seconds() + 90 * 24 * 3600);
  EXPECT_TRUE(made.at("key").at("last_used").is_null());

  const Got list = get(ann, "/api/me/keys");
  EXPECT_THAT(list.body, Not(HasSubstr(secret.substr(8))));
  EXPECT_EQ(keys(ann).size(), 1u);
  EXPECT_THAT(keys(sign_in("bob")), IsEmpty());
  EXPECT_THAT(audited(), Contains("ann key.create nightly report"));
  EXPECT_EQ(with_key(secret, "GET", "/api/me").status, 200);
  EXPECT_EQ(with_key(secret + "0", "GET", "/api/me").status, 401);
  EXPECT_EQ(with_key(secret, "PATCH", "/api/me", {{"language", "zh"}}).status, 403) << "beyond its scopes";
}

TEST_F(KeysTest, AKeyAllowsNoMoreThanItsAccount) {
  const Browser editor = sign_in("ed", store::Role::editor), admin = sign_in("root", store::Role::admin);
  EXPECT_EQ(make(editor, {{"name", "k"}, {"scopes", {"read", "admin"}}}).status, 403);
  EXPECT_THAT(keys(editor), IsEmpty());
  const std::string secret = make_key(admin, {"read", "admin"});
  EXPECT_EQ(with_key(secret, "GET", "/api/users").status, 200);
  ASSERT_TRUE(store_->accounts().change_user(editor.user, {.role = store::Role::admin}));
  ASSERT_TRUE(store_->accounts().change_user(admin.user, {.role = store::Role::reader}));
  EXPECT_EQ(with_key(secret, "GET", "/api/users").status, 403) << "the account became less";
}

TEST_F(KeysTest, ReadsStrictly) {
  const Browser ann = sign_in("ann", store::Role::admin);
  const boost::json::array read = {"read"};
  for (const boost::json::object& body : {boost::json::object{},
                                          {{"name", "k"}},
                                          {{"name", ""}, {"scopes", read}},
                                          {{"name", std::string(101, 'k')}, {"scopes", read}},
                                          {{"name", "k"}, {"scopes", boost::json::array{}}},
                                          {{"name", "k"}, {"scopes", {"read", "read"}}},
                                          {{"name", "k"}, {"scopes", {"everything"}}},
                                          {{"name", "k"}, {"scopes", {"read write"}}},
                                          {{"name", "k"}, {"scopes", "read"}},
                                          {{"name", "k"}, {"scopes", read}, {"expires_days", 0}},
                                          {{"name", "k"}, {"scopes", read}, {"expires_days", 3651}},
                                          {{"name", "k"}, {"scopes", read}, {"user", 1}}})
    EXPECT_EQ(make(ann, body).status, 400) << boost::json::serialize(body);
  EXPECT_THAT(keys(ann), IsEmpty());
}

TEST_F(KeysTest, AKeyManagesNoKeysAndNoPasswords) {
  add_account("root", store::Role::admin);
  const Browser root = entered(log_in("root"));
  const std::string secret = make_key(root, {"search", "ask", "read", "write", "admin"});
  const boost::json::array all = keys(root);
  const std::string id = std::to_string(all[0].at("id").as_int64());
  EXPECT_EQ(with_key(secret, "POST", "/api/me/keys", {{"name", "k"}, {"scopes", {"read"}}}).status, 403);
  EXPECT_EQ(with_key(secret, "DELETE", "/api/me/keys/" + id).status, 403);
  EXPECT_EQ(
      with_key(secret, "POST", "/api/me/password", {{"old", kPassword}, {"new", "another password"}}).status,
      403);
  EXPECT_EQ(
      with_key(secret, "PATCH", "/api/users/" + std::to_string(root.user), {{"password", "another password"}})
          .status,
      403);
  EXPECT_EQ(keys(root).size(), 1u);
  EXPECT_EQ(log_in("root").status, 200);
}

TEST_F(KeysTest, ARevokedKeyEndsAtOnce) {
  const Browser ann = sign_in("ann"), bob = sign_in("bob");
  const std::string secret = make_key(ann, {"read"}), other = make_key(ann, {"read"});
  const boost::json::array both = keys(ann);
  const int64_t id = both[0].at("id").as_int64();
  const std::string address = "/api/me/keys/" + std::to_string(id);
  const auto gone = running(ann.user, id), stays = running(ann.user, both[1].at("id").as_int64()),
             page = running(ann);
  const Got foreign = remove(bob, address), unknown = remove(bob, "/api/me/keys/999");
  EXPECT_EQ(foreign.status, 404);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(foreign.error(), unknown.error());
  EXPECT_FALSE(gone.ended());

  EXPECT_EQ(remove(ann, address).status, 204);
  EXPECT_TRUE(gone.ended());
  EXPECT_FALSE(stays.ended());
  EXPECT_FALSE(page.ended());
  EXPECT_EQ(with_key(secret, "GET", "/api/me").status, 401);
  EXPECT_EQ(with_key(other, "GET", "/api/me").status, 200);
  EXPECT_EQ(remove(ann, address).status, 404);
  EXPECT_THAT(audited(), Contains("ann key.delete k"));
}

TEST_F(KeysTest, AnExpiredKeyIsNone) {
  const Browser ann = sign_in("ann");
  const boost::json::object made =
      make(ann, {{"name", "k"}, {"scopes", {"read"}}, {"expires_days", 1}}).object();
  const std::string secret(made.at("secret").as_string());
  EXPECT_EQ(with_key(secret, "GET", "/api/me").status, 200);
  clock_.advance(1000.0 * 24 * 3600);
  EXPECT_EQ(with_key(secret, "GET", "/api/me").status, 401);
}

TEST_F(KeysTest, AnAccountHasALimitedNumber) {
  const Browser ann = sign_in("ann");
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(store_->accounts().create_key(std::to_string(i), {.user = ann.user, .name = "k"}));
  const Got got = make(ann, {{"name", "k"}, {"scopes", {"read"}}});
  EXPECT_EQ(got.status, 409);
  EXPECT_EQ(got.error(), "conflict");
}

}  // namespace
}  // namespace cvp::serve
