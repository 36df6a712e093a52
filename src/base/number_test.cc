#include "base/number.h"

#include <gmock/gmock.h>

#include "base/split.h"

namespace cvp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Number, IsTheWholeText) {
  EXPECT_EQ(parse_number<int>("42"), 42);
  EXPECT_EQ(parse_number<int64_t>("-7"), -7);
  EXPECT_EQ(parse_number<double>("0.5"), 0.5);
  for (const char* wrong : {"", " 1", "1 ", "+1", "1k", "x", "99999999999999999999"})
    EXPECT_EQ(parse_number<int64_t>(wrong), std::nullopt) << wrong;
  EXPECT_EQ(parse_number<uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(parse_number<uint16_t>("-1"), std::nullopt);
}

TEST(SplitWords, LeavesOutSpacesAndNothing) {
  EXPECT_THAT(split_words("zh, en;q=0.5 ,,fr", ','), ElementsAre("zh", "en;q=0.5", "fr"));
  EXPECT_THAT(split_words(" a b ", ','), ElementsAre("a b"));
  EXPECT_THAT(split_words("", ','), IsEmpty());
  EXPECT_THAT(split_words(" , ", ','), IsEmpty());
}

}  // namespace
}  // namespace cvp
