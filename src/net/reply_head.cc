#include "net/reply_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>

namespace cvp::net {
namespace {

bool name_is_good(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool value_is_good(std::string_view value) {
  return std::ranges::none_of(value,
                              [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

bool has_no_body(int status) { return status == 204 || status == 304; }

std::optional<std::string> reply_head(const Reply& reply, const BodyEnd& end, bool keep_alive) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(reply.status)));
  std::string out =
      fmt::format("HTTP/1.1 {} {}\r\n", reply.status, std::string_view(reason.data(), reason.size()));
  for (const auto& [name, value] : reply.headers) {
    if (!name_is_good(name) || !value_is_good(value)) return {};
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!has_no_body(reply.status)) {
    if (end.chunked) {
      out += "Transfer-Encoding: chunked\r\n";
    } else if (end.length) {
      out += fmt::format("Content-Length: {}\r\n", *end.length);
    }
  }
  out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return out;
}

}  // namespace cvp::net
