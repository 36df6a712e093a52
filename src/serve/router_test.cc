#include <gmock/gmock.h>

#include "serve/route.h"

namespace cvp::serve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Router router() {
  return Router({{.method = "GET", .pattern = "/api/documents/{id}"},
                 {.method = "DELETE", .pattern = "/api/documents/{id}"},
                 {.method = "GET", .pattern = "/api/documents/new"},
                 {.method = "GET", .pattern = "/"}});
}

TEST(Router, FindsByMethodAndPath) {
  const Router all = router();
  const auto match = all.match("DELETE", "/api/documents/12");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->method, "DELETE");
  EXPECT_EQ(match.path.at("id"), "12");
  EXPECT_NE(all.match("GET", "/").route, nullptr);
  EXPECT_NE(all.match("HEAD", "/api/documents/12").route, nullptr);
}

TEST(Router, ExactSegmentsComeFirst) {
  const Router all = router();
  EXPECT_EQ(all.match("GET", "/api/documents/new").route->pattern, "/api/documents/new");
}

TEST(Router, AnotherMethodIsNotAnotherAddress) {
  const Router all = router();
  const auto match = all.match("POST", "/api/documents/12");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_THAT(match.methods, ElementsAre("GET", "DELETE"));
  for (const char* path : {"/api", "/api/documents", "/api/documents/", "/api/documents/1/2", "/elsewhere"}) {
    EXPECT_EQ(all.match("GET", path).route, nullptr) << path;
    EXPECT_THAT(all.match("GET", path).methods, IsEmpty()) << path;
  }
}

}  // namespace
}  // namespace cvp::serve
