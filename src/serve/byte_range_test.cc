#include "serve/byte_range.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cvp::serve {
namespace {

std::string seen(std::string_view header, uint64_t size = 100) {
  const ByteRange range = parse_range(header, size);
  if (range.kind == ByteRange::Kind::outside) return "outside";
  return std::string(range.kind == ByteRange::Kind::whole ? "whole " : "part ") +
         std::to_string(range.begin) + "-" + std::to_string(range.end);
}

TEST(ByteRange, OneRange) {
  EXPECT_EQ(seen("bytes=0-0"), "part 0-1");
  EXPECT_EQ(seen("bytes=10-19"), "part 10-20");
  EXPECT_EQ(seen("bytes=90-"), "part 90-100");
  EXPECT_EQ(seen("bytes=-10"), "part 90-100");
  EXPECT_EQ(seen("bytes=-1000"), "part 0-100");
  EXPECT_EQ(seen("bytes=0-1000"), "part 0-100");
  EXPECT_EQ(seen("bytes=0-18446744073709551615"), "part 0-100");
  EXPECT_EQ(seen("bytes=5-99999999999999999999999"), "part 5-100");
}

TEST(ByteRange, OutsideTheFile) {
  EXPECT_EQ(seen("bytes=100-"), "outside");
  EXPECT_EQ(seen("bytes=100-200"), "outside");
  EXPECT_EQ(seen("bytes=99999999999999999999999-"), "outside");
  EXPECT_EQ(seen("bytes=-0"), "outside");
  EXPECT_EQ(seen("bytes=0-", 0), "outside");
  EXPECT_EQ(seen("bytes=-5", 0), "outside");
}

TEST(ByteRange, EverythingElseIsTheWhole) {
  for (const std::string_view header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=a-b", "bytes=1-2,4-5", "bytes=2-1", "lines=1-2",
        "bytes= 1-2", "bytes=+1-2", "bytes=1--2", "Bytes=1-2", "bytes=0x1-2"})
    EXPECT_EQ(seen(header), "whole 0-100") << header;
}

TEST(AsAttachment, NamesOfAnyScript) {
  EXPECT_EQ(as_attachment("report-1_a.pdf"),
            "attachment; filename=\"report-1_a.pdf\"; filename*=UTF-8''report-1_a.pdf");
  EXPECT_EQ(as_attachment("合同 A.pdf"),
            "attachment; filename=\"___A.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%20A.pdf");
}

TEST(AsAttachment, NothingLeavesItsQuotes) {
  const std::string header = as_attachment("a\"; filename=\"b\\\r\nSet-Cookie: x=1\x7f.pdf");
  EXPECT_EQ(header.find_first_of("\r\n\\\x7f"), std::string::npos);
  EXPECT_EQ(std::ranges::count(header, '"'), 2);
  const std::string longest = as_attachment(std::string(300, 'a') + "长" + std::string(250, 'b') + ".pdf");
  EXPECT_TRUE(longest.ends_with("b.pdf"));
  EXPECT_LT(longest.size(), 1100u);
}

}  // namespace
}  // namespace cvp::serve
