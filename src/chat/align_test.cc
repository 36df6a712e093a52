#include "chat/align.h"

#include <gtest/gtest.h>

namespace cvp::chat {
namespace {

struct Case {
  const char* name;
  const char* passage;
  const char* question;
  const char* sentence;
  bool supported;
};

// Each unsupported case is a way in which a small model was seen, or is feared, to lie.
constexpr Case kCases[] = {
    {"verbatim", "战国无双3是由光荣和ω-force开发的游戏。它于2009年发售。", "谁开发了战国无双3？",
     "光荣和ω-force", true},
    {"restated", "战国无双3是由光荣和ω-force开发的游戏。它于2009年发售。", "战国无双3何时发售？",
     "战国无双3于2009年发售。", true},
    {"wrong year", "战国无双3是由光荣和ω-force开发的游戏。它于2009年发售。", "战国无双3何时发售？",
     "战国无双3于2010年发售。", false},
    {"wrong unit", "跑道全长5公里，宽30米。", "跑道多长？", "跑道全长5米。", false},
    {"invented name", "该软件由一家杭州公司开发，支持中文界面。", "谁开发的？", "该软件由Google公司开发。",
     false},
    {"denied by the passage", "这款打印机不支持双面打印，但支持无线连接。", "这款打印机支持双面打印吗？",
     "这款打印机支持双面打印。", false},
    {"agreeing negation", "这款打印机不支持双面打印，但支持无线连接。", "这款打印机支持双面打印吗？",
     "这款打印机不支持双面打印。", true},
    {"negation from nowhere", "This printer supports duplex printing and Wi-Fi.",
     "Does it support duplex printing?", "This printer does not support duplex printing.", false},
    {"numerals", "该寺建于一千二百年前，占地三十亩。", "占地多少？", "占地三十亩", true},
    {"english", "The Broncos won Super Bowl 50. The game was played at Levi's Stadium in Santa Clara.",
     "Where was Super Bowl 50 played?", "Super Bowl 50 was played at Levi's Stadium in Santa Clara.", true},
    {"english other place",
     "The Broncos won Super Bowl 50. The game was played at Levi's Stadium in Santa Clara.",
     "Where was Super Bowl 50 played?", "It was played at Wembley Stadium in London.", false},
    {"another row", "| 7B | INT8 | 7 GB |\n| 13B | INT8 | 13 GB |\n| 13B | INT4 | 6.5 GB |",
     "13B 用 INT4 占多少显存？", "13B INT4 占 7 GB 显存。", false},
    {"the row asked for", "| 7B | INT8 | 7 GB |\n| 13B | INT8 | 13 GB |\n| 13B | INT4 | 6.5 GB |",
     "13B 用 INT4 占多少显存？", "13B INT4 占 6.5 GB", true},
    {"from memory", "Paris hosted the exhibition in 1900.", "What is the tallest tower?",
     "The Eiffel Tower is the tallest, at 330 metres.", false},
};

TEST(Align, Cases) {
  for (const Case& one : kCases) {
    const SourceText source(one.passage);
    const Alignment alignment = align(one.sentence, one.question, source, {});
    EXPECT_EQ(alignment.supported, one.supported)
        << one.name << ": share " << alignment.share << ", " << alignment.why_not.en;
    EXPECT_EQ(alignment.supported, alignment.why_not.empty()) << one.name;
  }
}

TEST(Align, SpansAreWholeSentencesOfThePassage) {
  const std::string passage = "第一句讲历史。第二句说显存为16GB。第三句讲价格。";
  const SourceText source(passage);
  const Alignment alignment = align("显存为16GB", "显存多大？", source, {});
  ASSERT_EQ(alignment.spans.size(), 1u);
  EXPECT_EQ(passage.substr(alignment.spans[0].begin, alignment.spans[0].size()), "第二句说显存为16GB。");
}

TEST(Align, TwoSentencesFarApartGiveTwoSpans) {
  const std::string passage = "甲公司成立于1990年。它在上海。员工很多。甲公司的总部后来迁到了深圳南山区。";
  const SourceText source(passage);
  const Alignment alignment =
      align("甲公司成立于1990年，总部后来迁到了深圳南山区。", "介绍甲公司", source, {});
  EXPECT_TRUE(alignment.supported) << alignment.why_not.en;
  EXPECT_EQ(alignment.spans.size(), 2u);
}

TEST(Align, EmptyTextsAreNotSupported) {
  EXPECT_FALSE(align("", "q", SourceText("text"), {}).supported);
  EXPECT_FALSE(align("answer", "q", SourceText(""), {}).supported);
}

}  // namespace
}  // namespace cvp::chat
