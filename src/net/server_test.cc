#include "net/server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "net/http.h"

namespace cvp::net {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Answers by path; counts what it is asked and what it heard the end of.
class TestService : public Service {
 public:
  std::variant<Reply, Admission> admit(const RequestHead& head) override {
    if (head.path == "/denied") return Reply{.status = 401, .body = std::string("who are you?")};
    Admission admission{.body_limit = 1000};
    if (head.path == "/upload") {
      admission.body_limit = 10 << 20;
      admission.spool_folder = spool;
    }
    admission.handle = [this](Incoming&& request) { return handle(std::move(request)); };
    return admission;
  }
  Reply refuse(int status, const RequestHead&) override {
    return {.status = status, .body = fmt::format("refused with {}", status)};
  }
  void done(const RequestHead& head, int status, uint64_t, double) override {
    const std::lock_guard lock(mutex_);
    done_.push_back(fmt::format("{} {}", head.path, status));
  }
  std::vector<std::string> done_ones() const {
    const std::lock_guard lock(mutex_);
    return done_;
  }

  Reply handle(Incoming&& request) {
    ++handled;
    if (request.path == "/hello") return {.body = "hello " + request.client};
    if (request.path == "/echo") return {.body = request.method + " " + request.body};
    if (request.path == "/upload")
      return {.body = fmt::format("{}", sys::stat_file(request.body_file)->bytes)};
    if (request.path == "/split") return {.headers = {{"X-Bad", "a\r\nSet-Cookie: b"}}};
    if (request.path == "/slow") {
      for (int i = 0; i < 100 && !request.gone.cancelled(); ++i) std::this_thread::sleep_for(20ms);
      left = request.gone.cancelled();
      return {.body = std::string("slow")};
    }
    if (request.path == "/events") return {.body = events};
    if (request.path == "/late") return {.body = late};
    if (request.path == "/big") return {.body = std::string(3 << 20, 'b')};
    return {.status = 404};
  }

  sys::Path spool;
  std::shared_ptr<EventStream> events = std::make_shared<EventStream>();
  std::shared_ptr<LateReply> late = std::make_shared<LateReply>();
  std::atomic<bool> left{false};
  std::atomic<int> handled{0};

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> done_;
};

/// A client that sends exactly the bytes it is told to.
class RawClient {
 public:
  explicit RawClient(uint16_t port) { socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port}); }
  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), ignored);
  }
  std::string read_until(std::string_view end) {
    while (got_.find(end) == std::string::npos && read_some()) {
    }
    return got_;
  }
  std::string read_all() {
    while (read_some()) {
    }
    return got_;
  }
  void close() { socket_.close(); }

 private:
  bool read_some() {
    std::array<char, 4096> piece;
    boost::system::error_code error;
    const size_t count = socket_.read_some(boost::asio::buffer(piece), error);
    got_.append(piece.data(), count);
    return !error;
  }
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  std::string got_;
};

