#include "sys/offline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "sys/host.h"
#include "sys/local_socket.h"
#include "sys/service_manager.h"
#include "sys/test_child.h"
#include "sys/ways_out.h"

namespace cvp::sys {
namespace test {
namespace {

constexpr int kGood = 42, kNoFilter = 77;

/// Ends with the reason where it fails: `what` on standard error.
[[noreturn]] void give_up(const std::string& what, int status = 1) {
  write_all(STDERR_FILENO, what);
  ::_exit(status);
}

OfflineFacts go_offline_or_end() {
  auto facts = go_offline();
  if (!facts) give_up(facts.error().message.en, facts.error().code == Errc::failed ? kNoFilter : 1);
  return std::move(*facts);
}

/// Every way out, here, in a thread that was there before, and in a child.
[[noreturn]] void try_everything() {
  std::atomic<bool> gone = false;
  int from_thread = 0;
  std::thread older([&] {
    while (!gone) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    from_thread = ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
  });
  const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::listen(listener.get(), 1);
  const OfflineFacts facts = go_offline_or_end();
  gone = true;
  older.join();
  std::string open;
  const auto note = [&](const WayOut& way) {
    if (!way.refused) open += way.name + "=" + way.answer + " ";
  };
  for (const WayOut& way : try_ways_out(facts.older_socket.get())) note(way);
  note(try_helper());
  const auto in_child = try_ways_out_in_child(child_options("offline-child"), facts.older_socket.get());
  if (!in_child) give_up(in_child.error().message.en);
  for (const WayOut& way : *in_child) note(way);
  const ThreadCount threads = count_filtered_threads();
  if (from_thread != EPERM) open += "older-thread ";
  if (threads.all != threads.filtered) open += "threads ";
  if (facts.sockets.size() != 1) open += "sockets ";
  if (!is_offline()) open += "state ";
  if (fail_offline(verbatim("x")).error().code != Errc::refused) open += "error ";
  if (!open.empty()) give_up(open);
  ::_exit(kGood);
}

std::string note_path() { return *env("CVP_TEST_NOTE"); }

/// An engine: answers each connection with one byte.
[[noreturn]] void listen_at_note() {
  const Path path = note_path();
  auto listener = LocalListener::listen(path.parent_path(), path.filename().string());
  if (!listener) give_up(listener.error().message.en);
  for (;;) {
    auto peer = listener->accept({});
    if (peer) peer->send_byte(7);
  }
}

unsigned char first_byte(int fd) {
  pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
  ::poll(&one, 1, 5000);
  unsigned char byte = 0;
  return ::recv(fd, &byte, 1, 0) == 1 ? byte : 0;
}

/// Own children are reached through the helper, and nothing else, also not under another name.
[[noreturn]] void reach_children() {
  go_offline_or_end();
  const auto engine =
      Process::spawn(child_options("offline-listens", {{"CVP_TEST_NOTE", note_path()}})).value();
  ConnectHelper::Connected connected{.error = ENOENT};
  for (int i = 0; i < 400 && connected.error != 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    connected = connect_while_offline(note_path());
  }
  if (connected.error != 0) give_up(std::strerror(connected.error));
  if (first_byte(connected.fd.get()) != 7) give_up("no answer of the child");
  if (connect_while_offline("relative").error != EINVAL) give_up("relative");
  if (connect_while_offline(note_path() + "x").error != ENOENT) give_up("absent");
  if (connect_while_offline(std::string(200, '/')).error != EINVAL) give_up("long");
  ::_exit(kGood);
}

[[noreturn]] void hold_datagram_socket() {
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM, 0));
  const auto facts = go_offline();
  ::_exit(!facts && facts.error().code == Errc::refused && !is_offline() ? kGood : 1);
}

[[noreturn]] void hold_connection() {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) ::_exit(1);
  const auto facts = go_offline();
  ::_exit(!facts && facts.error().code == Errc::refused ? kGood : 1);
}

