#include "sys/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "sys/fd.h"
#include "sys/host.h"
#include "sys/offline.h"

namespace cvp::sys {
namespace {

constexpr int kFirstSocket = 3, kSocketLimit = 16;

int number_in(const char* name) {
  const auto value = env(name);
  int number = -1;
  if (value) std::from_chars(value->data(), value->data() + value->size(), number);
  return number;
}

}  // namespace

std::vector<int> handed_over_sockets() {
  std::vector<int> out;
  const int count = number_in("LISTEN_FDS");
  if (number_in("LISTEN_PID") == ::getpid() && count > 0) {
    for (int fd = kFirstSocket; fd < kFirstSocket + std::min(count, kSocketLimit); ++fd) {
      if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) out.push_back(fd);
    }
  }
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return out;
}

void tell_service_manager(std::string_view state) {
  if (is_offline()) return tell_service_manager_while_offline(state);
  const auto path = env("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (!path || path->size() >= sizeof address.sun_path) return;
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path->data(), path->size());
  // "@name" is a name in the abstract namespace.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path->size());
  ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           size);
}

}  // namespace cvp::sys
