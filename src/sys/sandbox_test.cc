#include "sys/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>

#include "sys/process.h"
#include "sys/test_child.h"

namespace cvp::sys {
namespace {

RunResult boxed(const std::string& script, const Sandbox& sandbox) {
  auto result = run({.argv = {"/bin/sh", "-c", script}, .sandbox = sandbox}, "input", {});
  if (!result) ADD_FAILURE() << result.error().message.en;
  return result.value_or(RunResult{.status = -1});
}

int boxed_role(const std::string& role, const Sandbox& sandbox) {
  SpawnOptions options = test::child_options(role);
  options.sandbox = sandbox;
  return run(options, {}, {}).value().status;
}

TEST(Sandbox, AnEmptyOneStillRunsProgramsAndReads) {
  const RunResult result = boxed("cat; cat /etc/passwd | head -c 4", {});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "inputroot");
}

TEST(Sandbox, RefusesEveryFamilyOfSockets) {
  EXPECT_EQ(boxed_role("socket-unix", {}), 0);
  EXPECT_EQ(boxed_role("socket-unix", {.no_network = true}), EPERM);
  EXPECT_EQ(run(test::child_options("enter-then-socket"), {}, {}).value().status, EPERM);
}

TEST(Sandbox, RefusesWritesOfEveryKind) {
  const TempFolder folder = *TempFolder::create();
  const std::string at = folder.path().string();
  ASSERT_TRUE(write_file_atomic(folder.path() / "old", "old"));
  for (const std::string command :
       {"echo x > new", "echo x >> old", "rm old", "mv old new", "mkdir d", "ln old l", "ln -s old s",
        "chmod 777 old", "touch old", "truncate -s 0 old", "mkfifo p"}) {
    const std::string script = "cd " + at + " && " + command;
    EXPECT_NE(boxed(script, {.no_write = true}).status, 0) << command;
    ASSERT_EQ(read_file(folder.path() / "old", 100).value(), "old") << command;
    ASSERT_EQ(list_files(folder.path(), 10).value().size(), 1u) << command;
  }
  EXPECT_EQ(boxed("cd " + at + " && echo x > new", {}).status, 0);
}

TEST(Sandbox, RefusesWritesOnKernelsWithoutLandlock) {
  const TempFolder folder = *TempFolder::create();
  const Path file = folder.path() / "f";
  ASSERT_TRUE(write_file_atomic(file, "old"));
  const auto child = test::child_options("write-without-landlock", {{"CVP_TEST_NOTE", file.string()}});
  EXPECT_EQ(run(child, {}, {}).value().status, 42);
}

TEST(Sandbox, RefusesCallsThatTheSeccompLibraryMayNotKnow) {
  const TempFolder folder = *TempFolder::create();
  const Path file = folder.path() / "f";
  ASSERT_TRUE(write_file_atomic(file, "old"));
  SpawnOptions child = test::child_options("change-mode", {{"CVP_TEST_NOTE", file.string()}});
  child.sandbox = Sandbox{.no_write = true};
  EXPECT_EQ(run(child, {}, {}).value().status, EPERM);
}

TEST(Sandbox, NullDeviceMayBeWritten) {
  if (landlock_abi() == 0) GTEST_SKIP() << "the kernel has no Landlock";
  EXPECT_EQ(boxed("echo x > /dev/null", {.no_write = true}).status, 0);
}

TEST(Sandbox, ReadableTreesAreTheOnlyOnes) {
  if (landlock_abi() == 0) GTEST_SKIP() << "the kernel has no Landlock";
  const TempFolder allowed = *TempFolder::create(), other = *TempFolder::create();
  ASSERT_TRUE(write_file_atomic(allowed.path() / "f", "yes"));
  ASSERT_TRUE(write_file_atomic(other.path() / "f", "no"));
  const Sandbox sandbox{
      .no_write = true,
      .readable = {"/bin", "/usr", "/lib", "/lib64", "/etc/ld.so.cache", allowed.path(), "/not/there"}};
  EXPECT_EQ(boxed("cat " + (allowed.path() / "f").string(), sandbox).out, "yes");
  const RunResult refused = boxed("cat " + (other.path() / "f").string(), sandbox);
  EXPECT_NE(refused.status, 0);
  EXPECT_EQ(refused.out, "");
}

TEST(Sandbox, TracingAndSignalsToOthersAreRefused) {
  EXPECT_EQ(boxed_role("ptrace", {}), EPERM);
  EXPECT_EQ(boxed_role("kill-parent", {}), EPERM);
  EXPECT_EQ(boxed_role("signal-without-landlock", {}), EPERM);
  // Its own children it may end (where Landlock confines signals).
  if (landlock_abi() >= 6) {
    EXPECT_EQ(boxed("sleep 60 & kill $!", {.no_network = true}).status, 0);
  }
}

TEST(Sandbox, MemoryAndTimeAreLimited) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers reserve more address space than the limit";
#else
  EXPECT_EQ(boxed_role("allocate", {.memory_bytes = 512ull << 20}), ENOMEM);
  EXPECT_EQ(boxed_role("allocate", {}), 0);
#endif
  EXPECT_EQ(boxed_role("spin", {.cpu_seconds = 1}), 128 + SIGXCPU);
}

TEST(Sandbox, NamespacesAndPrivilegesAreOutOfReach) {
  EXPECT_NE(boxed("unshare -r true", {}).status, 0);
  EXPECT_EQ(boxed("grep NoNewPrivs /proc/self/status", {}).out, "NoNewPrivs:\t1\n");
  EXPECT_EQ(boxed("grep '^Seccomp:' /proc/self/status", {}).out, "Seccomp:\t2\n");
}

}  // namespace
}  // namespace cvp::sys
