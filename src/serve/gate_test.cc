#include "serve/gate.h"

#include <gmock/gmock.h>

#include "testing/fakes.h"

namespace cvp::serve {
namespace {

class GateTest : public ::testing::Test {
 protected:
  GateTest() {
    user_ =
        *store_->accounts().create_user({.name = "ann", .password_hash = "h", .role = store::Role::admin});
  }
  static net::RequestHead head(std::map<std::string, std::string> headers, std::string method = "GET") {
    return {.method = std::move(method), .path = "/api/me", .headers = std::move(headers)};
  }
  std::optional<Caller> caller(std::map<std::string, std::string> headers) {
    return *gate_.caller(head(std::move(headers)));
  }
  std::string key(const std::vector<std::string>& scopes) {
    const std::string secret = "cvp_" + std::string(40, 'a');
    EXPECT_TRUE(
        store_->accounts().create_key(Gate::hash_of(secret), {.user = user_, .name = "k", .scopes = scopes}));
    return secret;
  }

  sys::TempFolder folder_ = *sys::TempFolder::create();
  cvp::testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = std::move(*store::Store::open(folder_.path(), clock_));
  Gate gate_{*store_, clock_, {.host_names = {"kb.example.org"}}};
  store::UserId user_ = 0;
};

TEST_F(GateTest, OnlyNamesOfOursReachIt) {
  for (const char* host : {"127.0.0.1:8080", "localhost", "[::1]:80", "192.168.1.5:8080", "kb.example.org",
                           "kb.example.org:443"})
    EXPECT_TRUE(gate_.host_is_ours(head({{"host", host}}))) << host;
  for (const char* host : {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"})
    EXPECT_FALSE(gate_.host_is_ours(head({{"host", host}}))) << host;
  EXPECT_FALSE(gate_.host_is_ours(head({})));
}

TEST_F(GateTest, OtherPagesAreForeign) {
  EXPECT_TRUE(gate_.origin_is_ours(head({{"host", "localhost:80"}})));
  EXPECT_TRUE(gate_.origin_is_ours(head({{"host", "localhost:80"}, {"origin", "http://localhost:80"}})));
  for (const char* origin : {"http://evil.example", "http://localhost:81", "null"})
    EXPECT_FALSE(gate_.origin_is_ours(head({{"host", "localhost:80"}, {"origin", origin}}))) << origin;
  EXPECT_FALSE(gate_.origin_is_ours(head({{"host", "localhost:80"}, {"sec-fetch-site", "cross-site"}})));
}

TEST_F(GateTest, CookiesAndKeysNameTheirUser) {
  const std::string token = *gate_.open_session(user_);
  EXPECT_EQ(caller({{"cookie", "other=1; cvp_session=" + token + "; more=2"}})->user.id, user_);
  EXPECT_EQ(caller({{"authorization", "Bearer " + key({"ask"})}})->user.id, user_);
  for (const char* bad : {"", "cvp_session=", "cvp_session=null", "xcvp_session=1", "cvp_session"})
    EXPECT_FALSE(caller({{"cookie", bad}})) << bad;
  for (const char* bad : {"Bearer ", "Bearer null", "Basic abc", "Bearer"})
    EXPECT_FALSE(caller({{"authorization", bad}})) << bad;
  // A wrong key is not saved by a good cookie.
  EXPECT_FALSE(caller({{"authorization", "Bearer x"}, {"cookie", "cvp_session=" + token}}));
}

TEST_F(GateTest, WhoMayPass) {
  const Route read{.method = "GET", .need = Need::account, .scope = Scope::read};
  const Route write{.method = "POST", .need = Need::editor, .scope = Scope::write};
  const Route admin{.method = "POST", .need = Need::admin, .scope = Scope::admin};
  const std::string token = *gate_.open_session(user_);
  const auto browser = caller({{"cookie", "cvp_session=" + token}});
  const auto program = caller({{"authorization", "Bearer " + key({"read", "write"})}});
  using enum Gate::Verdict;
  EXPECT_EQ(Gate::check(read, head({}), {}), sign_in);
  EXPECT_EQ(Gate::check(read, head({}), browser), pass);
  EXPECT_EQ(Gate::check(write, head({}), browser), forged);
  EXPECT_EQ(Gate::check(write, head({{"x-cvp-csrf", browser->csrf}}), browser), pass);
  EXPECT_EQ(Gate::check(write, head({}), program), pass) << "no page sends a key by itself";
  EXPECT_EQ(Gate::check(admin, head({}), program), forbidden) << "beyond the key's scopes";
  auto reader = browser;
  reader->user.role = store::Role::reader;
  EXPECT_EQ(Gate::check(write, head({{"x-cvp-csrf", reader->csrf}}), reader), forbidden);
  EXPECT_EQ(Gate::check(read, head({}), reader), pass);
}

}  // namespace
}  // namespace cvp::serve
