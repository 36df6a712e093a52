#include "cli/screen_text.h"

#include <gtest/gtest.h>

#include <random>

#include "base/unicode.h"
#include "cli/nearest.h"

namespace cvp::cli {
namespace {

TEST(ScreenText, PadFills) { EXPECT_EQ(pad("中", 4), "中  "); }

TEST(ScreenText, TerminalsCannotBeCommanded) {
  EXPECT_EQ(printable("a\x1b[2Jb\x07\rc\x7f"), "a [2Jb  c ");
  EXPECT_EQ(printable("a\u202Eb\u009Bc\n\td"), "a b c\n\td");
}

TEST(ScreenText, WrapKeepsTextAndWidth) {
  EXPECT_EQ(wrap("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrap("模型需要多少显存，", 10, 0), "模型需要多\n少显存，");
  EXPECT_EQ(wrap("模型需要多，少显存", 10, 0), "模型需要\n多，少显存");
  EXPECT_EQ(wrap("aa bb 会直说", 6, 0), "aa bb\n会直说");
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::vector<std::string> pieces = {"word ", "a", "中", "文", "，", "。", " ", "longer-word ", "\n"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (size_t n = random() % 30; n > 0; --n) text += pieces[random() % pieces.size()];
    const std::string wrapped = wrap(text, 20, 3);
    auto without_space = [](const std::string& s) {
      std::string out;
      for (const char c : s) {
        if (c != ' ' && c != '\n') out += c;
      }
      return out;
    };
    ASSERT_EQ(without_space(wrapped), without_space(text));
    ASSERT_TRUE(valid_utf8(wrapped));
  }
}

TEST(Nearest, SlipsArePardonedGuessesAreNot) {
  const std::vector<std::string> verbs = {"add", "ask", "search", "models", "doctor"};
  EXPECT_EQ(nearest("aks", verbs), "ask");
  EXPECT_EQ(nearest("serach", verbs), "search");
  EXPECT_EQ(nearest("model", verbs), "models");
  EXPECT_EQ(nearest("doc", verbs), "doctor");
  EXPECT_EQ(nearest("zebra", verbs), "");
  EXPECT_EQ(nearest("", verbs), "");
  EXPECT_EQ(nearest(std::string(10'000, 'a'), verbs), "");
}

}  // namespace
}  // namespace cvp::cli