[[noreturn]] void lose_the_helper() {
  const OfflineFacts facts = go_offline_or_end();
  ::kill(facts.helper_pid, SIGKILL);
  ::_exit(connect_while_offline(note_path()).error == EPIPE ? kGood : 1);
}

}  // namespace

void play_offline(const std::string& role) {
  if (role == "offline-child") ::_exit(ways_out_child_main());
  if (role == "offline-everything") try_everything();
  if (role == "offline-listens") listen_at_note();
  if (role == "offline-reaches-children") reach_children();
  if (role == "offline-with-datagrams") hold_datagram_socket();
  if (role == "offline-with-connection") hold_connection();
  if (role == "offline-without-helper") lose_the_helper();
  if (role == "offline-reaches-others") {
    go_offline_or_end();
    ::_exit(connect_while_offline(note_path()).error);
  }
  if (role == "offline-tells") {
    go_offline_or_end();
    tell_service_manager("READY=1");
    ::_exit(kGood);
  }
}

}  // namespace test

namespace {

RunResult play(const std::string& role, std::map<std::string, std::string> environment = {}) {
  auto result = run(test::child_options(role, std::move(environment)), {}, {});
  if (!result) ADD_FAILURE() << result.error().message.en;
  return result.value_or(RunResult{.status = -1});
}

#define PLAY_OR_SKIP(result, ...)             \
  const RunResult result = play(__VA_ARGS__); \
  if (result.status == test::kNoFilter) GTEST_SKIP() << "no seccomp filter here: " << result.err

TEST(Offline, EveryWayOutIsRefused) {
  PLAY_OR_SKIP(result, "offline-everything");
  EXPECT_EQ(result.status, test::kGood) << result.err;
}

TEST(Offline, OwnChildrenAreReached) {
  const TempFolder folder = *TempFolder::create();
  PLAY_OR_SKIP(result, "offline-reaches-children", {{"CVP_TEST_NOTE", (folder.path() / "s").string()}});
  EXPECT_EQ(result.status, test::kGood) << result.err;
}

TEST(Offline, OtherProgramsAreNot) {
  const TempFolder folder = *TempFolder::create();
  const LocalListener other = LocalListener::listen(folder.path(), "s").value();
  PLAY_OR_SKIP(result, "offline-reaches-others", {{"CVP_TEST_NOTE", (folder.path() / "s").string()}});
  EXPECT_EQ(result.status, EACCES) << result.err;
}

TEST(Offline, OpenConnectionsAreNotOverlooked) {
  EXPECT_EQ(play("offline-with-datagrams").status, test::kGood);
  EXPECT_EQ(play("offline-with-connection").status, test::kGood);
}

TEST(Offline, WithoutItsHelperNothingConnects) {
  PLAY_OR_SKIP(result, "offline-without-helper", {{"CVP_TEST_NOTE", "/tmp/none"}});
  EXPECT_EQ(result.status, test::kGood) << result.err;
}

TEST(Offline, TheServiceManagerIsStillTold) {
  const TempFolder folder = *TempFolder::create();
  const std::string path = (folder.path() / "notify").string();
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX};
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  PLAY_OR_SKIP(result, "offline-tells", {{"NOTIFY_SOCKET", path}});
  EXPECT_EQ(result.status, test::kGood) << result.err;
  char buffer[64];
  const ssize_t size = ::recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string(buffer, static_cast<size_t>(size)), "READY=1");
}

TEST(Offline, ThisProcessIsNot) {
  EXPECT_FALSE(is_offline());
  EXPECT_GE(count_filtered_threads().all, 1u);
}

TEST(Offline, LocalFoldersAreLocal) {
  EXPECT_FALSE(may_be_remote("/proc"));
  EXPECT_TRUE(may_be_remote("/not/there")) << "what cannot be told may be remote";
}

}  // namespace
}  // namespace cvp::sys
