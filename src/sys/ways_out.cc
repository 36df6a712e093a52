#include "sys/ways_out.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>

#include "sys/child_handle.h"
#include "sys/local_socket.h"
#include "sys/offline.h"
#include "sys/os_error.h"

namespace cvp::sys {
namespace {

constexpr const char* kNobody4 = "192.0.2.1";
constexpr const char* kNobody6 = "2001:db8::1";
constexpr const char* kNobodysDns = "192.0.2.53";
constexpr const char* kName = "example.com";
constexpr const char* kOtherProgram = "/run/dbus/system_bus_socket";
constexpr uint16_t kHttps = 443, kDns = 53;
constexpr std::chrono::seconds kChildTime{30};
constexpr off_t kChildBytes = 64 << 10;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Address address4(const char* digits, uint16_t port) {
  Address out{.size = sizeof(sockaddr_in)};
  sockaddr_in inet{.sin_family = AF_INET, .sin_port = htons(port)};
  ::inet_pton(AF_INET, digits, &inet.sin_addr);
  std::memcpy(&out.storage, &inet, sizeof inet);
  return out;
}

Address address6(const char* digits, uint16_t port) {
  Address out{.size = sizeof(sockaddr_in6)};
  sockaddr_in6 inet{.sin6_family = AF_INET6, .sin6_port = htons(port)};
  ::inet_pton(AF_INET6, digits, &inet.sin6_addr);
  std::memcpy(&out.storage, &inet, sizeof inet);
  return out;
}

Address address_local(const char* path) {
  Address out{.size = sizeof(sockaddr_un)};
  sockaddr_un local{.sun_family = AF_UNIX};
  std::strncpy(local.sun_path, path, sizeof local.sun_path - 1);
  std::memcpy(&out.storage, &local, sizeof local);
  return out;
}

/// 0 or an errno, here and below.
int error_of(long result) { return result < 0 ? errno : 0; }

Fd new_socket(int domain, int type, int protocol = 0) {
  return Fd(::socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

int try_socket(int domain, int type, int protocol = 0) {
  return error_of(new_socket(domain, type, protocol).get());
}

/// Where the socket can be made; a connection under way counts as not refused.
int try_connect(int domain, const Address& to) {
  const Fd fd = new_socket(domain, SOCK_STREAM);
  return fd.valid() ? error_of(::connect(fd.get(), to.get(), to.size)) : errno;
}

int try_send(int domain, const Address& to) {
  const Fd fd = new_socket(domain, SOCK_DGRAM);
  return fd.valid() ? error_of(::sendto(fd.get(), "?", 1, MSG_NOSIGNAL, to.get(), to.size)) : errno;
}

int try_fast_open(int fd, const Address& to) {
  iovec piece{.iov_base = const_cast<char*>("?"), .iov_len = 1};
  msghdr header{};
  header.msg_name = const_cast<sockaddr*>(to.get());
  header.msg_namelen = to.size;
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  return error_of(::sendmsg(fd, &header, MSG_FASTOPEN | MSG_NOSIGNAL));
}

/// Each family but UNIX: the first that is not refused decides.
int try_other_families() {
  constexpr int kFamilies = 64;
  for (int family = 1; family < kFamilies; ++family) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET}) {
      if (family == AF_UNIX) continue;
      if (const int error = try_socket(family, type); error != EPERM && error != EACCES) return error;
    }
  }
  return EPERM;
}

/// Through the system's own resolver, with all that it may ask: files, DNS, systemd-resolved, nscd. The
/// result of getaddrinfo(3).
int try_name() {
  addrinfo* found = nullptr;
  const int result = ::getaddrinfo(kName, "443", nullptr, &found);
  if (result == 0) ::freeaddrinfo(found);
  return result;
}

std::string errno_name(int error) {
  if (error == 0) return "open";
  const char* name = ::strerrorname_np(error);
  return name != nullptr ? name : std::to_string(error);
}

struct Outcome {
  std::string answer;
  bool refused = false;
};

Outcome of_errno(int error) {
  return {.answer = errno_name(error), .refused = error == EPERM || error == EACCES};
}

/// The resolver gives its own reasons, so that any failure counts.
Outcome of_resolver(int result) {
  if (result == EAI_AGAIN) return {.answer = "EAI_AGAIN", .refused = true};
  if (result == EAI_NONAME) return {.answer = "EAI_NONAME", .refused = true};
  if (result == EAI_SYSTEM) return {.answer = errno_name(errno), .refused = true};
  return {.answer = result == 0 ? "open" : fmt::format("EAI {}", result), .refused = result != 0};
}

struct Trial {
  const char* name;
  Text what;
  std::function<Outcome()> run;
};

std::vector<Trial> network_trials(int tcp_socket) {
  return {
      {"tcp4", text("TCP to {} port {}", "TCP 连接 {} 端口 {}", kNobody4, kHttps),
       [] { return of_errno(try_connect(AF_INET, address4(kNobody4, kHttps))); }},
      {"tcp6", text("TCP to {} port {}", "TCP 连接 {} 端口 {}", kNobody6, kHttps),
       [] { return of_errno(try_connect(AF_INET6, address6(kNobody6, kHttps))); }},
      {"udp4", text("UDP to {} port {}", "UDP 发送到 {} 端口 {}", kNobodysDns, kDns),
       [] { return of_errno(try_send(AF_INET, address4(kNobodysDns, kDns))); }},
      {"udp6", text("UDP to {} port {}", "UDP 发送到 {} 端口 {}", kNobody6, kDns),
       [] { return of_errno(try_send(AF_INET6, address6(kNobody6, kDns))); }},
      {"raw", text("raw IP (ICMP)", "原始 IP 套接字（ICMP）"),
       [] { return of_errno(try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }},
      {"packet", text("network packets (AF_PACKET)", "网络数据包（AF_PACKET）"),
       [] { return of_errno(try_socket(AF_PACKET, SOCK_RAW)); }},
      {"netlink", text("the kernel's network settings (netlink)", "内核网络设置（netlink）"),
       [] { return of_errno(try_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)); }},
      {"vsock", text("the host of a virtual machine (vsock)", "虚拟机的宿主机（vsock）"),
       [] { return of_errno(try_socket(AF_VSOCK, SOCK_STREAM)); }},
      {"families", text("every other kind of socket", "其他所有类型的套接字"),
       [] { return of_errno(try_other_families()); }},
      {"connect-older", text("TCP through a socket made before", "用此前创建的套接字建立 TCP 连接"),
       [tcp_socket] {
         const Address to = address4(kNobody4, kHttps);
         return of_errno(error_of(::connect(tcp_socket, to.get(), to.size)));
       }},
      {"fast-open-older",
       text("TCP Fast Open through a socket made before", "用此前创建的套接字进行 TCP Fast Open"),
       [tcp_socket] { return of_errno(try_fast_open(tcp_socket, address4(kNobody4, kHttps))); }},
  };
}

/// Others that would send for us, and ways around the filter.
std::vector<Trial> detour_trials() {
  return {
      {"name", text("looking up the name {}", "解析域名 {}", kName), [] { return of_resolver(try_name()); }},
      {"unix-stream", text("another program's UNIX socket (D-Bus)", "其他程序的 UNIX 套接字（D-Bus）"),
       [] { return of_errno(try_connect(AF_UNIX, address_local(kOtherProgram))); }},
      {"unix-datagram", text("a UNIX datagram socket (system log)", "UNIX 数据报套接字（系统日志）"),
       [] { return of_errno(try_socket(AF_UNIX, SOCK_DGRAM)); }},
      {"key-request", text("a name lookup by the kernel (request_key)", "由内核解析域名（request_key）"),
       [] { return of_errno(error_of(::syscall(SYS_request_key, "dns_resolver", kName, nullptr, 0))); }},
      {"io-uring", text("sockets by io_uring", "通过 io_uring 使用套接字"),
       [] {
         constexpr long kSetup = 425;
         return of_errno(error_of(::syscall(kSetup, 1, nullptr)));
       }},
      {"take-descriptor",
       text("another process's descriptors (pidfd_getfd)", "取用其他进程的描述符（pidfd_getfd）"),
       [] {
         constexpr long kGetFd = 438;
         return of_errno(error_of(::syscall(kGetFd, -1, 0, 0)));
       }},
      {"trace", text("another process's memory (ptrace)", "读写其他进程的内存（ptrace）"),
       [] { return of_errno(error_of(::syscall(SYS_ptrace, PTRACE_PEEKDATA, 0, nullptr, nullptr))); }},
      {"namespace", text("a network namespace of its own", "新建网络命名空间"),
       [] { return of_errno(error_of(::unshare(CLONE_NEWUSER | CLONE_NEWNET))); }},
  };
}

std::vector<Trial> all_trials(int tcp_socket) {
  std::vector<Trial> all = network_trials(tcp_socket);
  for (Trial& trial : detour_trials()) all.push_back(std::move(trial));
  return all;
}

/// What the child wrote: lines of a name, an answer and whether it was refused, in the order of `expected`.
Result<std::vector<WayOut>> read_outcomes(std::string_view lines, std::vector<WayOut> expected) {
  for (WayOut& way : expected) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const size_t first = line.find('\t'), second = line.rfind('\t');
    if (first == line.npos || first == second || line.substr(0, first) != way.name)
      return fail(Errc::failed,
                  text("the child said something else than what it tried", "子进程没有如实报告它的尝试"));
    way.answer = line.substr(first + 1, second - first - 1);
    way.refused = line.substr(second + 1) == "refused";
  }
  return expected;
}

}  // namespace

