#include "net/reply.h"

#include <gmock/gmock.h>

namespace cvp::net {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(LateReply, KeepsTheHeadersThatWhatWasSetHasNot) {
  LateReply late;
  Reply reply{.status = 200, .headers = {{"X-Request-Id", "7"}, {"Content-Security-Policy", "none"}}};
  EXPECT_FALSE(late.take(reply));
  late.set({.status = 404, .headers = {{"Content-Security-Policy", "self"}}, .body = std::string("no")});
  late.set({.status = 500});
  ASSERT_TRUE(late.take(reply));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(std::get<std::string>(reply.body), "no");
  EXPECT_THAT(reply.headers, ElementsAre(Pair("Content-Security-Policy", "self"), Pair("X-Request-Id", "7")));
}

}  // namespace
}  // namespace cvp::net
