#include "sys/test_child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "sys/host.h"
#include "sys/prepared_sandbox.h"
#include "sys/terminal.h"

namespace cvp::sys::test {

SpawnOptions child_options(const std::string& role, std::map<std::string, std::string> env) {
  env["CVP_TEST_CHILD"] = role;
  return {.argv = {self_executable().string(), "--gtest_filter=TestChild.Play", "--gtest_brief=1"},
          .env = std::move(env)};
}

bool gone_within(int pid, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    if (::kill(pid, 0) != 0) return true;
    const std::string stat = read_file(fmt::format("/proc/{}/stat", pid), 1 << 16).value_or("");
    if (stat.find(") Z ") != stat.npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

namespace {

[[noreturn]] void spawn_and_wait() {
  auto sleeper = Process::spawn({.argv = {"sleep", "600"}}).value();
  if (!write_file_atomic(*env("CVP_TEST_NOTE"), std::to_string(sleeper->pid()))) ::_exit(1);
  for (;;) ::pause();
}

[[noreturn]] void sandboxed(const std::string& what) {
  if (what == "enter-then-socket") {
    if (!enter_sandbox({.no_network = true})) ::_exit(99);
    ::_exit(::socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0);
  }
  if (what == "write-without-landlock") {
    const PreparedSandbox filter_alone{.filter = seccomp_filter({.no_write = true}, 0).value()};
    if (filter_alone.apply() != 0) ::_exit(99);
    const std::string path = *env("CVP_TEST_NOTE");
    const bool wrote = ::open(path.c_str(), O_WRONLY) >= 0 || ::open(path.c_str(), O_RDWR) >= 0 ||
                       ::open((path + "2").c_str(), O_CREAT | O_RDONLY, 0600) >= 0 ||
                       ::unlink(path.c_str()) == 0 || ::truncate(path.c_str(), 0) == 0;
    ::_exit(wrote ? 0 : ::open(path.c_str(), O_RDONLY) >= 0 ? 42 : errno);
  }
  if (what == "signal-without-landlock") {
    const PreparedSandbox filter_alone{.filter = seccomp_filter({}, 0).value()};
    if (filter_alone.apply() != 0) ::_exit(99);
    ::_exit(::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0) < 0 ? errno : 0);
  }
  if (what == "change-mode") {
    constexpr long kFchmodat2 = 452;
    ::_exit(::syscall(kFchmodat2, AT_FDCWD, env("CVP_TEST_NOTE")->c_str(), 0600, 0) < 0 ? errno : 0);
  }
  if (what == "socket-unix") ::_exit(::socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0);
  if (what == "ptrace") ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) < 0 ? errno : 0);
  if (what == "allocate") {
    std::vector<char*> blocks;
    for (int i = 0; i < 1024; ++i) {
      char* block = static_cast<char*>(::malloc(16 << 20));
      if (block == nullptr) ::_exit(ENOMEM);
      blocks.push_back(block);
    }
    ::_exit(0);
  }
  if (what == "spin") {
    for (std::atomic<unsigned> i = 0;;) ++i;
  }
  if (what == "kill-parent") ::_exit(::kill(::getppid(), SIGKILL) < 0 ? errno : 0);
  ::_exit(98);
}

/// As a program is whose parent ignored the ends of its children.
[[noreturn]] void ignore_children() {
  ::signal(SIGCHLD, SIG_IGN);
  ::_exit(run({.argv = {"/bin/sh", "-c", "exit 42"}}, {}, {}).value().status);
}

[[noreturn]] void wait_for_cancel() {
  CancelToken cancel;
  cancel_on_signals(cancel);
  if (!write_file_atomic(*env("CVP_TEST_NOTE"), "ready")) ::_exit(1);
  while (!cancel.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (!env("CVP_TEST_STUBBORN")) ::_exit(42);
  if (!write_file_atomic(*env("CVP_TEST_NOTE"), "cancelled")) ::_exit(1);
  for (;;) ::pause();
}

TEST(TestChild, Play) {
  const auto role = env("CVP_TEST_CHILD");
  if (!role) GTEST_SKIP() << "plays a child of other tests only";
  if (*role == "spawn-and-wait") spawn_and_wait();
  if (*role == "wait-for-cancel") wait_for_cancel();
  if (*role == "ignore-children") ignore_children();
  play_offline(*role);
  sandboxed(*role);
}

}  // namespace
}  // namespace cvp::sys::test
