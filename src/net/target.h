// Where a request goes, checked before anything is sent.
#pragma once
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace cvp::net {

struct Target {
  std::string
      name;  // for messages: scheme, host and port, or the socket's path; never path, query or credentials
  bool https = false;
  bool loopback = false;  // never through a proxy
};

/// Errc::usage for what is no address or has a header that would split the request, Errc::refused for other
/// protocols.
Result<Target> check_target(const Request& request);

/// This machine's loopback interface: localhost, 127.0.0.0/8, ::1.
bool is_loopback_host(const std::string& host);
/// True for a URL with such a host.
bool is_loopback_url(const std::string& url);

}  // namespace cvp::net
