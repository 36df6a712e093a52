#include "net/http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace cvp::net {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;

double ms_since(Time::time_point start) {
  return std::chrono::duration<double, std::milli>(Time::now() - start).count();
}

/// Answers raw bytes over a loopback port or a UNIX socket. The script gets the request and writes what it
/// likes; returning false closes the connection.
class RawServer {
 public:
  using Script = std::function<bool(int fd, const std::string& request)>;

  explicit RawServer(Script script, std::string unix_path = {})
      : script_(std::move(script)), path_(std::move(unix_path)) {
    if (path_.empty()) {
      listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in a{};
      a.sin_family = AF_INET;
      a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof a;
      EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size);
      port_ = ntohs(a.sin_port);
    } else {
      listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
      sockaddr_un a{};
      a.sun_family = AF_UNIX;
      std::strncpy(a.sun_path, path_.c_str(), sizeof a.sun_path - 1);
      EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
    }
    ::listen(listener_, 2);
    thread_ = std::thread([this] { accept_all(); });
  }

  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    thread_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& c : connections_) c.join();
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int connections() const { return count_; }
  /// Connections whose other side was seen to close.
  int closed() const { return closed_; }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      ++count_;
      {
        const std::lock_guard lock(mutex_);
        open_.push_back(fd);
      }
      connections_.emplace_back([this, fd] { talk(fd); });
    }
  }

  void talk(int fd) {
    std::string in;
    char buffer[65536];
    for (;;) {
      const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      in.append(buffer, static_cast<size_t>(n));
      const size_t head = in.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      size_t body = 0;
      if (const size_t at = in.find("Content-Length: "); at < head) body = std::stoul(in.substr(at + 16));
      if (in.size() < head + 4 + body) continue;
      if (!script_(fd, in)) break;
      in.clear();
    }
    ++closed_;
    const std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    ::close(fd);
  }

  Script script_;
  std::string path_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
  std::vector<std::thread> connections_;  // written by thread_ only, read after it ended
  std::atomic<int> count_ = 0, closed_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;
};

