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
  std::string url;        // http(s)://…
  sys::Path unix_socket;  // connect here instead of the URL's host
  std::map<std::string, std::string> headers;
  std::string body;
  int connect_timeout_ms = 10'000;
  int total_timeout_ms = 120'000;  // 0: none
  int stall_timeout_ms = 60'000;   // no byte for this long: Errc::unavailable
  uint64_t response_limit_bytes = 64ull << 20;
  bool follow_redirects = false;  // https stays https
};

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;                            // empty when streamed to on_body
};

/// Called with body bytes as they come (only for 2xx); returning false ends the transfer (no error).
using OnBody = std::function<bool(std::string_view bytes)>;

/// Any status is a Response; errors are for what is not HTTP: Errc::unavailable (connect, DNS, timeout, TLS),
/// cancelled, refused (over the limit, not http or https, not a UNIX socket while offline), usage (an address
/// or header that cannot be sent). Cancelling closes the connection within 100 ms. Connections are kept and
/// used again, per thread. Blocks; thread-safe; on_body may itself call send.
Result<Response> send(const Request& request, const CancelToken& cancel, const OnBody& on_body = {});

/// Server-sent events from body pieces: calls on_data with each event's data (its lines joined by \n). feed
/// returns false once on_data did or an event is over kEventLimitBytes; the rest of the stream is then
/// ignored.
class SseParser {
 public:
  explicit SseParser(std::function<bool(std::string_view data)> on_data) : on_data_(std::move(on_data)) {}
  bool feed(std::string_view bytes);

  static constexpr size_t kEventLimitBytes = 16u << 20;

 private:
  bool end_line();

  std::function<bool(std::string_view)> on_data_;
  std::string pending_;  // the line that has not ended yet
  std::string data_;     // data lines of the event that has not ended yet
  bool has_data_ = false;
  bool after_cr_ = false;  // a \n that follows belongs to the line end before it
  bool stopped_ = false;
};

}  // namespace cvp::net
