#include "cli/progress_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/printer.h"
#include "cli/screen_text.h"
#include "testing/fakes.h"

namespace cvp::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProgressLine, NumbersForPeople) {
  EXPECT_EQ(format_duration(0.2), "0:01");
  EXPECT_EQ(format_duration(754), "12:34");
  EXPECT_EQ(format_duration(3723), "1:02:03");
  EXPECT_EQ(format_duration(-5), "0:00");
  EXPECT_EQ(format_bytes(812), "812 B");
  EXPECT_EQ(format_bytes(1234567), "1.2 MB");
  EXPECT_EQ(format_bytes(999'600), "1.0 MB");
  EXPECT_EQ(format_bytes(1.1e9), "1.1 GB");
}

TEST(ProgressLine, RateAndTimeLeftInBothLanguages) {
  ProgressLine line;
  Progress progress{.what = text("embedding", "计算向量"), .done = 0, .total = 100};
  EXPECT_THAT(line.render(progress, 0, Lang::en, 100), HasSubstr("0%"));
  progress.done = 20;
  const std::string english = line.render(progress, 10'000, Lang::en, 100);
  EXPECT_THAT(english, HasSubstr("20%"));
  EXPECT_THAT(english, HasSubstr("20/100"));
  EXPECT_THAT(english, HasSubstr("2.0/s"));
  EXPECT_THAT(english, HasSubstr("0:40 left"));
  ProgressLine other;
  progress.done = 0;
  other.render(progress, 0, Lang::zh, 100);
  progress.done = 20;
  EXPECT_THAT(other.render(progress, 10'000, Lang::zh, 100), HasSubstr("还需 0:40"));
}

TEST(ProgressLine, WhatWasDoneBeforeDoesNotCountInTheRate) {
  ProgressLine line;
  Progress progress{.what = text("download", "下载"),
                    .done = 900'000'000,
                    .total = 1'000'000'000,
                    .unit = Progress::Unit::bytes};
  line.render(progress, 0, Lang::en, 100);
  progress.done = 910'000'000;
  const std::string drawn = line.render(progress, 10'000, Lang::en, 100);
  EXPECT_THAT(drawn, HasSubstr("1.0 MB/s"));
  EXPECT_THAT(drawn, HasSubstr("1:30 left"));
}

TEST(ProgressLine, FitsTheTerminalAndNeedsNoTotal) {
  ProgressLine line;
  Progress progress{.what = text("a name that is far too long for a narrow terminal window",
                                 "一个对窄终端来说实在太长的名称"),
                    .done = 5};
  for (const Lang lang : {Lang::en, Lang::zh}) EXPECT_LE(columns(line.render(progress, 5, lang, 30)), 30u);
  progress.what = text("x", "甲");
  EXPECT_EQ(line.render(progress, 5, Lang::en, 30), "x 5");
}

class PrinterTest : public ::testing::Test {
 protected:
  Printer make(bool terminal, Lang lang = Lang::en) {
    return {{.out = out_,
             .err = err_,
             .out_is_terminal = terminal,
             .err_is_terminal = terminal,
             .colours = terminal},
            clock_,
            lang};
  }
  std::ostringstream out_, err_;
  testing::FakeClock clock_;
};

TEST_F(PrinterTest, PipedProgressIsSilent) {
  Printer printer = make(false);
  printer.progress({.what = text("x", "甲"), .done = 1, .total = 2});
  printer.status(text("searching", "检索"));
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(printer.bold("x"), "x");
}

TEST_F(PrinterTest, StatusGivesWayToLines) {
  Printer printer = make(true);
  printer.status(text("searching", "检索"));
  printer.line(text("result", "结果"));
  EXPECT_EQ(err_.str(), "\rsearching\x1b[K\r\x1b[K");
  EXPECT_EQ(out_.str(), "result\n");
}

TEST_F(PrinterTest, ProgressIsDrawnAtMostTenTimesASecondAndAtTheEnd) {
  Printer printer = make(true);
  for (uint64_t i = 1; i <= 1000; ++i) {
    printer.progress({.what = text("x", "甲"), .done = i, .total = 1000});
    clock_.advance(1);
  }
  size_t drawn = 0;
  for (const char c : err_.str()) drawn += c == '\r';
  EXPECT_LE(drawn, 12u);
  EXPECT_THAT(err_.str(), HasSubstr("1000/1000"));
}

TEST_F(PrinterTest, ErrorsInTheLanguageAndAsJson) {
  Printer printer = make(false, Lang::zh);
  printer.set_json(true);
  printer.line(text("hidden", "隐藏"));
  printer.error({Errc::not_found, text("no a\x1b[2J", "没有甲\x1b[2J"), text("look", "看看")});
  EXPECT_EQ(err_.str(), "cvp: 没有甲 [2J\n看看\n");
  EXPECT_THAT(out_.str(), HasSubstr(R"("code":"not_found")"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("隐藏")));
  EXPECT_EQ(exit_status(Errc::usage), 2);
  EXPECT_EQ(exit_status(Errc::not_found), 3);
  EXPECT_EQ(exit_status(Errc::refused), 3);
  EXPECT_EQ(exit_status(Errc::cancelled), 1);
}

}  // namespace
}  // namespace cvp::cli
