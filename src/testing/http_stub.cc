#include "testing/http_stub.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <list>
#include <mutex>
#include <thread>

#include "base/check.h"

namespace cvp::testing {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::generic::stream_protocol::socket;
using boost::system::error_code;

constexpr size_t kPieceBytes = 64 << 10;
constexpr uint64_t kRequestBodyBytes = 64ull << 20;

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

StubRequest to_stub(const http::request<http::string_body>& in) {
  StubRequest out{.method = std::string(in.method_string()),
                  .target = std::string(in.target()),
                  .headers = {},
                  .body = in.body()};
  for (const auto& field : in)
    out.headers[lower(std::string_view(field.name_string()))] = std::string(field.value());
  return out;
}

/// First byte of "bytes=N-"; nothing for any other form.
std::optional<uint64_t> range_start(const StubRequest& request) {
  const auto it = request.headers.find("range");
  if (it == request.headers.end() || !it->second.starts_with("bytes=")) return {};
  return std::stoull(it->second.substr(6));
}

}  // namespace

struct HttpStub::State {
  asio::io_context io;
  std::optional<asio::ip::tcp::acceptor> tcp;
  std::optional<asio::local::stream_protocol::acceptor> local;
  std::string unix_path;
  int port = 0;
  std::atomic<bool> stopping{false};
  std::atomic<int> broken_off{0};

  mutable std::mutex mutex;                                    // guards everything below
  std::map<std::string, std::shared_ptr<StubHandler>> routes;  // shared: a handler may keep state
  std::vector<StubRequest> requests;
  std::list<Socket> sockets;

  std::mutex handler_mutex;
  std::list<std::thread> connections;  // only the accepting thread adds; joined after it ended
  std::thread acceptor;

  int listening_fd() { return tcp ? tcp->native_handle() : local->native_handle(); }
  void accept_all();
  void serve(Socket& socket);
  StubReply answer(const StubRequest& request);
  bool respond(Socket& socket, const StubRequest& request);
  bool write(Socket& socket, std::string_view bytes);
  bool write_body(Socket& socket, const StubReply& reply, std::string_view body);
  bool write_pieces(Socket& socket, const StubReply& reply);
  bool pause(Socket& socket, int ms);
};

void HttpStub::State::accept_all() {
  while (!stopping) {
    error_code error;
    Socket socket(io);
    if (tcp) {
      asio::ip::tcp::socket accepted(io);
      tcp->accept(accepted, error);
      if (!error) socket = std::move(accepted);
    } else {
      asio::local::stream_protocol::socket accepted(io);
      local->accept(accepted, error);
      if (!error) socket = std::move(accepted);
    }
    if (error || stopping) return;
    std::lock_guard lock(mutex);
    sockets.push_back(std::move(socket));
    connections.emplace_back([this, s = &sockets.back()] { serve(*s); });
  }
}

void HttpStub::State::serve(Socket& socket) {
  boost::beast::flat_buffer buffer;
  bool open = true;
  while (open && !stopping) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kRequestBodyBytes);
    error_code error;
    http::read(socket, buffer, parser, error);
    if (error) break;
    const StubRequest request = to_stub(parser.get());
    open = respond(socket, request) && parser.get().keep_alive();
  }
  // Only shut down here: the descriptor is closed with the list, so that the destructor never touches a
  // re-used one.
  ::shutdown(socket.native_handle(), SHUT_RDWR);
}

StubReply HttpStub::State::answer(const StubRequest& request) {
  std::shared_ptr<StubHandler> handler;
  {
    std::lock_guard lock(mutex);
    requests.push_back(request);
    size_t best = 0;
    for (const auto& [prefix, candidate] : routes) {
      if (!request.target.starts_with(prefix) || prefix.size() < best) continue;
      best = prefix.size();
      handler = candidate;
    }
  }
  if (!handler) return {.status = 404, .body = "no such route"};
  std::lock_guard lock(handler_mutex);
  return (*handler)(request);
}

