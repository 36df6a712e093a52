#include "bench/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::bench {
namespace {

Record record(std::string id, std::string value) {
  return {std::move(id), std::move(value), "≥ 1", "./dev bench x", true, "2026-01-01", "abc", "CPU"};
}

TEST(Record, MakesTheTableAndKeepsTheTextAround) {
  const std::string page = with_row("# Figures\nWords.\n", record("answers/cmrc", "A"));
  EXPECT_THAT(page, testing::StartsWith("# Figures\nWords.\n\n| id |"));
  EXPECT_THAT(page, testing::HasSubstr(
                        "| `answers/cmrc` | A | ≥ 1 | yes | `./dev bench x` | 2026-01-01 | abc | CPU |\n"));
}

TEST(Record, ReplacesTheRowOfItsId) {
  std::string page = with_row("# Figures\n", record("answers/cmrc", "old"));
  page += "\nMore words.\n";
  page = with_row(page, record("answers/cmrc", "new"));
  EXPECT_THAT(page, testing::Not(testing::HasSubstr("old")));
  EXPECT_THAT(page, testing::HasSubstr("new"));
  EXPECT_THAT(page, testing::EndsWith("|\n\nMore words.\n"));
}

TEST(Record, KeepsTheOrderOfTheList) {
  std::string page = with_row("", record("crash/add", "c"));
  page = with_row(page, record("retrieval/cmrc", "r"));
  page = with_row(page, record("answers/cmrc", "a"));
  const size_t r = page.find("`retrieval/cmrc`"), a = page.find("`answers/cmrc`"),
               c = page.find("`crash/add`");
  EXPECT_LT(r, a);
  EXPECT_LT(a, c);
  EXPECT_NE(c, std::string::npos);
  EXPECT_EQ(with_row(page, record("answers/cmrc", "a")), page) << "again the same: nothing changes";
}

TEST(Record, SurvivesAPageWithoutLastNewline) {
  std::string page = with_row("", record("crash/add", "c"));
  page.pop_back();
  EXPECT_THAT(with_row(page, record("crash/add", "d")), testing::Not(testing::HasSubstr("| c |")));
}

TEST(Figure, LastLineNamesValuesAndTargets) {
  const std::vector<Claim> claims = {at_least("MRR@10", 0.99129, 0.99, 4),
                                     share_at_most("refused", 0.05, 0.05)};
  EXPECT_EQ(last_line("retrieval/cmrc", claims),
            "retrieval/cmrc: MRR@10 0.9913, refused 5.0 % (target ≥ 0.99, ≤ 5 %)");
  EXPECT_TRUE(all_hold(claims));
  EXPECT_FALSE(all_hold({at_least("x", 0.98999, 0.99, 2)}));
  EXPECT_FALSE(all_hold({at_most("x", 15.01, 15, 0, "ms")}));
  EXPECT_FALSE(all_hold({}));
}

}  // namespace
}  // namespace cvp::bench
