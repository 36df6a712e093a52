#include "bench/raw_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

double now_ms() { return sys::real_clock().steady_ms(); }

}  // namespace

Result<RawSocket> RawSocket::open(uint16_t port) {
  sys::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!fd.valid() || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return fail(Errc::unavailable, text("cannot connect to port {}", "无法连接端口 {}", port));
  return RawSocket(std::move(fd));
}

bool RawSocket::wait_for(short events, double until_ms) const {
  pollfd one{.fd = fd_.get(), .events = events, .revents = 0};
  const double left = until_ms - now_ms();
  return left > 0 && ::poll(&one, 1, std::max(1, static_cast<int>(left))) > 0;
}

bool RawSocket::send(std::string_view bytes, int patience_ms) {
  const double until = now_ms() + patience_ms;
  while (!bytes.empty()) {
    if (!wait_for(POLLOUT, until)) return false;
    const ssize_t sent =
        ::send(fd_.get(), bytes.data(), std::min(bytes.size(), kPieceBytes), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
  }
  return true;
}

void RawSocket::end_sending() { ::shutdown(fd_.get(), SHUT_WR); }

std::string RawSocket::read(size_t limit, int patience_ms) {
  const double until = now_ms() + patience_ms;
  std::string out, piece(kPieceBytes, '\0');
  while (out.size() < limit && wait_for(POLLIN, until)) {
    const ssize_t got =
        ::recv(fd_.get(), piece.data(), std::min(piece.size(), limit - out.size()), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (got > 0) out.append(piece, 0, static_cast<size_t>(got));
  }
  return out;
}

bool RawSocket::closed_by_peer() {
  char byte = 0;
  const ssize_t got = ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

std::optional<int> status_of(std::string_view reply) {
  constexpr std::string_view kStart = "HTTP/1.";
  constexpr size_t kStatusAt = 9, kDigits = 3;
  if (!reply.starts_with(kStart) || reply.size() < kStatusAt + kDigits) return {};
  int status = 0;
  const char* const digits = reply.data() + kStatusAt;
  const auto [end, error] = std::from_chars(digits, digits + kDigits, status);
  if (error != std::errc() || end != digits + kDigits) return {};
  return status;
}

std::string_view body_of(std::string_view reply) {
  const size_t end = reply.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view() : reply.substr(end + 4);
}

}  // namespace cvp::bench