class ServerTest : public testing::Test {
 protected:
  void start(ServerLimits limits = {}) {
    service_.spool = folder_.path();
    auto server = Server::start({Listen{}}, {}, limits, service_);
    ASSERT_TRUE(server) << server.error().message.en;
    server_ = std::move(*server);
  }
  Response get(const std::string& path) {
    const auto response =
        send({.url = fmt::format("http://127.0.0.1:{}{}", server_->port(), path)}, CancelToken());
    EXPECT_TRUE(response);
    return response.value_or(Response{});
  }
  std::string raw(std::string_view bytes) {
    RawClient client(server_->port());
    client.send(bytes);
    return client.read_all();
  }
  template <class Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    return condition();
  }

  sys::TempFolder folder_ = *sys::TempFolder::create();
  TestService service_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  RawClient client(server_->port());
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("hello 127.0.0.1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.send("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_all(), HasSubstr("HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(ServerTest, ServesWhatListenedBefore) {
  const auto opened = open_listener({});
  ASSERT_TRUE(opened) << opened.error().message.en;
  ASSERT_GE(opened->fd, 0);
  ASSERT_NE(opened->port, 0);
  EXPECT_EQ(open_listener({.port = opened->port}).error().code, Errc::busy);
  EXPECT_EQ(open_listener(*opened)->fd, opened->fd) << "handed-over sockets stay as they are";
  RawClient early(opened->port);
  early.send("GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n");
  auto server = Server::start({*opened}, {}, {}, service_);
  ASSERT_TRUE(server) << server.error().message.en;
  EXPECT_EQ((*server)->port(), opened->port);
  EXPECT_THAT(early.read_all(), EndsWith("hello 127.0.0.1"));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInTheirOrder) {
  start();
  const std::string got =
      raw("POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\none"
          "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo");
  EXPECT_LT(got.find("POST one"), got.find("POST two"));
  EXPECT_THAT(got, EndsWith("POST two"));
}

TEST_F(ServerTest, UploadsGoToAFileThatIsRemovedAfterwards) {
  start();
  const std::string body(5 << 20, 'x');
  const auto response = send(
      {.method = "POST", .url = fmt::format("http://127.0.0.1:{}/upload", server_->port()), .body = body},
      CancelToken());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, fmt::format("{}", body.size()));
  EXPECT_TRUE(soon([&] { return sys::list_files(folder_.path(), 10)->empty(); }));
}

