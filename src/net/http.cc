// A request is driven by a loop of our own instead of curl_easy_perform, whose progress callback may come
// only once a second: cancelling and the stall timeout need a finer beat.
#include "net/http.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "net/curl_handle.h"
#include "net/target.h"
#include "sys/offline.h"

namespace cvp::net {
namespace {

using Time = std::chrono::steady_clock;

constexpr int kBeatMs = 50;  // of cancel and stall checks; data wakes the loop at once
constexpr long kRedirects = 5;
constexpr size_t kHeaderLimitBytes = 256u << 10;

struct Transfer {
  const Request& request;
  const OnBody& on_body;
  Response response;
  CURL* easy = nullptr;
  Time::time_point last_byte = Time::now();
  curl_off_t sent_bytes = 0;
  uint64_t body_bytes = 0;
  size_t header_bytes = 0;
  int connect_error = 0;  // an errno, while offline
  bool over_limit = false;
  bool ended_by_caller = false;
};

size_t on_header(char* bytes, size_t size, size_t count, void* user) {
  auto& t = *static_cast<Transfer*>(user);
  const std::string_view line(bytes, size * count);
  t.last_byte = Time::now();
  t.header_bytes += line.size();
  if (t.header_bytes > kHeaderLimitBytes) {
    t.over_limit = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // a new answer: after a redirect or 100 Continue
    t.response.headers.clear();
    return line.size();
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  std::string_view value = line.substr(colon + 1);
  const size_t from = value.find_first_not_of(" \t");
  const size_t to = value.find_last_not_of(" \t\r\n");
  t.response.headers[name] =
      from == std::string_view::npos ? "" : std::string(value.substr(from, to - from + 1));
  return line.size();
}

size_t on_bytes(char* bytes, size_t size, size_t count, void* user) {
  auto& t = *static_cast<Transfer*>(user);
  const std::string_view piece(bytes, size * count);
  t.last_byte = Time::now();
  t.body_bytes += piece.size();
  if (t.body_bytes > t.request.response_limit_bytes) {
    t.over_limit = true;
    return CURL_WRITEFUNC_ERROR;
  }
  long status = 0;
  curl_easy_getinfo(t.easy, CURLINFO_RESPONSE_CODE, &status);
  if (!t.on_body || status < 200 || status > 299) {
    t.response.body.append(piece);
    return piece.size();
  }
  const bool go_on = t.on_body(piece);
  t.last_byte = Time::now();  // the time the caller took is not the server's
  if (go_on) return piece.size();
  t.ended_by_caller = true;
  return CURL_WRITEFUNC_ERROR;
}

// A child started meanwhile must not inherit the connection, or closing it here would not be seen by the
// server.
curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  if (!sys::is_offline())
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  auto& t = *static_cast<Transfer*>(user);
  sys::ConnectHelper::Connected connected = sys::connect_while_offline(t.request.unix_socket.string());
  t.connect_error = connected.error;
  // libcurl 7.88 connects it once more, whatever on_socket says. The filter lets only an empty address pass,
  // and that does nothing.
  address->addrlen = 0;
  return connected.fd.valid() ? connected.fd.release() : CURL_SOCKET_BAD;
}

int on_socket(void*, curl_socket_t, curlsocktype) {
  return sys::is_offline() ? CURL_SOCKOPT_ALREADY_CONNECTED : CURL_SOCKOPT_OK;
}

void set_method(CURL* easy, const Request& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!request.body.empty() || request.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_options(CURL* easy, const Request& request, const Target& target, curl_slist* headers,
                 Transfer& transfer) {
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, target.https ? "https" : "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, kRedirects);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::max(1, request.connect_timeout_ms)));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(0, request.total_timeout_ms)));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
  if (target.loopback) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (!request.unix_socket.empty())
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  set_method(easy, request);
}

std::unexpected<Error> unavailable(const Target& target, const Text& why, Text hint = {}) {
  return fail(Errc::unavailable, text("{}: {}", "{}：{}", target.name, why), std::move(hint));
}

std::unexpected<Error> curl_error(CURLcode code, long status, const Request& request, const Target& target) {
  const std::string detail = curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unavailable(
          target, text("no such host was found", "找不到这个主机"),
          text("check the address and the network connection", "请检查地址是否正确、网络是否连通"));
    case CURLE_COULDNT_CONNECT:
      return unavailable(
          target, text("cannot connect", "无法连接"),
          text("check that the server is running and the address is right", "请确认服务已启动、地址正确"));
    case CURLE_OPERATION_TIMEDOUT:
      return unavailable(target, text("no complete answer within {} s", "{} 秒内没有收到完整的响应",
                                      request.total_timeout_ms / 1000));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return unavailable(
          target, text("no secure connection: {}", "无法建立安全连接：{}", detail),
          text("check the server's certificate and this machine's clock", "请检查服务器证书和本机时间"));
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
      return unavailable(
          target, text("the connection was closed in the middle of an answer", "响应还没传完，连接就断开了"));
    case CURLE_UNSUPPORTED_PROTOCOL:
      // libcurl's word both for a forbidden redirect and for bytes that are no HTTP answer.
      if (status == 0)
        return unavailable(target, text("what answers there does not speak HTTP", "对方的响应不是 HTTP"));
      return fail(Errc::refused, text("{} redirects to an address that is less secure or not http",
                                      "{} 重定向到了不安全或非 http 的地址", target.name));
    case CURLE_TOO_MANY_REDIRECTS:
      return fail(Errc::refused, text("{} redirects more than {} times", "{} 的重定向超过了 {} 次",
                                      target.name, kRedirects));
    default:
      return unavailable(target, text("the transfer failed: {}", "传输失败：{}", detail));
  }
}

std::unexpected<Error> stalled(const Request& request, const Target& target) {
  return unavailable(target, text("nothing came for {:.1f} s", "{:.1f} 秒没有收到任何数据",
                                  request.stall_timeout_ms / 1000.0));
}

std::unexpected<Error> over_limit(const Request& request, const Target& target) {
  return fail(Errc::refused, text("the answer of {} is larger than the limit of {:.1f} MB",
                                  "{} 的响应超过了 {:.1f} MB 的上限", target.name,
                                  static_cast<double>(request.response_limit_bytes) / 1e6));
}

/// Takes the transfer out of the multi handle on every way out; a transfer that has not ended is closed by
/// it.
class Running {
 public:
  explicit Running(const CurlLease& lease) : lease_(lease) {
    curl_multi_add_handle(lease.multi(), lease.easy());
  }
  ~Running() { curl_multi_remove_handle(lease_.multi(), lease_.easy()); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  const CurlLease& lease_;
};

Result<CURLcode> drive(const CurlLease& lease, const Target& target, const CancelToken& cancel, Transfer& t) {
  const Running running(lease);
  for (;;) {  // ends by the transfer's own timeouts, the stall timeout or the caller's cancel
    int active = 0;
    if (curl_multi_perform(lease.multi(), &active) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    int queued = 0;
    while (const CURLMsg* message = curl_multi_info_read(lease.multi(), &queued)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    if (cancel.cancelled()) return fail_cancelled();
    curl_off_t sent = 0;
    curl_easy_getinfo(lease.easy(), CURLINFO_SIZE_UPLOAD_T, &sent);
    if (sent != t.sent_bytes) {
      t.sent_bytes = sent;
      t.last_byte = Time::now();
    }
    if (t.request.stall_timeout_ms > 0 &&
        Time::now() - t.last_byte > std::chrono::milliseconds(t.request.stall_timeout_ms)) {
      return stalled(t.request, target);
    }
    curl_multi_poll(lease.multi(), nullptr, 0, kBeatMs, nullptr);
  }
}

/// A UNIX socket whose queue of connections not yet accepted is full refuses at once instead of letting us
/// wait, as TCP would. Servers keep short queues; a dozen threads that begin together are enough. libcurl
/// takes the EAGAIN for a connection in progress, then finds none and gives no errno.
bool queue_is_full(CURLcode code, const Transfer& t) {
  if (code != CURLE_COULDNT_CONNECT || t.request.unix_socket.empty()) return false;
  if (t.connect_error != 0) return t.connect_error == EAGAIN;
  long error = 0;
  curl_easy_getinfo(t.easy, CURLINFO_OS_ERRNO, &error);
  return error == 0 || error == EAGAIN || error == ENOTCONN;
}

Result<CURLcode> connect_and_drive(const CurlLease& lease, const Target& target, const CancelToken& cancel,
                                   Transfer& t) {
  constexpr int kAgainMs = 5;
  const auto patience = std::chrono::milliseconds(t.request.connect_timeout_ms);
  for (const auto start = Time::now();;) {
    const CURLcode code = TRY(drive(lease, target, cancel, t));
    if (code != CURLE_OK && cancel.cancelled()) return fail_cancelled();
    if (!queue_is_full(code, t) || Time::now() - start > patience) return code;
    curl_multi_poll(lease.multi(), nullptr, 0, kAgainMs, nullptr);
  }
}

}  // namespace

Result<Response> send(const Request& request, const CancelToken& cancel, const OnBody& on_body) {
  const Target target = TRY(check_target(request));
  if (request.unix_socket.empty() && sys::is_offline()) return sys::fail_offline(verbatim(target.name));
  if (cancel.cancelled()) return fail_cancelled();
  const CurlLease lease;
  if (!lease.ok())
    return unavailable(target, text("not enough memory for a connection", "内存不足，无法建立连接"));
  curl_slist* headers =
      curl_slist_append(nullptr, "Expect:");  // else a large POST waits a second for 100 Continue
  for (const auto& [name, value] : request.headers) {
    // A header without a value must end in a semicolon for libcurl, else it means "leave this header out".
    headers =
        curl_slist_append(headers, value.empty() ? (name + ";").c_str() : (name + ": " + value).c_str());
  }
  Transfer transfer{.request = request, .on_body = on_body, .response = {}, .easy = lease.easy()};
  set_options(lease.easy(), request, target, headers, transfer);
  Result<CURLcode> code = connect_and_drive(lease, target, cancel, transfer);
  long status = 0;
  curl_easy_getinfo(lease.easy(), CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(headers);
  if (!code) return std::unexpected(std::move(code).error());
  if (transfer.over_limit) return over_limit(request, target);
  if (*code != CURLE_OK && !transfer.ended_by_caller) return curl_error(*code, status, request, target);
  transfer.response.status = static_cast<int>(status);
  return std::move(transfer.response);
}

}  // namespace cvp::net
