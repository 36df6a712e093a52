#include "bench/bad_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sys/files.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<BadRequest> parsed(const std::string& json) {
  auto out = parse_bad_requests(json);
  EXPECT_TRUE(out) << json;
  return out.value_or(std::vector<BadRequest>());
}

TEST(BadRequests, AreBytesWithTheValuesOfTheRun) {
  const auto all = parsed(
      R"([{"number":26,"what":"deep","request":"POST /api/{path}","body":["{",{"text":"[","times":3},"{id}"],"expect":[400]}])");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(bytes_of(all[0], {{"host", "h:1"}, {"key", "k"}, {"path", "search"}, {"id", "77"}}),
            "POST /api/search HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer k\r\nConnection: close\r\n"
            "Content-Type: application/json\r\nContent-Length: 6\r\n\r\n{[[[77");
  EXPECT_THAT(all[0].expect, ElementsAre(400));
}

TEST(BadRequests, LeaveOutWhatTheyAreToldTo) {
  const auto all = parsed(R"([{"number":32,"what":"x","request":"GET /","host":"","key":"",
    "headers":["A: 1",{"text":"B: 2","times":2}],"framing":"none","then":"drip","expect":[0]}])");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(bytes_of(all[0], {}), "GET / HTTP/1.1\r\nConnection: close\r\nA: 1\r\nB: 2\r\nB: 2\r\n\r\n");
  EXPECT_EQ(all[0].then, BadRequest::Then::drip);
}

TEST(BadRequests, RefuseATableThatIsNone) {
  for (const char* wrong :
       {"", "{}", "[1]", R"([{"number":1,"what":"x","request":"GET /"}])",
        R"([{"number":1,"what":"x","request":"GET /","then":"dance","expect":[0]}])",
        R"([{"number":1,"what":"x","request":"GET /","body":[1],"expect":[0]}])",
        R"([{"number":1,"what":"x","request":"GET /","body":[{"text":"a","times":99000000}],"expect":[0]}])"})
    EXPECT_FALSE(parse_bad_requests(wrong)) << wrong;
}

TEST(BadRequests, TheTableHasEveryNumber) {
  const sys::Path source = sys::env("CVP_SOURCE").value_or(".");
  const auto table = sys::read_file(source / "bench" / "data" / "bad_requests.json", 1 << 20);
  ASSERT_TRUE(table) << table.error().message.en;
  std::set<int> numbers;
  for (const BadRequest& request : parsed(*table)) {
    numbers.insert(request.number);
    EXPECT_THAT(request.head, HasSubstr(" HTTP/1.1\r\n")) << request.what;
  }
  std::set<int> wanted;
  for (int number = 21; number <= 37; ++number) wanted.insert(number);
  for (int number = 60; number <= 65; ++number) wanted.insert(number);
  EXPECT_EQ(numbers, wanted);
}

}  // namespace
}  // namespace cvp::bench
