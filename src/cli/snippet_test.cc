#include "cli/snippet.h"

#include <gtest/gtest.h>

#include <random>

#include "cli/add_job.h"
#include "cli/checkup.h"
#include "cli/screen_text.h"

namespace cvp::cli {
namespace {

std::string drawn(std::string_view text, std::string_view query, size_t width) {
  return draw_snippet(make_snippet(text, query, width),
                      [](std::string_view m) { return "<" + std::string(m) + ">"; });
}

TEST(Snippet, MarksWhatWasAskedFor) {
  EXPECT_EQ(drawn("The pump needs PPR-9087.\nOrder it.", "ppr-9087", 80),
            "The pump needs <PPR-9087>. Order it.");
  EXPECT_EQ(drawn("每季度检查密封圈。", "密封圈", 80), "每季度检查<密封圈>。");
  EXPECT_EQ(drawn("nothing here", "zebra", 80), "nothing here");
}

TEST(Snippet, LongTextsShowTheBestPart) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "Filler words stand here. ";
  text += "The valve opens at forty bar. ";
  for (int i = 0; i < 50; ++i) text += "Filler words stand here. ";
  const std::string shown = drawn(text, "valve opens", 60);
  EXPECT_TRUE(shown.starts_with("…The <valve> <opens>") || shown.starts_with("…The <valve opens>")) << shown;
  EXPECT_TRUE(shown.ends_with("…")) << shown;
}

TEST(Snippet, RandomTextsStayInsideTheWidth) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::vector<std::string> pieces = {"显存", "模型",    "，", "。",   "memory ", "of ",
                                           "\n",   "\x1b[2J", "…",  "\xFF", "😀",      "PPR-9 "};
  for (int round = 0; round < 1000; ++round) {
    std::string text;
    for (size_t n = random() % 60; n > 0; --n) text += pieces[random() % pieces.size()];
    const size_t width = 5 + random() % 60;
    const Snippet snippet = make_snippet(text, "显存 memory PPR-9", width);
    ASSERT_LE(columns(snippet.text), width);
    ASSERT_TRUE(valid_utf8(snippet.text));
    uint32_t done = 0;
    for (const Span match : snippet.matches) {
      ASSERT_GE(match.begin, done);
      ASSERT_LT(match.begin, match.end);
      ASSERT_LE(match.end, snippet.text.size());
      ASSERT_TRUE(valid_utf8(std::string_view(snippet.text).substr(match.begin, match.size())));
      done = match.end;
    }
  }
}

TEST(AddJob, DescriptionRoundTrips) {
  const AddJob job{.collection = "规章", .paths = {"/a \"b\"", "/文档"}, .vectors = false};
  const auto back = AddJob::parse(job.description());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->collection, job.collection);
  EXPECT_EQ(back->paths, job.paths);
  EXPECT_FALSE(back->vectors);
  for (const char* bad : {"", "{", "[]", "{}", R"({"collection":1,"paths":[],"vectors":true})",
                          R"({"collection":"a","paths":[1],"vectors":true})"}) {
    EXPECT_FALSE(AddJob::parse(bad)) << bad;
  }
}

TEST(Checkup, VersionsWithTheWalResetFix) {
  EXPECT_FALSE(has_wal_reset_fix("3.40.1"));
  EXPECT_FALSE(has_wal_reset_fix("3.51.2"));
  EXPECT_TRUE(has_wal_reset_fix("3.51.3"));
  EXPECT_TRUE(has_wal_reset_fix("3.52"));
  EXPECT_TRUE(has_wal_reset_fix("4.0.0"));
  EXPECT_FALSE(has_wal_reset_fix(""));
}

}  // namespace
}  // namespace cvp::cli
