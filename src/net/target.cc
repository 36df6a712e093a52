#include "net/target.h"

#include <curl/curl.h>
#include <sys/un.h>

#include <algorithm>
#include <memory>

namespace cvp::net {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* value = nullptr;
  if (curl_url_get(url, what, &value, flags) != CURLUE_OK || value == nullptr) return {};
  std::string copy = value;
  curl_free(value);
  return copy;
}

Url parse(const std::string& text) {
  Url url(curl_url(), &curl_url_cleanup);
  if (url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    url.reset();
  return url;
}

bool has_line_break(std::string_view s) {
  return s.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

Result<Target> check_target(const Request& request) {
  const Url url = has_line_break(request.url) ? Url(nullptr, &curl_url_cleanup) : parse(request.url);
  const std::string host = url ? part(url.get(), CURLUPART_HOST) : "";
  if (host.empty()) {
    return fail(Errc::usage, text("{} is not a web address", "{} 不是有效的网址", request.url.substr(0, 200)),
                text("an address looks like http://host:port/path", "网址的形式应为 http://主机:端口/路径"));
  }
  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return fail(Errc::refused, text("{} addresses are not supported, only http and https",
                                    "不支持 {} 地址，只能用 http 或 https", scheme));
  }
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || has_line_break(name) || name.find(':') != std::string::npos ||
        has_line_break(value)) {
      return fail(
          Errc::usage,
          text("a header of the request has a line break or no name", "请求头的名称为空，或者含有换行符"),
          text("look for a stray line break in the key or address that was configured",
               "请检查配置的密钥或地址里是否混入了换行符"));
    }
  }
  Target target{.name = {}, .https = scheme == "https", .loopback = is_loopback_host(host)};
  if (request.unix_socket.empty()) {
    const std::string port = part(url.get(), CURLUPART_PORT);
    target.name = scheme + "://" + host + (port.empty() ? "" : ":" + port);
  } else {
    target.name = request.unix_socket.string();
    target.loopback = true;
    constexpr size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;
    if (target.name.size() > kLongestPath) {
      return fail(Errc::usage, text("the socket path {} is longer than the {} bytes that the system allows",
                                    "套接字路径 {} 超过了系统允许的 {} 字节", target.name, kLongestPath));
    }
  }
  return target;
}

bool is_loopback_host(const std::string& host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  // 127.x.y.z in digits only: "127.example.com" is a name like any other.
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string::npos;
}

bool is_loopback_url(const std::string& address) {
  const Url url = parse(address);
  return url && is_loopback_host(part(url.get(), CURLUPART_HOST));
}

}  // namespace cvp::net
