#include "serve/id_token.h"

#include "serve/oidc_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000;
constexpr int kBits = 256;

/// As at_hash has it.
boost::json::string half_hash(std::string_view token) {
  return boost::json::string(base64url(sha2(kBits, token).substr(0, kBits / 16)));
}

class IdTokenTest : public ::testing::Test {
 protected:
  IdTokenTest() { know({&first_key()}); }

  void know(const std::vector<const SigningKey*>& keys) {
    boost::json::array all;
    for (const SigningKey* key : keys) all.push_back(key->public_key());
    keys_ = *read_keys(boost::json::serialize(boost::json::object{{"keys", all}}));
  }

  /// Claims as they should be, with one put in another's place.
  boost::json::object with(const char* name, boost::json::value value) const {
    boost::json::object out = claims_;
    out[name] = std::move(value);
    return out;
  }
  boost::json::object without(const char* name) const {
    boost::json::object out = claims_;
    out.erase(name);
    return out;
  }
  Result<boost::json::object> check(const std::string& token) const {
    return check_id_token(token, keys_, checks_);
  }
  Result<boost::json::object> check(const boost::json::object& claims) const {
    return check(first_key().sign(claims, "RS256"));
  }
  void expect_refused(const Result<boost::json::object>& got, const char* words) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::refused) << got.error().message.en;
    EXPECT_THAT(got.error().message.en, HasSubstr(words));
  }

  IdTokenChecks checks_{.issuer = "https://id.example.org",
                        .client_id = "cvp",
                        .nonce = "n-1",
                        .algorithms = {"RS256", "PS256", "ES256", "ES384", "HS256", "none"},
                        .access_token = "access",
                        .now_unix = kNow};
  boost::json::object claims_{{"iss", "https://id.example.org"},
                              {"aud", "cvp"},
                              {"sub", "42"},
                              {"nonce", "n-1"},
                              {"iat", kNow},
                              {"exp", kNow + 300}};
  std::vector<PublicKey> keys_;
};

TEST_F(IdTokenTest, TakesWhatEveryGoodAlgorithmSigned) {
  const SigningKey p256 = SigningKey::ec("p256"), p384 = SigningKey::ec("p384", CJOSE_JWK_EC_P_384);
  know({&first_key(), &p256, &p384});
  for (const std::string& token :
       {first_key().sign(claims_, "RS256"), first_key().sign(claims_, "PS256"), p256.sign(claims_, "ES256"),
        p384.sign(claims_, "ES384"), first_key().sign(claims_, "RS256", "")}) {
    const auto got = check(token);
    ASSERT_TRUE(got) << got.error().message.en;
    EXPECT_EQ(got->at("sub"), "42");
  }
}