/// Sends the reply; false when the connection is to be closed.
bool HttpStub::State::respond(Socket& socket, const StubRequest& request) {
  StubReply reply = answer(request);
  if (!pause(socket, reply.delay_ms)) return false;
  std::string_view body = reply.body;
  const std::optional<uint64_t> start = range_start(request);
  if (start && reply.supports_range && reply.status == 200 && reply.pieces.empty()) {
    if (*start >= body.size()) {
      reply.status = 416;
      reply.headers["Content-Range"] = fmt::format("bytes */{}", body.size());
      body = {};
    } else {
      reply.status = 206;
      reply.headers["Content-Range"] = fmt::format("bytes {}-{}/{}", *start, body.size() - 1, body.size());
      body.remove_prefix(*start);
    }
  }
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", reply.status,
                                 std::string_view(http::obsolete_reason(http::int_to_status(reply.status))));
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  head += reply.pieces.empty()
              ? fmt::format("Content-Length: {}\r\n\r\n", reply.claimed_length.value_or(body.size()))
              : "Transfer-Encoding: chunked\r\n\r\n";
  if (!write(socket, head)) return false;
  if (request.method == "HEAD") return true;
  const bool sent = reply.pieces.empty() ? write_body(socket, reply, body) : write_pieces(socket, reply);
  return sent && !reply.claimed_length;
}

bool HttpStub::State::write(Socket& socket, std::string_view bytes) {
  error_code error;
  asio::write(socket, asio::buffer(bytes.data(), bytes.size()), error);
  return !error;
}

bool HttpStub::State::write_body(Socket& socket, const StubReply& reply, std::string_view body) {
  if (reply.drop_after) body = body.substr(0, *reply.drop_after);
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, kPieceBytes);
    if (!pause(socket, reply.piece_delay_ms) || !write(socket, piece)) {
      if (!stopping) ++broken_off;
      return false;
    }
    body.remove_prefix(piece.size());
  }
  return !reply.drop_after;
}

bool HttpStub::State::write_pieces(Socket& socket, const StubReply& reply) {
  uint64_t left = reply.drop_after.value_or(UINT64_MAX);
  for (const std::string& piece : reply.pieces) {
    if (!pause(socket, reply.piece_delay_ms) ||
        !write(socket, fmt::format("{:x}\r\n{}\r\n", piece.size(), piece))) {
      if (!stopping) ++broken_off;
      return false;
    }
    if (piece.size() >= left) return false;
    left -= piece.size();
  }
  return write(socket, "0\r\n\r\n");
}

/// Waits; false when the client has gone or the server stops.
bool HttpStub::State::pause(Socket& socket, int ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (ms > 0 && std::chrono::steady_clock::now() < end) {
    if (stopping) return false;
    pollfd descriptor{.fd = socket.native_handle(), .events = POLLRDHUP, .revents = 0};
    if (::poll(&descriptor, 1, std::min(ms, 10)) > 0) return false;
  }
  return !stopping;
}

HttpStub::HttpStub() : state_(std::make_unique<State>()) {
  const asio::ip::tcp::endpoint any_port(asio::ip::address_v4::loopback(), 0);
  state_->tcp.emplace(state_->io, any_port);
  state_->port = state_->tcp->local_endpoint().port();
  state_->acceptor = std::thread([s = state_.get()] { s->accept_all(); });
}

HttpStub::HttpStub(const std::string& unix_socket_path) : state_(std::make_unique<State>()) {
  state_->unix_path = unix_socket_path;
  state_->local.emplace(state_->io, asio::local::stream_protocol::endpoint(unix_socket_path));
  state_->acceptor = std::thread([s = state_.get()] { s->accept_all(); });
}

HttpStub::~HttpStub() {
  state_->stopping = true;
  ::shutdown(state_->listening_fd(), SHUT_RDWR);  // wakes the accepting thread
  state_->acceptor.join();
  {
    std::lock_guard lock(state_->mutex);
    for (Socket& socket : state_->sockets) ::shutdown(socket.native_handle(), SHUT_RDWR);
  }
  for (std::thread& connection : state_->connections) connection.join();
  if (!state_->unix_path.empty()) ::unlink(state_->unix_path.c_str());
}

void HttpStub::route(const std::string& path_prefix, StubHandler handler) {
  CHECK(path_prefix.starts_with("/"));
  std::lock_guard lock(state_->mutex);
  state_->routes[path_prefix] = std::make_shared<StubHandler>(std::move(handler));
}

void HttpStub::route(const std::string& path_prefix, const StubReply& reply) {
  route(path_prefix, [reply](const StubRequest&) { return reply; });
}

std::string HttpStub::url(const std::string& path) const {
  return (state_->tcp ? fmt::format("http://127.0.0.1:{}", state_->port) : std::string("http://localhost")) +
         path;
}

int HttpStub::port() const { return state_->port; }

std::vector<StubRequest> HttpStub::requests() const {
  std::lock_guard lock(state_->mutex);
  return state_->requests;
}

int HttpStub::broken_off() const { return state_->broken_off; }

}  // namespace cvp::testing
