#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/unicode.h"

namespace cvp {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> out;
  for (const Span span : split_sentences(text)) out.emplace_back(text.substr(span.begin, span.size()));
  return out;
}

TEST(Sentences, ChineseEndsAndClosers) {
  EXPECT_THAT(sentences("今天下雨。他说：“走吧！”我们就走了？是；的。"),
              ElementsAre("今天下雨。", "他说：“走吧！”", "我们就走了？", "是；", "的。"));
  EXPECT_THAT(sentences("（见附录。）下一句。"), ElementsAre("（见附录。）", "下一句。"));
  EXPECT_THAT(sentences("真的吗？！好。」完"), ElementsAre("真的吗？！", "好。」", "完"));
  EXPECT_THAT(sentences("他来了.我走了.好"), ElementsAre("他来了.", "我走了.", "好"));
}

TEST(Sentences, EnglishStops) {
  EXPECT_THAT(sentences("It costs 3.5 dollars. Dr. Smith paid. He left!"),
              ElementsAre("It costs 3.5 dollars.", "Dr. Smith paid.", "He left!"));
  EXPECT_THAT(sentences("See e.g. Fig. 3 for J. R. Tolkien, No. 5, etc. and so on. Done."),
              ElementsAre("See e.g. Fig. 3 for J. R. Tolkien, No. 5, etc. and so on.", "Done."));
  EXPECT_THAT(sentences("They sell apples, pears, etc. The shop is open."),
              ElementsAre("They sell apples, pears, etc.", "The shop is open."));
  EXPECT_THAT(sentences("He said \"Stop.\" She did. (It ended.) Fine."),
              ElementsAre("He said \"Stop.\"", "She did.", "(It ended.)", "Fine."));
  EXPECT_THAT(sentences("Wait... what? Visit a.b/c?q=1!x now."),
              ElementsAre("Wait... what?", "Visit a.b/c?q=1!x now."));
  EXPECT_THAT(sentences("The answer is No. Try again."), ElementsAre("The answer is No.", "Try again."));
  EXPECT_THAT(sentences("In 1999. Then"), ElementsAre("In 1999.", "Then"));
}

TEST(Sentences, LinesOfStructure) {
  EXPECT_THAT(sentences("- first item\n- second item\n  goes on here\n1. third\n2) fourth"),
              ElementsAre("- first item", "- second item\n  goes on here", "1. third", "2) fourth"));
  EXPECT_THAT(sentences("Name | Age\nAnn | 3\n\ntext"), ElementsAre("Name | Age", "Ann | 3", "text"));
  EXPECT_THAT(sentences("a wrapped line that\nends only here. Next"),
              ElementsAre("a wrapped line that\nends only here.", "Next"));
  EXPECT_THAT(sentences("第一章 总则\n本办法适用于全部文件\n\n第二条 无"),
              ElementsAre("第一章 总则", "本办法适用于全部文件", "第二条 无"));
  EXPECT_THAT(sentences("标题\r\n这是一个很长的段落它没有标点符号\r\n\r\n　　另一段"),
              ElementsAre("标题", "这是一个很长的段落它没有标点符号", "另一段"));
  EXPECT_THAT(sentences("（一）总则\n（二）细则\n三、附则"),
              ElementsAre("（一）总则", "（二）细则", "三、附则"));
  EXPECT_THAT(sentences(" \n\t\n"), ElementsAre());
}

TEST(Sentences, OverlongTextIsCutAtACommaOrAnywhere) {
  std::string commas;
  for (int i = 0; i < 200; ++i) commas += "这是一段文字，";
  for (const std::string& s : sentences(commas)) {
    EXPECT_LE(s.size(), 600u);
    EXPECT_TRUE(s.ends_with("，"));
  }
  const std::string solid(2000, 'x');
  EXPECT_EQ(sentences(solid).size(), 4u);
}

/// Ordered, not overlapping, trimmed, whole code points, and together every byte that is not white space.
void expect_partition(const std::string& text) {
  size_t covered = 0;
  auto expect_blank = [&](size_t from, size_t to) {
    for (size_t pos = from; pos < to;) ASSERT_TRUE(is_space(decode_utf8(text, pos))) << text;
  };
  for (const Span span : split_sentences(text)) {
    ASSERT_GE(span.begin, covered);
    ASSERT_LT(span.begin, span.end);
    ASSERT_LE(span.size(), 600u);
    expect_blank(covered, span.begin);
    size_t first = span.begin;
    ASSERT_FALSE(is_space(decode_utf8(text, first))) << text;
    covered = span.end;
  }
  expect_blank(covered, text.size());
}

TEST(Sentences, RandomTextsArePartitioned) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::vector<std::string> pieces = {"a",
                                           "B",
                                           "Mr",
                                           "3",
                                           ".",
                                           "!",
                                           "?",
                                           ";",
                                           "。",
                                           "！",
                                           "；",
                                           "“",
                                           "”",
                                           "\"",
                                           "'",
                                           "（",
                                           "）",
                                           ")",
                                           " ",
                                           "\n",
                                           "\r\n",
                                           "\n\n",
                                           "　",
                                           "- ",
                                           "1. ",
                                           " | ",
                                           "\t",
                                           "中文",
                                           "，",
                                           "\xFF",
                                           "😀",
                                           "e.g.",
                                           "...",
                                           "# ",
                                           "第三章",
                                           "\xE2\x80",
                                           std::string(700, 'y'),
                                           std::string(300, ' ')};
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    const size_t n = random() % 40;
    for (size_t i = 0; i < n; ++i)
      text += pieces[random() % (random() % 8 == 0 ? pieces.size() : pieces.size() - 2)];
    ASSERT_NO_FATAL_FAILURE(expect_partition(text));
  }
}

}  // namespace
}  // namespace cvp
