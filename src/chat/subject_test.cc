#include "chat/subject.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cvp::chat {
namespace {

TEST(Subject, ChineseIsTheFirstRunByItsLongestPiece) {
  const SourceText other("嘉善南站是沪杭客运专线的一个车站。");
  const SourceText same("车站于2010年启用。", "嘉兴南站");
  EXPECT_DOUBLE_EQ(subject_share("嘉兴南站是哪条线路的车站？", same), 1.0) << "the title counts";
  EXPECT_DOUBLE_EQ(subject_share("嘉兴南站是哪条线路的车站？", other), 0.5);
  EXPECT_TRUE(std::isnan(subject_share("他是谁？", other)));
  EXPECT_TRUE(std::isnan(subject_share("？", other)));
}

TEST(Subject, EnglishIsTheNames) {
  const SourceText source("The Broncos won Super Bowl 50 at Levi's Stadium.");
  EXPECT_DOUBLE_EQ(subject_share("Where did the Broncos win the Super Bowl?", source), 1.0);
  EXPECT_DOUBLE_EQ(subject_share("Where did the Panthers win the Super Bowl?", source), 2.0 / 3);
  EXPECT_TRUE(std::isnan(subject_share("How is it done?", source)));
}

TEST(Subject, Stems) {
  EXPECT_EQ(stem("disproved"), stem("disproves"));
  EXPECT_EQ(stem("walking"), "walk");
  EXPECT_EQ(stem("gas"), "gas");
  EXPECT_EQ(stem("显存"), "显存");
}

}  // namespace
}  // namespace cvp::chat
