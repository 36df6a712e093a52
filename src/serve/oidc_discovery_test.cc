#include "serve/oidc_discovery.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "serve/oidc_requests.h"

namespace cvp::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class DiscoveryTest : public ::testing::Test {
 protected:
  Result<OidcProvider> read() const { return read_discovery(boost::json::serialize(document_), options_); }
  void expect_wrong(const char* words) const {
    const auto got = read();
    ASSERT_FALSE(got) << words;
    EXPECT_EQ(got.error().code, Errc::unavailable);
    EXPECT_THAT(got.error().message.en, HasSubstr(words));
  }

  OidcOptions options_{.issuer = "https://id.example.org/realm",
                       .client_id = "cvp",
                       .client_secret = "secret",
                       .redirect = "https://kb.example.org/api/oidc/callback"};
  boost::json::object document_{{"issuer", "https://id.example.org/realm"},
                                {"authorization_endpoint", "https://id.example.org/authorize"},
                                {"token_endpoint", "https://id.example.org/token"},
                                {"jwks_uri", "https://id.example.org/keys"}};
};

TEST_F(DiscoveryTest, WhatIsNotSaidHasTheStandardsDefaults) {
  const auto got = read();
  ASSERT_TRUE(got) << got.error().message.en;
  EXPECT_THAT(got->algorithms, ElementsAre("RS256"));
  EXPECT_EQ(got->userinfo_endpoint, "");
  EXPECT_FALSE(got->secret_in_body);
  EXPECT_FALSE(got->names_itself);
}

TEST_F(DiscoveryTest, OnlyAlgorithmsWithPublicKeys) {
  document_["id_token_signing_alg_values_supported"] =
      boost::json::array{"none", "HS256", "ES256", "EdDSA", "PS512"};
  EXPECT_THAT(read()->algorithms, ElementsAre("ES256", "PS512"));
  document_["id_token_signing_alg_values_supported"] = boost::json::array{"none", "HS256"};
  expect_wrong("no algorithm");
}

TEST_F(DiscoveryTest, TheIssuerIsTheConfiguredOneToTheLetter) {
  document_["issuer"] = "https://id.example.org/realm/";
  expect_wrong("https://id.example.org/realm/");
  document_.erase("issuer");
  expect_wrong("calls itself");
}

TEST_F(DiscoveryTest, EveryAddressIsHttps) {
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"}) {
    for (const char* wrong :
         {"http://id.example.org/x", "http://127.0.0.1/x", "ftp://id.example.org/x", "/x",
          "https://id.example.org/a b", "https://id.example.org/x#y", "javascript:alert(1)"}) {
      const boost::json::object before = document_;
      document_[name] = wrong;
      expect_wrong(name);
      document_ = before;
    }
  }
  document_.erase("token_endpoint");
  expect_wrong("token_endpoint");
}

TEST_F(DiscoveryTest, OnThisMachineHttpIsEnough) {
  options_.issuer = "http://127.0.0.1:9000";
  document_ = {{"issuer", "http://127.0.0.1:9000"},
               {"authorization_endpoint", "http://127.0.0.1:9000/authorize"},
               {"token_endpoint", "http://localhost:9000/token"},
               {"jwks_uri", "https://id.example.org/keys"}};
  EXPECT_TRUE(read());
  document_["jwks_uri"] = "http://id.example.org/keys";
  expect_wrong("jwks_uri");
}

TEST_F(DiscoveryTest, WhatIsNoDescription) {
  for (const char* wrong : {"", "[]", "null", "<html>", "{\"issuer\": ", "\xff"}) {
    const auto got = read_discovery(wrong, options_);
    ASSERT_FALSE(got) << wrong;
    EXPECT_EQ(got.error().code, Errc::unavailable);
  }
}

TEST_F(DiscoveryTest, WhereItIs) {
  EXPECT_EQ(discovery_address("https://id.example.org"),
            "https://id.example.org/.well-known/openid-configuration");
  EXPECT_EQ(discovery_address("https://id.example.org/a/"),
            "https://id.example.org/a/.well-known/openid-configuration");
}

TEST_F(DiscoveryTest, TheSecretGoesTheWayThatTheProviderTakes) {
  options_.client_secret = "a&b";
  const auto basic = token_request(*read(), options_, "c+d", "verifier");
  EXPECT_EQ(basic.headers.at("Authorization"), "Basic Y3ZwOmElMjZi");  // cvp:a%26b
  EXPECT_THAT(basic.body, Not(HasSubstr("client")));
  EXPECT_THAT(basic.body, HasSubstr("code=c%2Bd&redirect_uri=https%3A%2F%2Fkb.example.org%2Fapi"));
  EXPECT_FALSE(basic.follow_redirects);

  document_["token_endpoint_auth_methods_supported"] = boost::json::array{"client_secret_post"};
  const auto post = token_request(*read(), options_, "c", "verifier");
  EXPECT_FALSE(post.headers.contains("Authorization"));
  EXPECT_THAT(post.body, HasSubstr("client_id=cvp&client_secret=a%26b"));

  document_["token_endpoint_auth_methods_supported"] = boost::json::array{"private_key_jwt"};
  expect_wrong("client secret");
  options_.client_secret.clear();
  const auto open = token_request(*read(), options_, "c", "verifier");
  EXPECT_FALSE(open.headers.contains("Authorization"));
  EXPECT_THAT(open.body, HasSubstr("client_id=cvp"));
  EXPECT_THAT(open.body, Not(HasSubstr("client_secret")));
}

TEST_F(DiscoveryTest, AsksForTheScopesThatThereAre) {
  const OidcTickets::Ticket ticket{.state = "s", .nonce = "n", .verifier = "v"};
  const auto asked = [&] { return authorization_address(*read(), options_, ticket); };
  EXPECT_THAT(asked(), HasSubstr("scope=openid%20profile%20email&"));
  EXPECT_THAT(asked(), StartsWith("https://id.example.org/authorize?response_type=code&"));
  document_["scopes_supported"] = boost::json::array{"openid", "email", "groups"};
  EXPECT_THAT(asked(), HasSubstr("scope=openid%20email&"));
  options_.groups_claim = "groups";
  EXPECT_THAT(asked(), HasSubstr("scope=openid%20email%20groups&"));
  document_["authorization_endpoint"] = "https://id.example.org/authorize?tenant=1";
  EXPECT_THAT(asked(), StartsWith("https://id.example.org/authorize?tenant=1&response_type=code&"));
}

}  // namespace
}  // namespace cvp::serve