TEST_F(IdTokenTest, RefusesWhatNobodySigned) {
  expect_refused(check(unsigned_token({{"alg", "none"}}, claims_)), "");
  expect_refused(check(unsigned_token({{"alg", "RS256"}, {"kid", "first"}}, claims_)), "");
  expect_refused(check(unsigned_token({{"typ", "JWT"}}, claims_)), "");
  for (const char* token : {"", ".", "..", "a.b", "a.b.c", "a.b.c.d.e", "{}", "\xff\xfe.\x01.\x02"})
    expect_refused(check(std::string(token)), "");
  expect_refused(check(std::string(100'000, 'a')), "long");
}

TEST_F(IdTokenTest, RefusesASharedSecretMadeOfThePublicKey) {
  const std::string known = boost::json::serialize(first_key().public_key());
  for (const std::string& secret : {known, keys_.front().json})
    expect_refused(check(SigningKey::shared("first", secret).sign(claims_, "HS256")), "HS256");
}

TEST_F(IdTokenTest, RefusesAnotherSignature) {
  const SigningKey forger = SigningKey::rsa("first");
  expect_refused(check(forger.sign(claims_, "RS256")), "signature");
  // Another's words under a good signature.
  const std::string good = first_key().sign(claims_, "RS256");
  const size_t first = good.find('.'), last = good.rfind('.');
  const std::string other = base64url(boost::json::serialize(with("sub", "1")));
  expect_refused(check(good.substr(0, first + 1) + other + good.substr(last)), "signature");
}

TEST_F(IdTokenTest, RefusesAnAlgorithmThatTheProviderDoesNotUse) {
  checks_.algorithms = {"ES256"};
  expect_refused(check(claims_), "RS256");
}

TEST_F(IdTokenTest, AKeyIsForItsAlgorithmAndCurveAlone) {
  const SigningKey p384 = SigningKey::ec("first", CJOSE_JWK_EC_P_384);
  know({&p384});
  EXPECT_EQ(check(claims_).error().code, Errc::not_found);  // RS256 with a key for ES384
  keys_ = *read_keys(
      boost::json::serialize(boost::json::object{{"keys", boost::json::array{first_key().public_key()}}}));
  keys_.front().algorithm = "PS256";
  EXPECT_EQ(check(claims_).error().code, Errc::not_found);
}

TEST_F(IdTokenTest, AnUnknownKeyIsToldApart) {
  const auto got = check(first_key().sign(claims_, "RS256", "second"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::not_found);
}

TEST_F(IdTokenTest, RefusesWhatWasMadeForOthers) {
  expect_refused(check(with("iss", "https://id.example.org/")), "iss");
  expect_refused(check(with("iss", 1)), "iss");
  expect_refused(check(with("aud", "other")), "aud");
  expect_refused(check(with("aud", boost::json::array{})), "aud");
  expect_refused(check(without("aud")), "aud");
  expect_refused(check(with("aud", boost::json::array{"cvp", "other"})), "azp");
  expect_refused(check(with("azp", "other")), "azp");
  expect_refused(check(with("nonce", "n-2")), "nonce");
  expect_refused(check(without("nonce")), "nonce");
  expect_refused(check(without("sub")), "sub");
  expect_refused(check(with("sub", boost::json::string(256, 'x'))), "sub");
  expect_refused(check(with("sub", "a\nb")), "sub");
  boost::json::object several = with("aud", boost::json::array{"other", "cvp"});
  several["azp"] = "cvp";
  EXPECT_TRUE(check(several));
}

TEST_F(IdTokenTest, RefusesWhatIsNotOfNow) {
  expect_refused(check(with("exp", kNow - 61)), "exp");
  expect_refused(check(without("exp")), "exp");
  expect_refused(check(with("exp", "tomorrow")), "exp");
  expect_refused(check(with("exp", 1e300)), "exp");
  expect_refused(check(with("iat", kNow + 61)), "iat");
  expect_refused(check(with("iat", kNow - 3600)), "iat");
  expect_refused(check(without("iat")), "iat");
  expect_refused(check(with("nbf", kNow + 61)), "nbf");
  EXPECT_TRUE(check(with("exp", kNow - 30)));  // clocks differ
  EXPECT_TRUE(check(with("exp", static_cast<double>(kNow) + 0.5)));
}

TEST_F(IdTokenTest, BelongsToItsAccessToken) {
  const boost::json::string hash = half_hash("access");
  EXPECT_TRUE(check(with("at_hash", hash)));
  expect_refused(check(with("at_hash", half_hash("other"))), "at_hash");
  checks_.access_token.clear();
  expect_refused(check(with("at_hash", hash)), "at_hash");
}

TEST(ReadKeys, LeavesOutWhatChecksNoSignature) {
  boost::json::object encrypting = first_key().public_key(),
                      short_one = SigningKey::rsa("short", 1024).public_key();
  encrypting["use"] = "enc";
  const boost::json::array all = {encrypting,
                                  short_one,
                                  {{"kty", "oct"}, {"k", "c2VjcmV0"}},
                                  {{"kty", "RSA"}},
                                  "words",
                                  nullptr,
                                  first_key().public_key()};
  const auto keys = read_keys(boost::json::serialize(boost::json::object{{"keys", all}}));
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ(keys->front().id, "first");
  EXPECT_THAT(keys->front().json, ::testing::Not(HasSubstr("kid")));
  for (const char* wrong : {"", "[]", "{}", R"({"keys": 1})"}) EXPECT_FALSE(read_keys(wrong)) << wrong;
}

}  // namespace
}  // namespace cvp::serve
