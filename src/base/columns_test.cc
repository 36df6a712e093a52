#include "base/columns.h"

#include <gtest/gtest.h>

namespace cvp {
namespace {

TEST(Columns, Width) {
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("中文，a"), 7u);
  EXPECT_EQ(columns("e\u0301"), 1u);
  EXPECT_EQ(columns_of(U'中'), 2u);
}

TEST(Columns, Cut) {
  EXPECT_EQ(shorten("abcdef", 4), "abc…");
  EXPECT_EQ(shorten("中文字", 5), "中文…");
  EXPECT_EQ(shorten("abc", 3), "abc");
}

TEST(Columns, OneLine) { EXPECT_EQ(one_line("  a\n\n b　c "), "a b c"); }

}  // namespace
}  // namespace cvp
