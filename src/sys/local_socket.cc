#include "sys/local_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "sys/os_error.h"

namespace cvp::sys {
namespace {

constexpr int kPollMs = 100;
constexpr int kBacklog = 16;
constexpr size_t kStreams = 4;

/// A socket's name may have 107 bytes, a folder's any number: it is named through its open descriptor.
struct Address {
  Fd folder;
  sockaddr_un name{};
};

Result<Address> address_of(const Path& folder, const std::string& name, const Text& doing) {
  Address out{.folder = Fd(open_retry(folder, O_PATH | O_DIRECTORY))};
  if (!out.folder.valid()) return fail_errno(errno, doing, folder);
  const std::string path = fmt::format("/proc/self/fd/{}/{}", out.folder.get(), name);
  if (path.size() >= sizeof out.name.sun_path) return fail_errno(ENAMETOOLONG, doing, folder / name);
  out.name.sun_family = AF_UNIX;
  std::memcpy(out.name.sun_path, path.c_str(), path.size() + 1);
  return out;
}

/// 1 ready, 0 not yet, -1 an error or the end.
int wait_readable(int fd, int timeout_ms) {
  pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
  const int n = ::poll(&one, 1, timeout_ms);
  if (n < 0) return errno == EINTR ? 0 : -1;
  return n;
}

bool same_user(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

union Control {
  cmsghdr align;
  char bytes[CMSG_SPACE(kStreams * sizeof(int))];
};

void take_streams(const msghdr& header, Streams& streams) {
  for (const cmsghdr* one = CMSG_FIRSTHDR(&header); one != nullptr;
       one = CMSG_NXTHDR(const_cast<msghdr*>(&header), const_cast<cmsghdr*>(one))) {
    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_RIGHTS) continue;
    std::array<int, kStreams> fds;
    fds.fill(-1);
    const size_t count = std::min(kStreams, (one->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(fds.data(), CMSG_DATA(one), count * sizeof(int));
    streams = {.in = Fd(fds[0]), .out = Fd(fds[1]), .err = Fd(fds[2]), .folder = Fd(fds[3])};
  }
}

}  // namespace

Result<void> LocalPeer::call(std::string_view message) {
  const Text doing = text("send to", "发送到");
  const Fd folder(open_retry(".", O_PATH | O_DIRECTORY));
  if (!folder.valid()) return fail_errno(errno, text("open", "打开"), ".");
  const std::array<int, kStreams> fds = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, folder.get()};
  uint32_t size = static_cast<uint32_t>(message.size());
  iovec piece{.iov_base = &size, .iov_len = sizeof size};
  Control control{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof control.bytes;
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof fds);
  std::memcpy(CMSG_DATA(rights), fds.data(), sizeof fds);
  if (::sendmsg(fd_.get(), &header, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof size))
    return fail_errno(errno, doing, "socket");
  while (!message.empty()) {
    const ssize_t sent = ::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return fail_errno(errno, doing, "socket");
    message.remove_prefix(static_cast<size_t>(sent));
  }
  return {};
}

Result<std::string> LocalPeer::receive(Streams& streams, const CancelToken& cancel) {
  uint32_t size = 0;
  std::string message;
  bool sized = false;
  while (!sized || message.size() < size) {
    if (cancel.cancelled()) return fail_cancelled();
    const int ready = wait_readable(fd_.get(), kPollMs);
    if (ready == 0) continue;
    std::array<char, 4096> buffer;
    Control control{};
    iovec piece{.iov_base = sized ? static_cast<void*>(buffer.data()) : &size,
                .iov_len = sized ? std::min(buffer.size(), size - message.size()) : sizeof size};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    const ssize_t got = ready < 0 ? 0 : ::recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || (!sized && got != static_cast<ssize_t>(sizeof size)))
      return fail(Errc::corrupt, text("the caller left in the middle", "调用方中途断开"));
    if (!sized) take_streams(header, streams);
    if (sized) message.append(buffer.data(), static_cast<size_t>(got));
    sized = true;
    if (size > kMessageBytes) return fail(Errc::refused, text("the call is too long", "调用内容过长"));
  }
  if (!streams.folder.valid())
    return fail(Errc::corrupt, text("the caller handed over no streams", "调用方没有交出标准流"));
  return message;
}

bool LocalPeer::send_byte(unsigned char byte) { return ::send(fd_.get(), &byte, 1, MSG_NOSIGNAL) == 1; }

std::optional<int> LocalPeer::receive_byte(int timeout_ms) {
  const int ready = wait_readable(fd_.get(), timeout_ms);
  if (ready == 0) return {};
  unsigned char byte = 0;
  if (ready < 0 || ::recv(fd_.get(), &byte, 1, 0) != 1) return -1;
  return byte;
}

Result<LocalListener> LocalListener::listen(const Path& folder, const std::string& name) {
  const Text doing = text("listen at", "监听");
  const Path path = folder / name;
  const Address address = TRY(address_of(folder, name, doing));
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fail_errno(errno, doing, path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno(errno, doing, path);
  // Nobody else may connect in the moment before its mode is set: the mode is that of the descriptor.
  if (::fchmod(fd.get(), 0600) != 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.name), sizeof address.name) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(fd.get(), kBacklog) != 0)
    return fail_errno(errno, doing, path);
  return LocalListener(std::move(fd), path);
}

LocalListener::~LocalListener() {
  if (fd_.valid()) ::unlink(path_.c_str());
}

Result<LocalPeer> LocalListener::accept(const CancelToken& cancel) {
  while (!cancel.cancelled()) {
    if (wait_readable(fd_.get(), kPollMs) <= 0) continue;
    Fd peer(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (peer.valid() && same_user(peer.get())) return LocalPeer(std::move(peer));
  }
  return fail_cancelled();
}

Result<LocalPeer> connect_local(const Path& folder, const std::string& name) {
  const Text doing = text("connect to", "连接");
  const auto address = address_of(folder, name, doing);
  const auto nobody = [&] {
    return fail(Errc::not_found, text("no server owns {}", "没有服务器占用 {}", folder.string()));
  };
  if (!address) return nobody();
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fail_errno(errno, doing, folder / name);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address->name), sizeof address->name) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) return nobody();
    return fail_errno(errno, doing, folder / name);
  }
  if (!same_user(fd.get())) return fail_errno(EACCES, doing, folder / name);
  return LocalPeer(std::move(fd));
}

Result<void> enter_folder(const Fd& folder) {
  if (::unshare(CLONE_FS) != 0 || ::fchdir(folder.get()) != 0)
    return fail_errno(errno, text("enter", "进入"), "folder");
  return {};
}

}  // namespace cvp::sys
