// A small HTTP/1.1 server on 127.0.0.1 or a UNIX socket that behaves and misbehaves as a test tells it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cvp::testing {

struct StubRequest {
  std::string method;
  std::string target;                          // "/path?query"
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body = {};
};

/// What the server sends. The defaults are a correct reply; each field below `body` is one way to be
/// difficult.
struct StubReply {
  int status = 200;
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::vector<std::string> pieces =
      {};  // not empty: sent chunked, one after the other, instead of body (SSE)
  bool supports_range =
      true;  // a Range request gets 206, or 416 beyond the end; false: always the whole body
  std::optional<uint64_t> drop_after = {};      // connection cut after so many body bytes
  std::optional<uint64_t> claimed_length = {};  // Content-Length that is not the body's
  int delay_ms = 0;                             // before the first byte
  int piece_delay_ms = 0;                       // before every piece, or every 64 KiB of body
};

using StubHandler = std::function<StubReply(const StubRequest&)>;

/// Serves until destruction, one thread a connection, keep-alive. Thread-safe. Handlers run on connection
/// threads, one at a time.
class HttpStub {
 public:
  /// Listens on a free port of 127.0.0.1.
  HttpStub();
  /// Listens on a UNIX socket; the file must not exist and is removed on destruction.
  explicit HttpStub(const std::string& unix_socket_path);
  ~HttpStub();
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;

  /// The longest prefix of the path wins; a path without a route gets 404.
  void route(const std::string& path_prefix, StubHandler handler);
  void route(const std::string& path_prefix, const StubReply& reply);

  /// "http://127.0.0.1:PORT" + path; for a UNIX socket "http://localhost" + path.
  std::string url(const std::string& path = "") const;
  int port() const;
  std::vector<StubRequest> requests() const;
  /// Replies that the client did not read to their end: it closed the connection while pieces were being
  /// sent.
  int broken_off() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cvp::testing
