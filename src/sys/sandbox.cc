#include "sys/sandbox.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sys/os_error.h"
#include "sys/prepared_sandbox.h"

namespace cvp::sys {
namespace {

int set_limit(int resource, uint64_t value, uint64_t hard) {
  const rlimit limit{.rlim_cur = value, .rlim_max = hard};
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 ? 0 : errno;
}

}  // namespace

int PreparedSandbox::apply() const {
  int error = set_limit(RLIMIT_CORE, 0, 0);
  if (error == 0 && memory_bytes != 0) error = set_limit(RLIMIT_AS, memory_bytes, memory_bytes);
  // At the soft limit SIGXCPU, which tells the parent why; a second later SIGKILL.
  if (error == 0 && cpu_seconds != 0) error = set_limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + uint64_t{1});
  if (error != 0) return error;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (landlock_rules.valid() && ::syscall(SYS_landlock_restrict_self, landlock_rules.get(), 0) != 0)
    return errno;
  return load_filter(filter, 0);
}

int load_filter(const std::vector<sock_filter>& filter, unsigned flags) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                           .filter = const_cast<sock_filter*>(filter.data())};
  const long result = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  // Above 0: a thread that has filters of its own.
  return result == 0 ? 0 : result > 0 ? ESRCH : errno;
}

Result<PreparedSandbox> prepare_sandbox(const Sandbox& sandbox) {
  PreparedSandbox prepared{.memory_bytes = sandbox.memory_bytes, .cpu_seconds = sandbox.cpu_seconds};
  prepared.landlock_rules = TRY(landlock_rules(sandbox));
  prepared.filter = TRY(seccomp_filter(sandbox, landlock_abi()));
  return prepared;
}

Result<void> enter_sandbox(const Sandbox& sandbox) {
  const PreparedSandbox prepared = TRY(prepare_sandbox(sandbox));
  if (const int error = prepared.apply(); error != 0) {
    return fail(Errc::failed, text("cannot enter the sandbox: {}", "无法进入沙箱：{}", errno_text(error)),
                text("the kernel must allow seccomp filters", "内核必须允许使用 seccomp 过滤器"));
  }
  return {};
}

}  // namespace cvp::sys
