#include "serve/oidc_options.h"

#include <gmock/gmock.h>

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;

class OidcOptionsTest : public ::testing::Test {
 protected:
  void expect_wrong(const char* key) const {
    const auto checked = check_oidc(options_);
    ASSERT_FALSE(checked) << key;
    EXPECT_EQ(checked.error().code, Errc::usage);
    EXPECT_THAT(checked.error().message.en, HasSubstr(key));
    EXPECT_FALSE(checked.error().hint.empty());
  }

  OidcOptions options_{.issuer = "https://id.example.org/realms/a",
                       .client_id = "cvp",
                       .redirect = "https://kb.example.org:8443/api/oidc/callback"};
};

TEST_F(OidcOptionsTest, WhatIsRight) {
  EXPECT_TRUE(check_oidc({}));
  EXPECT_TRUE(check_oidc(options_));
  EXPECT_EQ(oidc_host(options_), "kb.example.org");
  options_.issuer = "http://127.0.0.1:9000";
  options_.redirect = "http://[::1]:8080/api/oidc/callback";
  EXPECT_TRUE(check_oidc(options_));
  EXPECT_EQ(oidc_host(options_), "::1");
}

TEST_F(OidcOptionsTest, TheIssuerIsAnAddressOverHttps) {
  for (const char* wrong :
       {"http://id.example.org", "id.example.org", "https://", "https://id.example.org?a=1",
        "https://id.example.org/#a", "https://user@id.example.org", "https://id.example.org/a b"}) {
    options_.issuer = wrong;
    expect_wrong("serve.oidc_issuer");
  }
}

TEST_F(OidcOptionsTest, TheRedirectLeadsHere) {
  for (const char* wrong :
       {"", "http://kb.example.org/api/oidc/callback", "https://kb.example.org",
        "https://kb.example.org/api/oidc/callback/", "https://kb.example.org//api/oidc/callback",
        "https://kb.example.org/x/api/oidc/callback", "https://kb.example.org/api/oidc/callback?a=1"}) {
    options_.redirect = wrong;
    expect_wrong("serve.oidc_redirect");
  }
}

TEST_F(OidcOptionsTest, NeedsAClient) {
  options_.client_id.clear();
  expect_wrong("serve.oidc_client_id");
}

TEST_F(OidcOptionsTest, NotWhereNothingMayBeReached) {
  EXPECT_TRUE(check_oidc_offline({}));
  const auto checked = check_oidc_offline(options_);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::usage);
  EXPECT_THAT(checked.error().message.en, HasSubstr("--prove-offline"));
}

}  // namespace
}  // namespace cvp::serve
