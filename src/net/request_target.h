// The target of a request line, taken apart and checked. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cvp::net {

struct RequestTarget {
  std::string path;  // decoded UTF-8, begins with /, no empty, "." or ".." segments, no control characters
  std::map<std::string, std::string> query;
};

/// Origin form only ("/path?query"). Nothing for what is not well-formed, goes upwards, hides a slash or a
/// control character in an escape, or names a parameter twice.
std::optional<RequestTarget> parse_request_target(std::string_view target);

}  // namespace cvp::net