std::vector<WayOut> try_ways_out(int tcp_socket) {
  std::vector<WayOut> out;
  for (const Trial& trial : all_trials(tcp_socket)) {
    const Outcome outcome = trial.run();
    out.push_back(
        {.name = trial.name, .what = trial.what, .answer = outcome.answer, .refused = outcome.refused});
  }
  return out;
}

WayOut try_helper() {
  WayOut out{
      .name = "helper",
      .what = text("the helper to a program that cvp did not start", "辅助进程连接并非由 cvp 启动的程序"),
      .answer = "no socket"};
  const auto folder = TempFolder::create();
  if (!folder) return out;
  // This process itself is none of its children.
  const auto listener = LocalListener::listen(folder->path(), "s");
  if (!listener) return out;
  const auto connected = connect_while_offline((folder->path() / "s").string());
  out.answer = errno_name(connected.error);
  out.refused = connected.error == EACCES;
  return out;
}

Result<std::vector<WayOut>> try_ways_out_in_child(const SpawnOptions& child, int tcp_socket) {
  const Text doing = text("start", "启动");
  Fd memory(::memfd_create("cvp-ways-out", MFD_CLOEXEC));
  Fd input(tcp_socket >= 0 ? ::fcntl(tcp_socket, F_DUPFD_CLOEXEC, 0) : open_retry("/dev/null", O_RDONLY));
  Fd output(::fcntl(memory.get(), F_DUPFD_CLOEXEC, 0)), errors(open_retry("/dev/null", O_WRONLY));
  if (!memory.valid() || !input.valid() || !output.valid() || !errors.valid())
    return fail_errno(errno, doing, child.argv.front());
  const ChildHandle started = TRY(start_child(child, std::move(input), std::move(output), std::move(errors)));
  const bool ended = started.wait_ended(kChildTime);
  const int status = started.reap();
  if (!ended || status != 0)
    return fail(Errc::failed, text("the child that was to try the ways out ended with status {}",
                                   "用于尝试外连的子进程退出状态为 {}", status));
  const off_t bytes = std::clamp<off_t>(::lseek(memory.get(), 0, SEEK_END), 0, kChildBytes);
  std::string lines(static_cast<size_t>(bytes), '\0');
  if (::pread(memory.get(), lines.data(), lines.size(), 0) != bytes) return fail_errno(errno, doing, "memfd");
  std::vector<WayOut> expected;
  for (const Trial& trial : all_trials(-1)) expected.push_back({.name = trial.name, .what = trial.what});
  return read_outcomes(lines, std::move(expected));
}

int ways_out_child_main() {
  std::string lines;
  for (const WayOut& way : try_ways_out(STDIN_FILENO))
    lines += fmt::format("{}\t{}\t{}\n", way.name, way.answer, way.refused ? "refused" : "open");
  return write_all(STDOUT_FILENO, lines) == 0 ? 0 : 1;
}

}  // namespace cvp::sys