TEST_F(ServerTest, ABodyThatIsTooLongIsNotRead) {
  start();
  EXPECT_THAT(raw("POST /echo HTTP/1.1\r\nContent-Length: 2000\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(raw("POST /denied HTTP/1.1\r\nContent-Length: 2000\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 401 "), EndsWith("who are you?")));
  const std::string chunk(1500, 'x');
  EXPECT_THAT(
      raw(fmt::format("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                      chunk.size(), chunk)),
      StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, ExpectContinueIsAnswered) {
  start();
  RawClient client(server_->port());
  client.send(
      "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  client.send("abc");
  EXPECT_THAT(client.read_all(), EndsWith("POST abc"));
}

TEST_F(ServerTest, AReplyThatWouldSplitIsNotSent) {
  start();
  const std::string got = raw("GET /split HTTP/1.1\r\n\r\n");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(got, testing::Not(HasSubstr("Set-Cookie")));
}

class BadRequest : public ServerTest,
                   public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(BadRequest, IsRefusedAndTheServerLives) {
  start();
  EXPECT_THAT(raw(GetParam().first), StartsWith(fmt::format("HTTP/1.1 {} ", GetParam().second)));
  EXPECT_EQ(get("/hello").status, 200);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadRequest,
    testing::Values(
        std::pair{"NONSENSE\r\n\r\n", "400"}, std::pair{"GET /a b HTTP/1.1\r\n\r\n", "400"},
        std::pair{"GET /../etc/passwd HTTP/1.1\r\n\r\n", "400"},
        std::pair{"GET /%0d%0aX:1 HTTP/1.1\r\n\r\n", "400"},
        std::pair{"GET http://elsewhere/ HTTP/1.1\r\n\r\n", "400"},
        std::pair{"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n", "400"},
        std::pair{"POST /echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  "400"},
        std::pair{"POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
        std::pair{"POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", "400"},
        std::pair{"POST /echo HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400"}));

TEST_F(ServerTest, TooManyHeadersAreRefused) {
  start();
  std::string request = "GET /hello HTTP/1.1\r\n";
  for (int i = 0; i < 100'000; ++i) request += "A: b\r\n";
  EXPECT_THAT(raw(request + "\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, SilentClientsAreDropped) {
  start({.header_time = 1s, .body_grace = 1s});
  EXPECT_THAT(raw("GET /hello HTT"), IsEmpty());
  EXPECT_THAT(raw("POST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\na"), testing::Not(HasSubstr("200")));
}

TEST_F(ServerTest, SlowClientsDoNotKeepOthersOut) {
  start({.connections = 50});
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<RawClient>(server_->port()));
    slow.back()->send(i % 2 == 0 ? "GET /hello HT" : "POST /echo HTTP/1.1\r\nContent-Length: 900\r\n\r\na");
  }
  EXPECT_EQ(get("/hello").status, 200);
}

TEST_F(ServerTest, EventsGoOutAsTheyCome) {
  start();
  RawClient client(server_->port());
  client.send("GET /events HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(service_.events->send("stage", "one\ntwo"));
  EXPECT_THAT(client.read_until("two\n\n"), HasSubstr("event: stage\ndata: one\ndata: two\n\n"));
  EXPECT_TRUE(service_.events->send("", "last"));
  service_.events->close();
  EXPECT_THAT(client.read_until("0\r\n\r\n"), HasSubstr("data: last\n\n"));
}

TEST_F(ServerTest, WhoLeavesAnEventStreamIsNoticed) {
  start();
  RawClient client(server_->port());
  client.send("GET /events HTTP/1.1\r\n\r\n");
  service_.events->send("", "first");
  client.read_until("first");
  client.close();
  EXPECT_TRUE(soon([&] { return service_.events->gone().cancelled(); }));
  EXPECT_FALSE(service_.events->send("", "second"));
  EXPECT_TRUE(soon([&] { return server_->connections() == 0; }));
}

TEST_F(ServerTest, AStreamThatIsNeverReadEndsWithoutHoldingAnyone) {
  start();
  RawClient client(server_->port());
  client.send("GET /events HTTP/1.1\r\n\r\n");
  const std::string data(64 << 10, 'x');
  EXPECT_TRUE(soon([&] { return !service_.events->send("", data); }));
  EXPECT_EQ(get("/hello").status, 200);
}

TEST_F(ServerTest, LateRepliesHoldNoWorker) {
  start({.workers = 1});
  RawClient client(server_->port());
  client.send("GET /late HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(get("/hello").status, 200);
  service_.late->set({.status = 201, .body = std::string("made")});
  EXPECT_THAT(client.read_all(), testing::AllOf(StartsWith("HTTP/1.1 201 "), EndsWith("made")));
}

TEST_F(ServerTest, WhoLeavesAHandlerIsNoticed) {
  start();
  RawClient client(server_->port());
  client.send("GET /slow HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(soon([&] { return service_.handled == 1; }));
  client.close();
  EXPECT_TRUE(soon([&] { return service_.left.load(); }));
}

TEST_F(ServerTest, TooMuchWaitingIsRefused) {
  start({.workers = 1, .waiting = 0});
  RawClient client(server_->port());
  client.send("GET /slow HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(soon([&] { return service_.handled == 1; }));
  EXPECT_EQ(get("/hello").status, 503);
}

TEST_F(ServerTest, StoppingLetsRequestsEnd) {
  start();
  RawClient idle(server_->port()), late(server_->port());
  late.send("GET /late HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(soon([&] { return server_->connections() == 2 && service_.handled == 1; }));
  std::thread stopping([&] { server_->stop(false); });
  EXPECT_THAT(idle.read_all(), IsEmpty());
  service_.late->set({.body = std::string("made in time")});
  EXPECT_THAT(late.read_all(), EndsWith("made in time"));
  stopping.join();
}

TEST_F(ServerTest, StoppingAtOnceWaitsForNobody) {
  start();
  RawClient late(server_->port());
  late.send("GET /late HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(soon([&] { return service_.handled == 1; }));
  server_->stop(true);
  EXPECT_TRUE(service_.late->gone().cancelled());
}

TEST_F(ServerTest, BigBodiesArriveWhole) {
  start();
  EXPECT_EQ(get("/big").body, std::string(3 << 20, 'b'));
}

TEST_F(ServerTest, ABusyPortIsNamed) {
  start();
  const auto second = Server::start({Listen{.port = server_->port()}}, {}, {}, service_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::busy);
  EXPECT_THAT(second.error().message.en, HasSubstr(fmt::format("{}", server_->port())));
}

}  // namespace
}  // namespace cvp::net
