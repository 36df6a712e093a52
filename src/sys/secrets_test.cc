#include "sys/secrets.h"

#include <gtest/gtest.h>

namespace cvp::sys {
namespace {

TEST(Secrets, PasswordsAreKnownByTheirHash) {
  const auto hash = hash_password("correct horse 电池");
  ASSERT_TRUE(hash);
  EXPECT_EQ(hash->find("horse"), std::string::npos);
  EXPECT_TRUE(password_matches(*hash, "correct horse 电池"));
  EXPECT_FALSE(password_matches(*hash, "correct horse"));
  EXPECT_FALSE(password_matches("", "correct horse 电池"));
  EXPECT_FALSE(password_matches("no hash", ""));
  EXPECT_NE(*hash_password("correct horse 电池"), *hash) << "each has its own salt";
}

TEST(Secrets, AreComparedWhole) {
  EXPECT_TRUE(equal_secrets("abc", "abc"));
  EXPECT_FALSE(equal_secrets("abc", "abd"));
  EXPECT_FALSE(equal_secrets("abc", "ab"));
  EXPECT_TRUE(equal_secrets("", ""));
}

}  // namespace
}  // namespace cvp::sys
