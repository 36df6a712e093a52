#include "net/request_target.h"

#include <gmock/gmock.h>

namespace cvp::net {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

TEST(RequestTarget, IsDecoded) {
  const auto target = parse_request_target("/api/documents/%E4%B8%AD%E6%96%87?q=a+b%26c&after=&empty");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/api/documents/中文");
  EXPECT_THAT(target->query, UnorderedElementsAre(Pair("q", "a b&c"), Pair("after", ""), Pair("empty", "")));
}

TEST(RequestTarget, KeepsATrailingSlashAndTheRoot) {
  EXPECT_EQ(parse_request_target("/")->path, "/");
  EXPECT_EQ(parse_request_target("/a/")->path, "/a/");
}

TEST(RequestTarget, QuestionsMayHoldLineBreaks) {
  EXPECT_EQ(parse_request_target("/s?q=a%0Ab")->query.at("q"), "a\nb");
}

class BadTarget : public testing::TestWithParam<const char*> {};

TEST_P(BadTarget, IsRefused) { EXPECT_FALSE(parse_request_target(GetParam())); }

INSTANTIATE_TEST_SUITE_P(All, BadTarget,
                         testing::Values("", "*", "http://host/a", "a/b", "/a//b", "/../etc/passwd",
                                         "/a/%2e%2e/b", "/a/./b", "/a%2Fb", "/a%00b", "/a%0d%0aX: 1", "/a%",
                                         "/a%4", "/a%zz", "/a%ff", "/a?x=1&x=2", "/a?x=%00", "/a?x=%c3%28"));

}  // namespace
}  // namespace cvp::net
