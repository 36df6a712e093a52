#include "sys/offline.h"

#include <arpa/inet.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/un.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "sys/os_error.h"
#include "sys/prepared_sandbox.h"
#include "sys/sha256.h"

namespace cvp::sys {
namespace {

constexpr size_t kStatusBytes = 1 << 16;

/// One for the process, whose filter is for ever too. Never destroyed: threads may still ask it.
std::atomic<ConnectHelper*> helper = nullptr;

int option_of(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(fd, SOL_SOCKET, name, &value, &size);
  return value;
}

/// "127.0.0.1:8080", "[::1]:8080", a path, or "" where a socket has no name.
std::string address_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> digits{};
  if (storage.ss_family == AF_INET) {
    const auto& inet = reinterpret_cast<const sockaddr_in&>(storage);
    ::inet_ntop(AF_INET, &inet.sin_addr, digits.data(), digits.size());
    return fmt::format("{}:{}", digits.data(), ntohs(inet.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    const auto& inet = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &inet.sin6_addr, digits.data(), digits.size());
    return fmt::format("[{}]:{}", digits.data(), ntohs(inet.sin6_port));
  }
  const auto& local = reinterpret_cast<const sockaddr_un&>(storage);
  const size_t begin = offsetof(sockaddr_un, sun_path);
  return size > begin ? std::string(local.sun_path, ::strnlen(local.sun_path, size - begin)) : std::string();
}

Text stream_name(int fd) {
  if (fd == STDIN_FILENO) return text("standard input", "标准输入");
  if (fd == STDOUT_FILENO) return text("standard output", "标准输出");
  if (fd == STDERR_FILENO) return text("standard error", "标准错误");
  return text("descriptor {}", "{} 号描述符", fd);
}

std::unexpected<Error> fail_open_connection(const Text& what) {
  return fail(
      Errc::refused,
      text("cvp was started with a connection that it could send through: {}",
           "cvp 启动时已带有可用来发送数据的连接：{}", what),
      text("start it from a terminal, or with the systemd unit", "请从终端启动，或使用 systemd 单元"));
}

/// What an open socket is, where nothing can be sent through it but answers, and words to whoever started us.
Result<Text> judge_socket(int fd) {
  const int domain = option_of(fd, SO_DOMAIN), type = option_of(fd, SO_TYPE);
  const bool local = domain == AF_UNIX, inet = domain == AF_INET || domain == AF_INET6;
  const bool stream = type == SOCK_STREAM || (local && type == SOCK_SEQPACKET);
  const Text name = stream_name(fd);
  if ((local || inet) && stream && option_of(fd, SO_ACCEPTCONN) == 1) {
    return inet ? text("{} accepts connections at {}", "{}在 {} 接受连接", name, address_of(fd))
                : text("{} accepts connections of this machine's programs at {}",
                       "{}在 {} 接受本机程序的连接", name, address_of(fd));
  }
  if (local && stream && fd <= STDERR_FILENO)
    return text("{} is connected to another program of this machine, for example the journal",
                "{}连接到本机的另一个程序（例如系统日志）", name);
  if (local) return fail_open_connection(text("{}, a UNIX socket", "{}（UNIX 套接字）", name));
  return fail_open_connection(text("{}, a network socket", "{}（网络套接字）", name));
}

/// Every open socket, each judged.
Result<std::vector<Text>> judge_descriptors() {
  std::vector<int> descriptors;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    descriptors.push_back(fd);
  }
  if (error) return fail_errno(error.value(), text("read", "读取"), "/proc/self/fd");
  std::sort(descriptors.begin(), descriptors.end());
  std::vector<Text> out;
  for (const int fd : descriptors) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) continue;  // that of the listing itself
    if (S_ISSOCK(info.st_mode)) out.push_back(TRY(judge_socket(fd)));
    const Path target = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd), error);
    if (target == "anon_inode:[io_uring]")
      return fail_open_connection(text("{}, an io_uring", "{}（io_uring）", stream_name(fd)));
  }
  return out;
}

