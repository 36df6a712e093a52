// HTTP client (libcurl). The only room that sees it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/files.h"

namespace cvp::net {

struct Request {
  std::string method = "GET";
  std::string url;                      // http(s)://…
  sys::Path unix_socket;                // connect here instead of the URL's host
  std::map<std::string, std::string> headers;
  std::string body;
  int connect_timeout_ms = 10'000;
  int total_timeout_ms = 120'000;       // 0: none
  int stall_timeout_ms = 60'000;        // no byte for this long: Errc::unavailable
  uint64_t response_limit_bytes = 64ull << 20;
  bool follow_redirects = false;        // https stays https
};

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;   // lower-case names
  std::string body;                             // empty when streamed to on_body
};

/// Called with body bytes as they come (only for 2xx); returning false ends the transfer (no error).
using OnBody = std::function<bool(std::string_view bytes)>;

/// Any status is a Response; errors are for what is not HTTP: Errc::unavailable (connect, DNS, timeout, TLS), cancelled, refused
/// (over the limit). Cancelling closes the connection within 100 ms.
Result<Response> send(const Request& request, const CancelToken& cancel, const OnBody& on_body = {});

/// Server-sent events from body pieces: calls on_data with each event's data. Returns what on_data returns.
class SseParser {
 public:
  explicit SseParser(std::function<bool(std::string_view data)> on_data) : on_data_(std::move(on_data)) {}
  bool feed(std::string_view bytes);

 private:
  std::function<bool(std::string_view)> on_data_;
  std::string pending_;
};

}  // namespace cvp::net
