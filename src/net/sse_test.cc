#include <gtest/gtest.h>

#include <vector>

#include "net/http.h"

namespace cvp::net {
namespace {

std::vector<std::string> parse(std::string_view stream, size_t piece) {
  std::vector<std::string> events;
  SseParser parser([&](std::string_view data) {
    events.emplace_back(data);
    return true;
  });
  for (size_t i = 0; i < stream.size(); i += piece) EXPECT_TRUE(parser.feed(stream.substr(i, piece)));
  return events;
}

TEST(Sse, EventsDoNotDependOnHowTheStreamWasCut) {
  const std::string stream =
      ": ping\n\ndata: one\n\nevent: x\r\ndata: two\r\ndata:three\r\n\r\n\r\ndata\rid: 7\r\rdata:  "
      "four\n\ndata: unfinished";
  const std::vector<std::string> want = {"one", "two\nthree", "", " four"};
  for (size_t piece = 1; piece <= stream.size(); ++piece) EXPECT_EQ(parse(stream, piece), want) << piece;
}

TEST(Sse, StopsWhenToldAndStaysStopped) {
  int calls = 0;
  SseParser parser([&](std::string_view) { return ++calls < 2; });
  EXPECT_FALSE(parser.feed("data: 1\n\ndata: 2\n\ndata: 3\n\n"));
  EXPECT_FALSE(parser.feed("data: 4\n\n"));
  EXPECT_EQ(calls, 2);
}

TEST(Sse, AnEndlessEventIsStopped) {
  SseParser parser([](std::string_view) { return true; });
  const std::string piece(1 << 20, 'x');
  bool going = true;
  size_t fed = 0;
  for (; going && fed < 2 * SseParser::kEventLimitBytes; fed += piece.size())
    going = parser.feed("data: " + piece + "\n");
  EXPECT_FALSE(going);
  EXPECT_LE(fed, SseParser::kEventLimitBytes + 2 * piece.size());
}

}  // namespace
}  // namespace cvp::net
