#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/screen_text.h"
#include "testing/fakes.h"

namespace cvp::cli {
namespace {

struct Output {
  std::ostringstream out, err;
  testing::FakeClock clock;
  Printer printer;
  explicit Output(Lang lang, size_t max_columns = 80)
      : printer({.out = out, .err = err, .max_columns = max_columns}, clock, lang) {}
};

Table sample() {
  Table table;
  table.column(text("part", "部分"));
  table.column(text("size", "大小"), Table::Align::right);
  table.row({text("weights", "权重"), verbatim("4.6 GiB")});
  table.row({text("keys and values", "键值缓存"), verbatim("512 MiB")}, Table::Look::chosen);
  return table;
}

TEST(Table, ColumnsAlign) {
  Output screen(Lang::en);
  sample().print(screen.printer, false);
  EXPECT_EQ(screen.out.str(),
            "  part                size\n"
            "  ────────────────────────\n"
            "  weights          4.6 GiB\n"
            "▸ keys and values  512 MiB\n");
}

TEST(Table, ChineseTakesTwoColumns) {
  Output screen(Lang::zh);
  sample().print(screen.printer, false);
  EXPECT_EQ(screen.out.str(),
            "  部分         大小\n"
            "  ─────────────────\n"
            "  权重      4.6 GiB\n"
            "▸ 键值缓存  512 MiB\n");
}

TEST(Table, Markdown) {
  Output screen(Lang::en);
  Table table;
  table.column(text("a", "甲"));
  table.column(text("b", "乙"), Table::Align::right);
  table.row({verbatim("x|y"), verbatim("1")}, Table::Look::chosen);
  table.row({verbatim("z")});
  table.print(screen.printer, true);
  EXPECT_EQ(screen.out.str(), "| a | b |\n| --- | ---: |\n| **x\\|y** | **1** |\n| z |  |\n");
}

TEST(Table, NarrowTerminalsCutTheEnd) {
  Output screen(Lang::en, 20);
  sample().print(screen.printer, false);
  std::istringstream lines(screen.out.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 20u) << line;
}

TEST(Table, Numbers) {
  EXPECT_EQ(format_gib(1.5 * (1 << 30)), "1.5 GiB");
  EXPECT_EQ(format_gib(512.0 * (1 << 20)), "512 MiB");
  EXPECT_EQ(format_gib(131.4 * (1 << 30)), "131 GiB");
  EXPECT_EQ(format_gb(28e9), "28.0 GB");
  EXPECT_EQ(format_gb(3.5e9), "3.5 GB");
  EXPECT_EQ(format_gib(14193.2 * (1 << 30)), "14,193 GiB");
  EXPECT_EQ(format_gb(1342e9), "1,342 GB");
  EXPECT_EQ(format_number(1234), "1,230");
  EXPECT_EQ(format_number(999.7), "1,000");
  EXPECT_EQ(format_number(3), "3.0");
  EXPECT_EQ(format_number(56789), "56,800");
  EXPECT_EQ(format_number(43.24), "43.2");
  EXPECT_EQ(format_number(0.0417), "0.042");
  EXPECT_EQ(format_number(1.4e6), "1.4 M");
  EXPECT_EQ(format_number(5.46e23), "5.46e+23");
  EXPECT_EQ(bar(0.5, 4), "▇▇▁▁");
  EXPECT_EQ(bar(7, 2), "▇▇");
}

}  // namespace
}  // namespace cvp::cli
