#include "sys/home_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "sys/fd.h"
#include "sys/os_error.h"

namespace cvp::sys {
namespace {

std::string describe_self(const std::string& verb, const Clock& clock) {
  const std::time_t now = clock.unix_seconds();
  std::tm local{};
  ::localtime_r(&now, &local);
  char when[32];
  std::strftime(when, sizeof when, "%F %T", &local);
  return fmt::format("cvp {}, pid {}, {}", verb, ::getpid(), when);
}

std::string read_owner(int fd) {
  char buffer[256];
  const ssize_t n = ::pread(fd, buffer, sizeof buffer, 0);
  std::string owner(buffer, n > 0 ? static_cast<size_t>(n) : 0);
  while (!owner.empty() && owner.back() == '\n') owner.pop_back();
  return owner.empty() ? "?" : owner;
}

std::unexpected<Error> fail_busy(const Path& home, const std::string& owner) {
  return fail(Errc::busy,
              text("{} is in use by another process: {}", "{} 正被另一个进程使用：{}", home.string(), owner),
              text("wait until it has finished, or end it; another home can be chosen with $CVP_HOME",
                   "请等它结束，或先结束它；也可以用 $CVP_HOME 另选一个文件夹"));
}

/// Whatever the reason, the home cannot be used now.
std::unexpected<Error> fail_home(const Path& home, const Error& why) {
  return fail(Errc::unavailable,
              text("the home {} cannot be used: {}", "无法使用数据文件夹 {}：{}", home.string(), why.message),
              text("make it writable, or choose another folder with $CVP_HOME",
                   "请确保该文件夹可写，或用 $CVP_HOME 另选一个文件夹"));
}

}  // namespace

Result<HomeLock> HomeLock::acquire(const Path& home, const std::string& verb,
                                   std::chrono::milliseconds patience, const Clock& clock,
                                   const CancelToken& cancel,
                                   const std::function<void(const std::string& owner)>& on_wait) {
  const Path path = home / "lock";
  if (auto made = make_folders(home); !made) return fail_home(home, made.error());
  // The file stays for ever: removing it would let two processes hold locks on two files of one name.
  Fd fd(open_retry(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  if (!fd.valid()) return fail_home(home, fail_errno(errno, text("write", "写入"), path).error());
  const double give_up = clock.steady_ms() + static_cast<double>(patience.count());
  bool said = false;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return fail_errno(errno, text("lock", "锁定"), path);
    if (cancel.cancelled()) return fail_cancelled();
    const std::string owner = read_owner(fd.get());
    if (clock.steady_ms() >= give_up) return fail_busy(home, owner);
    if (!said && on_wait) on_wait(owner);
    said = true;
    clock.sleep_for(std::chrono::milliseconds(50));
  }
  const std::string self = describe_self(verb, clock) + "\n";
  // The text only informs; a full disk must not stop verbs that free space.
  if (::ftruncate(fd.get(), 0) == 0) write_all(fd.get(), self);
  return HomeLock(fd.release());
}

HomeLock::~HomeLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace cvp::sys
