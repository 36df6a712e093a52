#include "sys/connect_helper.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>

#include "sys/os_error.h"
#include "sys/prepared_sandbox.h"
#include "sys/service_manager.h"

namespace cvp::sys {
namespace {

constexpr char kConnect = 'c', kTell = 't';
constexpr size_t kRequestBytes = 4096;
constexpr int kChannel = 3;              // in the helper
constexpr time_t kPatienceSeconds = 10;  // for an answer, which needs neither disk nor network

using Connected = ConnectHelper::Connected;

union Control {
  cmsghdr align;
  char bytes[CMSG_SPACE(sizeof(int))];
};

/// An errno, and the descriptor where it is 0.
bool send_answer(int channel, const Connected& answer) {
  iovec piece{.iov_base = const_cast<int*>(&answer.error), .iov_len = sizeof answer.error};
  Control control{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  if (answer.fd.valid()) {
    const int fd = answer.fd.get();
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  ssize_t sent;
  do {
    sent = ::sendmsg(channel, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof answer.error);
}

/// An invalid descriptor and an errno where the channel is of no more use.
Connected receive_answer(int channel) {
  Connected answer;
  iovec piece{.iov_base = &answer.error, .iov_len = sizeof answer.error};
  Control control{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof control.bytes;
  ssize_t got;
  do {
    got = ::recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return {.error = errno == EAGAIN ? ETIMEDOUT : EPIPE};
  if (got != static_cast<ssize_t>(sizeof answer.error)) return {.error = EPIPE};
  const cmsghdr* rights = CMSG_FIRSTHDR(&header);
  if (rights != nullptr && rights->cmsg_type == SCM_RIGHTS && rights->cmsg_len == CMSG_LEN(sizeof(int))) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
    answer.fd = Fd(fd);
  }
  return answer;
}

/// 0 where it cannot be known.
pid_t parent_of(pid_t pid) {
  const std::string stat = read_file(fmt::format("/proc/{}/stat", pid), 1 << 16).value_or("");
  // "17 (name) S 5 …"; the name may itself have parentheses.
  const size_t name_end = stat.rfind(')');
  constexpr size_t kToParent = 4;
  if (name_end == stat.npos || name_end + kToParent >= stat.size()) return 0;
  pid_t parent = 0;
  std::from_chars(stat.data() + name_end + kToParent, stat.data() + stat.size(), parent);
  return parent;
}

bool is_descendant(pid_t pid, pid_t ancestor) {
  constexpr int kGenerations = 32;
  for (int i = 0; i < kGenerations && pid > 1; ++i) {
    pid = parent_of(pid);
    if (pid == ancestor) return true;
  }
  return false;
}

Connected connect_to_descendant(std::string_view path, pid_t owner) {
  sockaddr_un name{.sun_family = AF_UNIX};
  if (!path.starts_with('/') || path.size() >= sizeof name.sun_path) return {.error = EINVAL};
  std::memcpy(name.sun_path, path.data(), path.size());
  // Services of others are not even woken up.
  struct stat info {};
  if (::stat(name.sun_path, &info) != 0) return {.error = errno};
  if (info.st_uid != ::geteuid()) return {.error = EACCES};
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return {.error = errno};
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    return {.error = errno};
  ucred listener{};
  socklen_t size = sizeof listener;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0) return {.error = errno};
  if (!is_descendant(listener.pid, owner)) return {.error = EACCES};
  return {.fd = std::move(fd)};
}

/// Nothing of the server stays: no descriptor but the channel, no folder, no terminal, and no way to look at
/// what was copied. 0 or an errno.
int leave_everything(pid_t owner) {
  ::prctl(PR_SET_NAME, "cvp-connect");
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0) return errno;
  if (::getppid() != owner) return ESRCH;
  // It ends when the server does, which may still have answers to finish.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(number, SIG_IGN);
  const int nothing = ::open("/dev/null", O_RDWR);
  if (nothing < 0 || ::chdir("/") != 0) return errno;
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(nothing, stream) < 0) return errno;
  }
  return ::syscall(SYS_close_range, static_cast<unsigned>(kChannel + 1), ~0u, 0u) == 0 ? 0 : errno;
}

[[noreturn]] void help(pid_t owner) {
  std::array<char, kRequestBytes> request;
  for (;;) {  // until the server has closed its end
    const ssize_t size = ::recv(kChannel, request.data(), request.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) ::_exit(0);
    const std::string_view what(request.data() + 1, static_cast<size_t>(size) - 1);
    Connected answer;
    if (request[0] == kConnect) answer = connect_to_descendant(what, owner);
    if (request[0] == kTell) tell_service_manager(what);
    if (!send_answer(kChannel, answer)) ::_exit(0);
  }
}

}  // namespace

Result<std::unique_ptr<ConnectHelper>> ConnectHelper::start(const std::vector<sock_filter>& filter) {
  const auto failed = [](int error) {
    return fail(Errc::failed,
                text("cannot start the helper for connections to the engine: {}",
                     "无法启动用于连接引擎的辅助进程：{}", errno_text(error)),
                text("Linux 5.9 or newer is needed", "需要 Linux 5.9 或更高版本"));
  };
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return failed(errno);
  Fd ours(ends[0]), its(ends[1]);
  const timeval patience{.tv_sec = kPatienceSeconds, .tv_usec = 0};
  ::setsockopt(ours.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const pid_t owner = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return failed(errno);
  if (pid == 0) {
    if (::dup2(its.get(), kChannel) < 0) ::_exit(1);
    int error = leave_everything(owner);
    if (error == 0) error = load_filter(filter, 0);
    if (!send_answer(kChannel, {.error = error}) || error != 0) ::_exit(1);
    help(owner);
  }
  its.reset();
  std::unique_ptr<ConnectHelper> helper(new ConnectHelper(std::move(ours), pid));
  if (const Connected ready = receive_answer(helper->channel_.get()); ready.error != 0)
    return failed(ready.error);
  return helper;
}

Connected ConnectHelper::ask(char kind, std::string_view what) {
  if (what.size() >= kRequestBytes) return {.error = ENAMETOOLONG};
  const std::string request = kind + std::string(what);
  const std::lock_guard lock(mutex_);
  if (!channel_.valid()) return {.error = EPIPE};
  Connected answer;
  if (::send(channel_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    answer.error = EPIPE;
  } else {
    answer = receive_answer(channel_.get());
  }
  // An answer that comes too late must not be taken for the next one's.
  if (answer.error == ETIMEDOUT || answer.error == EPIPE) channel_.reset();
  return answer;
}

Connected ConnectHelper::connect(std::string_view socket) { return ask(kConnect, socket); }

void ConnectHelper::tell_service_manager(std::string_view state) { ask(kTell, state); }

}  // namespace cvp::sys
