// The engine's client in a process that went offline: a process of its own, since that cannot be taken back.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "net/http.h"
#include "sys/fd.h"
#include "sys/offline.h"

namespace cvp::net {
namespace {

using namespace std::chrono_literals;

constexpr int kNoFilter = 77;

/// Answers every request with "ok".
[[noreturn]] void play_engine(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX};
  std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 8) != 0)
    ::_exit(1);
  for (;;) {
    const int peer = ::accept(listener, nullptr, nullptr);
    std::array<char, 4096> request;
    while (::read(peer, request.data(), request.size()) > 0) {
      constexpr std::string_view kReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
      if (::write(peer, kReply.data(), kReply.size()) < 0) break;
    }
    ::close(peer);
  }
}

/// What went wrong; "" is good.
std::string talk(const std::string& path) {
  const Request request{.url = "http://localhost/x", .unix_socket = path};
  for (int i = 0; i < 2; ++i) {  // the second uses the connection again
    const auto answer = send(request, {});
    if (!answer) return "engine: " + answer.error().message.en;
    if (answer->body != "ok") return "engine answers " + answer->body;
  }
  const auto start = std::chrono::steady_clock::now();
  const auto absent = send({.url = "http://localhost/x", .unix_socket = path + "-absent"}, {});
  if (absent || absent.error().code != Errc::unavailable) return "absent socket";
  if (std::chrono::steady_clock::now() - start > 2s) return "an absent socket was waited for";
  const auto outside = send({.url = "http://127.0.0.1:9/"}, {});
  if (outside || outside.error().code != Errc::refused) return "outside";
  if (outside.error().message.en.find("--prove-offline") == std::string::npos)
    return "the reason is not said";
  return {};
}

std::string talk_to_engine() {
  const sys::TempFolder folder = *sys::TempFolder::create();
  const std::string path = (folder.path() / "s").string();
  const pid_t engine = ::fork();
  if (engine == 0) play_engine(path);
  for (int i = 0; i < 500 && !sys::exists(path); ++i) std::this_thread::sleep_for(10ms);
  std::this_thread::sleep_for(50ms);  // between bind and listen
  std::string problem = talk(path);
  ::kill(engine, SIGKILL);
  return problem;
}

[[noreturn]] void play() {
  const auto facts = sys::go_offline();
  if (!facts) ::_exit(facts.error().code == Errc::failed ? kNoFilter : 1);
  const std::string problem = talk_to_engine();
  sys::write_all(STDERR_FILENO, problem);
  ::_exit(problem.empty() ? 0 : 1);
}

TEST(HttpOfflineDeathTest, OnlyOwnChildrenAreSpokenTo) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  bool skipped = false;
  EXPECT_EXIT(
      play(),
      [&](int status) {
        skipped = WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter;
        return skipped || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
      },
      "");
  if (skipped) GTEST_SKIP() << "no seccomp filter here";
}

}  // namespace
}  // namespace cvp::net
