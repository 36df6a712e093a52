#include "sys/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "sys/host.h"
#include "sys/test_child.h"

namespace cvp::sys {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

Result<RunResult> shell(const std::string& script, std::string_view input = {}, RunLimits limits = {},
                        const CancelToken& cancel = {}) {
  return run({.argv = {"sh", "-c", script}}, input, limits, cancel);
}

TEST(Run, StatusOutputAndInput) {
  const RunResult result = shell("cat; echo oops >&2; exit 7", "hello").value();
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(result.out, "hello");
  EXPECT_EQ(result.err, "oops\n");
  EXPECT_EQ(shell("kill -9 $$").value().status, 128 + 9);
  EXPECT_EQ(run({.argv = {"cat"}}, {}, {}, {}, "/proc/self/comm").value().out, "sys_test\n");
}

TEST(Run, LargeInputAndOutputDoNotBlock) {
  const std::string large(8 << 20, 'z');
  EXPECT_EQ(shell("cat", large).value().out, large);
  // The child may ignore its input.
  EXPECT_EQ(shell("exit 0", large).value().status, 0);
}

TEST(Run, EnvironmentAndFolder) {
  SpawnOptions options{.argv = {"sh", "-c", "echo $A-$B; pwd"},
                       .env = {{"A", "1"}},
                       .unset_env = {"B"},
                       .working_folder = "/"};
  ::setenv("B", "2", 1);
  EXPECT_EQ(run(options, {}, {}).value().out, "1-\n/\n");
  ::setenv("CVP_TEST_ONE", "x", 1);
  ::setenv("CVP_TESTS", "y", 1);
  options.argv[2] = "echo $CVP_TEST_ONE-$CVP_TESTS; pwd";
  options.unset_env = {"CVP_TEST_*"};
  EXPECT_EQ(run(options, {}, {}).value().out, "-y\n/\n");
  options.working_folder = "/not/there";
  EXPECT_THAT(run(options, {}, {}).error().message.en, HasSubstr("/not/there"));
}

TEST(Run, MissingProgramIsNamed) {
  const auto missing = run({.argv = {"no-such-program-cvp"}}, {}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().message.zh, HasSubstr("no-such-program-cvp"));
  EXPECT_EQ(run({.argv = {"/not/there"}}, {}, {}).error().code, Errc::not_found);
  EXPECT_EQ(run({.argv = {"/etc/passwd"}}, {}, {}).error().code, Errc::refused);
  EXPECT_TRUE(find_program("sh"));
  EXPECT_FALSE(find_program("no-such-program-cvp"));
}

TEST(Run, TimeoutOutputLimitAndCancel) {
  const auto begin = steady_clock::now();
  const auto slow = shell("sleep 60", {}, {.timeout = milliseconds(200)});
  EXPECT_EQ(slow.error().code, Errc::unavailable);
  EXPECT_THAT(slow.error().message.en, HasSubstr("0.2 seconds"));
  EXPECT_EQ(shell("cat /dev/zero", {}, {.output_bytes = 1 << 20}).error().code, Errc::refused);
  EXPECT_EQ(shell("head -c 3000000 /dev/zero", {}, {.output_bytes = 1 << 20}).error().code, Errc::refused);
  CancelToken cancel;
  const std::jthread canceller([&] {
    std::this_thread::sleep_for(milliseconds(200));
    cancel.cancel();
  });
  EXPECT_EQ(shell("sleep 60", {}, {}, cancel).error().code, Errc::cancelled);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(Run, OnlyTheEndOfErrorsIsKept) {
  const RunResult result = shell("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2").value();
  EXPECT_LE(result.err.size(), 64u << 10);
  EXPECT_TRUE(result.err.ends_with("end\n"));
}

TEST(Run, GrandchildrenEndWithTheChild) {
  const auto begin = steady_clock::now();
  const RunResult result = shell("sleep 60 & echo $!").value();
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_TRUE(test::gone_within(std::stoi(result.out), milliseconds(2000)));
}

TEST(Process, PollWaitStop) {
  auto process = Process::spawn({.argv = {"sleep", "60"}}).value();
  EXPECT_FALSE(process->poll());
  EXPECT_FALSE(process->wait_for(milliseconds(50)));
  process->stop(milliseconds(1000));
  EXPECT_EQ(process->poll(), 128 + SIGTERM);
  auto stubborn = Process::spawn({.argv = {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}}).value();
  std::this_thread::sleep_for(milliseconds(200));
  stubborn->stop(milliseconds(200));
  EXPECT_EQ(stubborn->poll(), 128 + SIGKILL);
  EXPECT_EQ(Process::spawn({.argv = {"sh", "-c", "exit 3"}}).value()->wait_for(milliseconds(5000)), 3);
}

TEST(Process, DestructionKillsTheGroup) {
  pid_t pid;
  {
    auto process = Process::spawn({.argv = {"sleep", "60"}}).value();
    pid = process->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Process, OutlivesTheThreadThatStartedIt) {
  std::unique_ptr<Process> process;
  std::thread([&] { process = Process::spawn({.argv = {"sleep", "60"}}).value(); }).join();
  EXPECT_FALSE(process->wait_for(milliseconds(300)));
}

TEST(Process, AppendsToFiles) {
  const TempFolder folder = *TempFolder::create();
  for (int i = 0; i < 2; ++i) {
    auto process = Process::spawn({.argv = {"sh", "-c", "echo out; echo err >&2"},
                                   .stdout_file = folder.path() / "o",
                                   .stderr_file = folder.path() / "e"});
    EXPECT_EQ(process.value()->wait_for(milliseconds(5000)), 0);
  }
  EXPECT_EQ(read_file(folder.path() / "o", 100).value(), "out\nout\n");
  EXPECT_EQ(read_file(folder.path() / "e", 100).value(), "err\nerr\n");
}

TEST(Process, StatusesArriveWhereTheParentIgnoredThem) {
  EXPECT_EQ(run(test::child_options("ignore-children"), {}, {}).value().status, 42);
}

TEST(Process, DiesWithItsParent) {
  const TempFolder folder = *TempFolder::create();
  const Path note = folder.path() / "pid";
  auto intermediate =
      Process::spawn(test::child_options("spawn-and-wait", {{"CVP_TEST_NOTE", note.string()}})).value();
  std::string orphan;
  for (int i = 0; i < 200 && orphan.empty(); ++i) {
    std::this_thread::sleep_for(milliseconds(25));
    orphan = read_file(note, 100).value_or("");
  }
  ASSERT_FALSE(orphan.empty());
  ASSERT_EQ(::kill(std::stoi(orphan), 0), 0);
  ASSERT_EQ(::kill(intermediate->pid(), SIGKILL), 0);
  EXPECT_TRUE(test::gone_within(std::stoi(orphan), milliseconds(2000)));
}

}  // namespace
}  // namespace cvp::sys