void say(int fd, const std::string& bytes) { ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

std::string answer(const std::string& body, const std::string& head = "HTTP/1.1 200 OK") {
  return head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nX-Mixed-Case:  Value \r\n\r\n" +
         body;
}

RawServer::Script always(std::string bytes) {
  return [bytes](int fd, const std::string&) {
    say(fd, bytes);
    return true;
  };
}

std::string socket_path() { return "/tmp/cvp_http_test_" + std::to_string(::getpid()) + ".sock"; }

TEST(Http, ReadsStatusHeadersAndBody) {
  std::string seen;
  RawServer server([&](int fd, const std::string& request) {
    seen = request;
    say(fd, answer("hello", "HTTP/1.1 404 Not Found"));
    return true;
  });
  const auto r = send({.method = "POST",
                       .url = server.url("/a?b=c"),
                       .headers = {{"X-One", "1"}, {"X-Empty", ""}},
                       .body = "body"},
                      {});
  ASSERT_TRUE(r) << r.error().message.en;
  EXPECT_EQ(r->status, 404);
  EXPECT_EQ(r->body, "hello");
  EXPECT_EQ(r->headers.at("x-mixed-case"), "Value");
  EXPECT_TRUE(seen.starts_with("POST /a?b=c HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("X-One: 1\r\n"), std::string::npos);
  EXPECT_NE(seen.find("X-Empty:"), std::string::npos);
  EXPECT_EQ(seen.find("Expect:"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\nbody"));
}

TEST(Http, SpeaksOverUnixSocketsOnOneConnectionCheaply) {
  RawServer server(always(answer("ok")), socket_path());
  const Request request{.method = "POST",
                        .url = "http://engine/x",
                        .unix_socket = socket_path(),
                        .body = std::string(2000, 'x')};
  ASSERT_TRUE(send(request, {}));
  constexpr int kCalls = 200;
  const auto start = Time::now();
  for (int i = 0; i < kCalls; ++i) ASSERT_EQ(send(request, {})->body, "ok");
  EXPECT_LT(ms_since(start) / kCalls, 5.0);  // about 0.1 ms on an idle machine
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, StreamsOnlySuccessAndStopsWhenToldTo) {
  RawServer good(
      always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"));
  std::string got;
  auto r = send({.url = good.url()}, {}, [&](std::string_view piece) {
    got += piece;
    return true;
  });
  ASSERT_TRUE(r);
  EXPECT_EQ(got, "abcdef");
  EXPECT_TRUE(r->body.empty());
  r = send({.url = good.url()}, {}, [](std::string_view) { return false; });
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 200);
  RawServer bad(always(answer("why", "HTTP/1.1 500 No")));
  r = send({.url = bad.url()}, {}, [](std::string_view) -> bool {
    ADD_FAILURE();
    return true;
  });
  ASSERT_TRUE(r);
  EXPECT_EQ(r->body, "why");
}

TEST(Http, CancelClosesTheConnectionSoon) {
  RawServer server([](int, const std::string&) { return true; });
  CancelToken cancel;
  std::thread later([&] {
    std::this_thread::sleep_for(100ms);
    cancel.cancel();
  });
  const auto start = Time::now();
  const auto r = send({.url = server.url()}, cancel);
  const double waited = ms_since(start);
  later.join();
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::cancelled);
  EXPECT_LT(waited, 100 + 100 + 100);
  for (int i = 0; i < 50 && server.closed() == 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server.closed(), 1);
}

TEST(Http, StallAndTotalTimeouts) {
  RawServer slow([](int fd, const std::string&) {
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    return true;
  });
  auto start = Time::now();
  auto r = send({.url = slow.url(), .stall_timeout_ms = 200}, {});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::unavailable);
  EXPECT_LT(ms_since(start), 1000);
  start = Time::now();
  r = send({.url = slow.url(), .total_timeout_ms = 200}, {});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::unavailable);
  EXPECT_LT(ms_since(start), 1000);
}

TEST(Http, RefusesTooLargeAnswers) {
  RawServer server(always(answer(std::string(100'000, 'x'))));
  auto r = send({.url = server.url(), .response_limit_bytes = 99'999}, {});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::refused);
  EXPECT_TRUE(send({.url = server.url(), .response_limit_bytes = 100'000}, {}));
  RawServer heads([](int fd, const std::string&) {
    std::string out = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 5000; ++i) out += "H" + std::to_string(i) + ": " + std::string(200, 'v') + "\r\n";
    say(fd, out + "\r\n");
    return false;
  });
  r = send({.url = heads.url()}, {});
  ASSERT_FALSE(r);
}

TEST(Http, PeerTrouble) {
  RawServer closes([](int, const std::string&) { return false; });
  RawServer cuts([](int fd, const std::string&) {
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
    return false;
  });
  RawServer garbage([](int fd, const std::string&) {
    say(fd, std::string("\0\1\2 not http at all\r\n\r\n", 22));
    return false;
  });
  for (const RawServer* server : {&closes, &cuts, &garbage}) {
    const auto r = send({.url = server->url()}, {});
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::unavailable);
    EXPECT_NE(r.error().message.zh, r.error().message.en);
  }
  const auto none = send({.url = "http://x/", .unix_socket = "/tmp/cvp_no_such.sock"}, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::unavailable);
}

TEST(Http, ChecksAddressesAndHeaders) {
  EXPECT_EQ(send({.url = "file:///etc/passwd"}, {}).error().code, Errc::usage);
  EXPECT_EQ(send({.url = "ftp://127.0.0.1/x"}, {}).error().code, Errc::refused);
  EXPECT_EQ(send({.url = "not an address"}, {}).error().code, Errc::usage);
  EXPECT_EQ(send({.url = "http://127.0.0.1/\r\nX: y"}, {}).error().code, Errc::usage);
  EXPECT_EQ(send({.url = "http://127.0.0.1/", .headers = {{"A", "b\r\nC: d"}}}, {}).error().code,
            Errc::usage);
  EXPECT_EQ(send({.url = "http://x/", .unix_socket = "/tmp/" + std::string(200, 'x')}, {}).error().code,
            Errc::usage);
}

TEST(Http, FollowsRedirectsOnlyWhenAskedAndOnlyToHttp) {
  RawServer server([](int fd, const std::string& request) {
    if (request.starts_with("GET /end "))
      say(fd, answer("end"));
    else if (request.starts_with("GET /file "))
      say(fd, answer("", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd"));
    else if (request.starts_with("GET /loop "))
      say(fd, answer("", "HTTP/1.1 302 Found\r\nLocation: /loop"));
    else
      say(fd, answer("moved", "HTTP/1.1 302 Found\r\nLocation: /end"));
    return true;
  });
  EXPECT_EQ(send({.url = server.url("/go")}, {})->status, 302);
  EXPECT_EQ(send({.url = server.url("/go"), .follow_redirects = true}, {})->body, "end");
  EXPECT_EQ(send({.url = server.url("/file"), .follow_redirects = true}, {}).error().code, Errc::refused);
  EXPECT_EQ(send({.url = server.url("/loop"), .follow_redirects = true}, {}).error().code, Errc::refused);
}

TEST(Http, RequestInsideAStream) {
  RawServer server(always(answer("abc")));
  std::string inner;
  const auto r = send({.url = server.url()}, {}, [&](std::string_view) {
    inner = send({.url = server.url()}, {})->body;
    return true;
  });
  ASSERT_TRUE(r);
  EXPECT_EQ(inner, "abc");
}

TEST(Http, WaitsForAPlaceInTheQueueOfAUnixSocket) {
  // The server's queue has two places.
  RawServer server(always(answer("ok")), socket_path());
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      const auto r = send({.url = "http://engine/", .unix_socket = socket_path()}, {});
      EXPECT_TRUE(r) << r.error().message.en;
      good += r && r->body == "ok";
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(good, 100);
}

TEST(Http, CancelEndsTheWaitForAPlaceInTheQueue) {
  // A server that accepts nothing, and as many connections as its queue has places.
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_path();
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  std::vector<int> waiting;
  for (bool room = true; room && waiting.size() < 100;) {
    waiting.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    room = ::connect(waiting.back(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  CancelToken cancel;
  std::thread later([&] {
    std::this_thread::sleep_for(100ms);
    cancel.cancel();
  });
  const auto start = Time::now();
  const auto r = send({.url = "http://engine/", .unix_socket = path}, cancel);
  later.join();
  for (const int fd : waiting) ::close(fd);
  ::close(listener);
  ::unlink(path.c_str());
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::cancelled) << r.error().message.en;
  EXPECT_LT(ms_since(start), 5000);
}

TEST(Http, SurvivesARestartedServer) {
  for (int round = 0; round < 3; ++round) {
    RawServer server(always(answer("r" + std::to_string(round))), socket_path());
    for (int i = 0; i < 2; ++i) {
      const auto r = send({.url = "http://engine/", .unix_socket = socket_path()}, {});
      ASSERT_TRUE(r) << r.error().message.en;
      EXPECT_EQ(r->body, "r" + std::to_string(round));
    }
  }
}

}  // namespace
}  // namespace cvp::net
