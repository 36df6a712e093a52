#include "testing/http_stub.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>

namespace cvp::testing {
namespace {

namespace asio = boost::asio;

template <class Socket>
std::string converse(Socket& socket, const std::string& request) {
  asio::write(socket, asio::buffer(request));
  std::string reply;
  boost::system::error_code error;
  asio::read(socket, asio::dynamic_buffer(reply), error);
  return reply;
}

std::string get(const HttpStub& stub, const std::string& path, const std::string& more_headers = "") {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), static_cast<uint16_t>(stub.port())});
  return converse(socket,
                  "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + more_headers + "\r\n");
}

TEST(HttpStub, LongestPrefixWinsAndUnknownIs404) {
  HttpStub stub;
  stub.route("/a", StubReply{.body = "short"});
  stub.route("/a/b", StubReply{.body = "long"});
  EXPECT_TRUE(get(stub, "/a/x").ends_with("\r\n\r\nshort"));
  EXPECT_TRUE(get(stub, "/a/b?q=1").ends_with("\r\n\r\nlong"));
  EXPECT_TRUE(get(stub, "/nowhere").starts_with("HTTP/1.1 404 Not Found\r\n"));
  ASSERT_EQ(stub.requests().size(), 3u);
  EXPECT_EQ(stub.requests()[1].target, "/a/b?q=1");
}

TEST(HttpStub, Ranges) {
  HttpStub stub;
  stub.route("/f", StubReply{.body = "0123456789"});
  stub.route("/whole", StubReply{.body = "0123456789", .supports_range = false});
  const std::string part = get(stub, "/f", "Range: bytes=4-\r\n");
  EXPECT_TRUE(part.starts_with("HTTP/1.1 206"));
  EXPECT_NE(part.find("Content-Range: bytes 4-9/10"), std::string::npos);
  EXPECT_TRUE(part.ends_with("\r\n\r\n456789"));
  EXPECT_TRUE(get(stub, "/f", "Range: bytes=10-\r\n").starts_with("HTTP/1.1 416"));
  EXPECT_TRUE(get(stub, "/whole", "Range: bytes=4-\r\n").starts_with("HTTP/1.1 200"));
}

TEST(HttpStub, HandlersKeepTheirState) {
  HttpStub stub;
  stub.route("/",
             [turn = 0](const StubRequest&) mutable { return StubReply{.body = std::to_string(++turn)}; });
  EXPECT_TRUE(get(stub, "/").ends_with("\r\n\r\n1"));
  EXPECT_TRUE(get(stub, "/").ends_with("\r\n\r\n2"));
}

TEST(HttpStub, DropsAndLies) {
  HttpStub stub;
  stub.route("/drop", StubReply{.body = "0123456789", .drop_after = 3});
  stub.route("/lie", StubReply{.body = "0123456789", .claimed_length = 99});
  EXPECT_TRUE(get(stub, "/drop").ends_with("Content-Length: 10\r\n\r\n012"));
  EXPECT_NE(get(stub, "/lie").find("Content-Length: 99\r\n"), std::string::npos);
}

TEST(HttpStub, PiecesAreChunkedAndAnEarlyCloseIsCounted) {
  HttpStub stub;
  stub.route("/sse", StubReply{.pieces = {"data: 1\n\n", "data: 2\n\n"}});
  EXPECT_TRUE(get(stub, "/sse").ends_with("9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n"));

  stub.route("/slow", StubReply{.pieces = std::vector<std::string>(1000, "x"), .piece_delay_ms = 5});
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), static_cast<uint16_t>(stub.port())});
  asio::write(socket, asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")));
  char byte;
  asio::read(socket, asio::buffer(&byte, 1));
  socket.close();
  for (int i = 0; i < 200 && stub.broken_off() == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(stub.broken_off(), 1);
}

TEST(HttpStub, ServesAUnixSocketAndStopsWithAnOpenConnection) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("stub" + std::to_string(::getpid()))).string();
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io), idle(io);
  {
    HttpStub stub(path);
    stub.route("/", [](const StubRequest& request) {
      return StubReply{.body = request.method + " " + request.body};
    });
    socket.connect(path);
    idle.connect(path);
    EXPECT_TRUE(
        converse(socket, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")
            .ends_with("POST hi"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace cvp::testing
