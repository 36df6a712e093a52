#include "net/percent.h"

#include <gtest/gtest.h>

namespace cvp::net {
namespace {

TEST(PercentEncoded, AllThatMeansSomething) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a b&c=d+e/%"), "a%20b%26c%3Dd%2Be%2F%25");
  EXPECT_EQ(percent_encoded("安"), "%E5%AE%89");
  EXPECT_EQ(percent_encoded("a/b c", "/"), "a/b%20c");
}

}  // namespace
}  // namespace cvp::net
