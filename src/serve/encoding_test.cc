#include "serve/encoding.h"

#include <gtest/gtest.h>

namespace cvp::serve {
namespace {

TEST(Encoding, Base64AsInRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xfb\xff\xfe"), "+//+");
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url(std::string(1, '\0')), "AA");
}

// RFC 7636, appendix B.
TEST(Encoding, TheChallengeOfAVerifier) {
  constexpr int kBits = 256;
  EXPECT_EQ(base64url(sha2(kBits, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

// RFC 4231, test case 2.
TEST(Encoding, AKeyedHash) {
  EXPECT_EQ(base64(keyed_hash("Jefe", "what do ya want for nothing?")),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
}

TEST(Encoding, Sha2HasItsLength) {
  for (const int bits : {256, 384, 512}) EXPECT_EQ(sha2(bits, "abc").size() * 8, static_cast<size_t>(bits));
}

}  // namespace
}  // namespace cvp::serve