/// The value of a line "NAME:\tVALUE"; "" where there is none.
std::string status_field(std::string_view status, const std::string& name) {
  const std::string begin = "\n" + name + ":\t";
  const size_t at = status.find(begin);
  if (at == status.npos) return {};
  const std::string_view value = status.substr(at + begin.size());
  return std::string(value.substr(0, value.find('\n')));
}

std::string read_status(const std::string& of) {
  return read_file("/proc/" + of + "/status", kStatusBytes).value_or(std::string());
}

/// Before the filter: names of accounts may come from a service.
OfflineFacts look_around() {
  OfflineFacts facts;
  utsname names{};
  if (::uname(&names) == 0) {
    facts.system = fmt::format("{} {} {}", names.sysname, names.release, names.machine);
    facts.machine = names.nodename;
  }
  const uid_t uid = ::geteuid();
  const passwd* user = ::getpwuid(uid);
  facts.account = fmt::format("{} (uid {})", user != nullptr ? user->pw_name : "?", uid);
  const std::string capabilities = status_field(read_status("self"), "CapPrm");
  facts.privileged = uid == 0 || capabilities.find_first_not_of('0') != capabilities.npos;
  return facts;
}

std::unexpected<Error> fail_filter(int error) {
  return fail(Errc::failed,
              text("the kernel does not take the filter that keeps cvp offline: {}",
                   "内核不接受使 cvp 保持离线的过滤器：{}", errno_text(error)),
              text("the kernel, or the container around cvp, must allow seccomp filters",
                   "内核（以及 cvp 所在的容器）必须允许使用 seccomp 过滤器"));
}

}  // namespace

Result<OfflineFacts> go_offline() {
  OfflineFacts facts = look_around();
  facts.sockets = TRY(judge_descriptors());
  facts.older_socket = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto filter = TRY(offline_filter(OfflinePart::server));
  facts.filter_instructions = filter.size();
  facts.filter_sha256 =
      sha256_hex({reinterpret_cast<const char*>(filter.data()), filter.size() * sizeof filter.front()});
  auto started = TRY(ConnectHelper::start(TRY(offline_filter(OfflinePart::connect_helper))));
  facts.helper_pid = started->pid();
  if (const int error = load_filter(filter, SECCOMP_FILTER_FLAG_TSYNC); error != 0) return fail_filter(error);
  helper = started.release();
  return facts;
}

bool is_offline() { return helper != nullptr; }

std::unexpected<Error> fail_offline(const Text& what, Text hint) {
  return fail(Errc::refused,
              text("{}: the server was started with --prove-offline and makes no connections",
                   "{}：服务器以 --prove-offline 启动，不发起任何连接", what),
              std::move(hint));
}

ConnectHelper::Connected connect_while_offline(std::string_view socket) {
  return helper.load()->connect(socket);
}

void tell_service_manager_while_offline(std::string_view state) {
  helper.load()->tell_service_manager(state);
}

ThreadCount count_filtered_threads() {
  ThreadCount out;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/task", error), end; !error && at != end;
       at.increment(error)) {
    const std::string status = read_status("self/task/" + at->path().filename().string());
    const bool filtered = status_field(status, "Seccomp") == "2" && status_field(status, "NoNewPrivs") == "1";
    ++out.all;
    if (filtered) ++out.filtered;
  }
  return out;
}

bool may_be_remote(const Path& path) {
  // statfs(2) names them; the C library's headers do not.
  constexpr uint32_t kRemote[] = {0x6969 /* NFS */,      0x517B /* SMB */,        0xFE534D42 /* SMB 2 */,
                                  0xFF534D42 /* CIFS */, 0x01021997 /* 9P */,     0x00C36400 /* Ceph */,
                                  0x5346414F /* AFS */,  0x0BD00BD0 /* Lustre */, 0x65735546 /* FUSE */};
  struct statfs info {};
  if (::statfs(path.c_str(), &info) != 0) return true;
  return std::find(std::begin(kRemote), std::end(kRemote), static_cast<uint32_t>(info.f_type)) !=
         std::end(kRemote);
}

}  // namespace cvp::sys
