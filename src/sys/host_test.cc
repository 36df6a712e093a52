#include "sys/host.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "sys/process.h"
#include "sys/terminal.h"
#include "sys/test_child.h"

namespace cvp::sys {
namespace {

TEST(Host, FoldersFollowTheEnvironment) {
  ::setenv("HOME", "/h", 1);
  for (const char* name : {"CVP_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"}) ::unsetenv(name);
  EXPECT_EQ(default_home(), "/h/.local/share/cvp");
  EXPECT_EQ(default_config_path(), "/h/.config/cvp/config.toml");
  ::setenv("XDG_DATA_HOME", "/d", 1);
  ::setenv("XDG_CONFIG_HOME", "relative", 1);
  EXPECT_EQ(default_home(), "/d/cvp");
  EXPECT_EQ(default_config_path(), "/h/.config/cvp/config.toml");
  ::setenv("CVP_HOME", "/c", 1);
  EXPECT_EQ(default_home(), "/c");
  ::setenv("CVP_HOME", "", 1);
  EXPECT_EQ(default_home(), "/d/cvp");
  ::unsetenv("CVP_HOME");
}

TEST(Host, FactsArePlausible) {
  const Memory found = memory();
  EXPECT_GT(found.total_bytes, 64u << 20);
  EXPECT_GT(found.available_bytes, 0u);
  EXPECT_LE(found.available_bytes, found.total_bytes);
  EXPECT_GE(cpu_threads(), 1u);
  EXPECT_GT(resident_bytes(), 1u << 20);
  EXPECT_EQ(resident_bytes(::getpid()) >> 24, resident_bytes() >> 24);
  EXPECT_EQ(resident_bytes(1 << 30), 0u);
  EXPECT_TRUE(sys::exists(self_executable()));
  const double before = real_clock().steady_ms();
  real_clock().sleep_for(std::chrono::milliseconds(5));
  EXPECT_GE(real_clock().steady_ms() - before, 5);
}

TEST(Terminal, OneSignalCancelsTheSecondEnds) {
  const TempFolder folder = *TempFolder::create();
  const Path note = folder.path() / "note";
  auto wait_note = [&](const std::string& wanted) {
    for (int i = 0; i < 200 && read_file(note, 100).value_or("") != wanted; ++i)
      real_clock().sleep_for(std::chrono::milliseconds(20));
    return read_file(note, 100).value_or("") == wanted;
  };
  auto polite =
      Process::spawn(test::child_options("wait-for-cancel", {{"CVP_TEST_NOTE", note.string()}})).value();
  ASSERT_TRUE(wait_note("ready"));
  ASSERT_EQ(::kill(polite->pid(), SIGINT), 0);
  EXPECT_EQ(polite->wait_for(std::chrono::seconds(5)), 42);
  auto stubborn = Process::spawn(test::child_options("wait-for-cancel", {{"CVP_TEST_NOTE", note.string()},
                                                                         {"CVP_TEST_STUBBORN", "1"}}))
                      .value();
  ASSERT_TRUE(remove_file(note));
  ASSERT_TRUE(wait_note("ready"));
  ASSERT_EQ(::kill(stubborn->pid(), SIGINT), 0);
  ASSERT_TRUE(wait_note("cancelled"));
  ASSERT_EQ(::kill(stubborn->pid(), SIGINT), 0);
  EXPECT_EQ(stubborn->wait_for(std::chrono::seconds(5)), 128 + SIGINT);
}

}  // namespace
}  // namespace cvp::sys
