// The seccomp filters: everything is allowed except what no parser needs, or what no server needs that shall
// stay offline. They are built before the fork and only loaded after it, because libseccomp allocates.
// Foreign system call tables (i386, x32) end the process: libseccomp's default.
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "sys/os_error.h"
#include "sys/prepared_sandbox.h"

namespace cvp::sys {
namespace {

constexpr uint32_t kDeny = SCMP_ACT_ERRNO(EPERM);
// glibc falls back to the older call, whose flags a filter can see.
constexpr uint32_t kPretendMissing = SCMP_ACT_ERRNO(ENOSYS);
// The call returns 0 and nothing was done.
constexpr uint32_t kPretendDone = SCMP_ACT_ERRNO(0);

// By name, since a name that this architecture or library does not know is simply skipped.
constexpr const char* kNeverNeeded[] = {"ptrace",
                                        "process_vm_readv",
                                        "process_vm_writev",
                                        "process_madvise",
                                        "kcmp",
                                        "pidfd_getfd",
                                        "mount",
                                        "umount2",
                                        "pivot_root",
                                        "chroot",
                                        "move_mount",
                                        "open_tree",
                                        "fsopen",
                                        "fsconfig",
                                        "fsmount",
                                        "fspick",
                                        "mount_setattr",
                                        "bpf",
                                        "perf_event_open",
                                        "keyctl",
                                        "add_key",
                                        "request_key",
                                        "kexec_load",
                                        "kexec_file_load",
                                        "init_module",
                                        "finit_module",
                                        "delete_module",
                                        "reboot",
                                        "swapon",
                                        "swapoff",
                                        "acct",
                                        "quotactl",
                                        "quotactl_fd",
                                        "settimeofday",
                                        "clock_settime",
                                        "clock_adjtime",
                                        "adjtimex",
                                        "setns",
                                        "userfaultfd",
                                        "iopl",
                                        "ioperm",
                                        "personality",
                                        "lookup_dcookie",
                                        "vhangup",
                                        "sethostname",
                                        "setdomainname",
                                        "syslog",
                                        "open_by_handle_at",
                                        "name_to_handle_at",
                                        "fanotify_init",
                                        "io_uring_setup",
                                        "io_uring_enter",
                                        "io_uring_register",
                                        "memfd_secret",
                                        "move_pages",
                                        "migrate_pages",
                                        "modify_ldt",
                                        "uselib"};
// From this version Landlock confines signals to the sandbox's own children; before, none may be sent.
constexpr int kScopedSignalsAbi = 6;
constexpr const char* kNetwork[] = {"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"};
constexpr const char* kSignals[] = {
    "kill", "tkill", "tgkill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo"};
// Changes of files that Landlock does not see.
constexpr const char* kFileFacts[] = {"truncate",  "chmod",       "fchmod",       "fchmodat",     "chown",
                                      "fchown",    "lchown",      "fchownat",     "setxattr",     "lsetxattr",
                                      "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "utime",
                                      "utimes",    "utimensat",   "futimesat"};
// Newer than many a libseccomp; from 424 on a call has one number on all architectures.
constexpr int kNewFileFacts[] = {452 /* fchmodat2 */, 463 /* setxattrat */, 466 /* removexattrat */,
                                 469 /* file_setattr */};
constexpr int kOpenTreeAttr = 467;
constexpr const char* kNames[] = {"creat",     "unlink",  "unlinkat",  "rename", "renameat",
                                  "renameat2", "mkdir",   "mkdirat",   "rmdir",  "link",
                                  "linkat",    "symlink", "symlinkat", "mknod",  "mknodat"};
constexpr uint64_t kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

struct FilterCloser {
  void operator()(void* context) const { seccomp_release(context); }
};

class FilterBuilder {
 public:
  bool start() {
    context_.reset(seccomp_init(SCMP_ACT_ALLOW));
    return context_ != nullptr;
  }
  void deny(const char* name, uint32_t action = kDeny) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR) deny(number, action);
  }
  void deny(int number, uint32_t action = kDeny) {
    note(seccomp_rule_add(context_.get(), action, number, 0));
  }
  void deny_if(const char* name, scmp_arg_cmp condition, uint32_t action = kDeny) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR)
      note(seccomp_rule_add_array(context_.get(), action, number, 1, &condition));
  }
  int error() const { return error_; }
  scmp_filter_ctx context() const { return context_.get(); }

 private:
  void note(int result) {
    if (result != 0 && error_ == 0) error_ = -result;
  }
  std::unique_ptr<void, FilterCloser> context_;
  int error_ = 0;
};

void deny_new_namespaces(FilterBuilder& filter, const char* name) {
  for (uint64_t bit = 1; bit <= kNewNamespaces; bit <<= 1) {
    if (kNewNamespaces & bit) filter.deny_if(name, SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
  }
}

void deny_always(FilterBuilder& filter) {
  for (const char* name : kNeverNeeded) filter.deny(name);
  filter.deny(kOpenTreeAttr);
  filter.deny("clone3", kPretendMissing);
  deny_new_namespaces(filter, "clone");
  filter.deny_if("prlimit64", SCMP_A0(SCMP_CMP_NE, 0));
  // Both push characters into a terminal as if they had been typed; only the low 32 bits of the request
  // count.
  filter.deny_if("ioctl", SCMP_A1(SCMP_CMP_MASKED_EQ, 0xFFFFFFFF, TIOCSTI));
  filter.deny_if("ioctl", SCMP_A1(SCMP_CMP_MASKED_EQ, 0xFFFFFFFF, 0x541C /* TIOCLINUX */));
}

void deny_open_flag(FilterBuilder& filter, uint64_t flag) {
  filter.deny_if("open", SCMP_A1(SCMP_CMP_MASKED_EQ, flag, flag));
  filter.deny_if("openat", SCMP_A2(SCMP_CMP_MASKED_EQ, flag, flag));
}

/// What Landlock of this version leaves open; without Landlock everything, /dev/null included.
void deny_writing(FilterBuilder& filter, int abi) {
  for (const char* name : kFileFacts) filter.deny(name);
  for (const int number : kNewFileFacts) filter.deny(number);
  if (abi < 3) {
    filter.deny("openat2", kPretendMissing);
    deny_open_flag(filter, O_TRUNC);
  }
  if (abi == 0) {
    for (const char* name : kNames) filter.deny(name);
    for (const int flag : {O_WRONLY, O_RDWR, O_CREAT, O_TMPFILE & ~O_DIRECTORY}) {
      deny_open_flag(filter, static_cast<uint64_t>(flag));
    }
  }
}

/// UNIX sockets only, and of them only those that have one peer for good: each message of a datagram socket
/// may name another receiver, behind a pointer that no filter follows. SOCK_RAW is a datagram socket here.
void deny_other_sockets(FilterBuilder& filter) {
  constexpr uint64_t kTypes = 16;  // above them stand flags
  for (const char* name : {"socket", "socketpair"}) {
    filter.deny_if(name, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
    for (uint64_t type = 0; type < kTypes; ++type) {
      if (type != SOCK_STREAM && type != SOCK_SEQPACKET)
        filter.deny_if(name, SCMP_A1(SCMP_CMP_MASKED_EQ, kTypes - 1, type));
    }
  }
}

/// A socket that listens, or was accepted, can be disconnected and connected to anywhere, and a filter cannot
/// see what kind of socket a descriptor is: nobody connects.
void deny_connecting(FilterBuilder& filter) {
  filter.deny_if("connect", SCMP_A2(SCMP_CMP_NE, 0));
  // An address of no bytes names nobody. libcurl 7.88 connects a socket again that it was handed connected;
  // it is given such an address.
  filter.deny_if("connect", SCMP_A2(SCMP_CMP_EQ, 0), kPretendDone);
  filter.deny_if("sendto", SCMP_A4(SCMP_CMP_NE, 0));
  // Connects and sends in one call.
  filter.deny_if("sendto", SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, MSG_FASTOPEN));
  filter.deny_if("sendmsg", SCMP_A2(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, MSG_FASTOPEN));
  filter.deny("sendmmsg");
}

/// What would let the helper have other descriptors than it makes, or become another program.
void deny_to_helper(FilterBuilder& filter) {
  filter.deny_if("socket", SCMP_A0(SCMP_CMP_NE, AF_UNIX));
  for (const char* name :
       {"socketpair", "recvmsg", "recvmmsg", "execve", "execveat", "fork", "vfork", "clone"})
    filter.deny(name);
}

/// libseccomp 2.5 writes a filter only to a descriptor.
Result<std::vector<sock_filter>> export_filter(scmp_filter_ctx context) {
  const Fd memory(::memfd_create("cvp-seccomp", MFD_CLOEXEC));
  if (!memory.valid()) return fail_errno(errno, text("make", "创建"), "memfd");
  if (const int result = seccomp_export_bpf(context, memory.get()); result != 0) {
    return fail_errno(-result, text("build", "构建"), "seccomp");
  }
  const off_t bytes = ::lseek(memory.get(), 0, SEEK_END);
  std::vector<sock_filter> filter(static_cast<size_t>(bytes) / sizeof(sock_filter));
  if (::pread(memory.get(), filter.data(), static_cast<size_t>(bytes), 0) != bytes) {
    return fail_errno(errno, text("read", "读取"), "memfd");
  }
  return filter;
}

std::unexpected<Error> fail_to_start() {
  return fail(Errc::failed, text("libseccomp cannot start", "libseccomp 无法初始化"));
}

}  // namespace

Result<std::vector<sock_filter>> seccomp_filter(const Sandbox& sandbox, int abi) {
  FilterBuilder filter;
  if (!filter.start()) return fail_to_start();
  deny_always(filter);
  filter.deny("unshare");
  if (sandbox.no_network) {
    for (const char* name : kNetwork) filter.deny(name);
  }
  if (sandbox.no_write) deny_writing(filter, abi);
  if (abi < kScopedSignalsAbi) {
    for (const char* name : kSignals) filter.deny(name);
  }
  if (filter.error() != 0) return fail_errno(filter.error(), text("build", "构建"), "seccomp");
  return export_filter(filter.context());
}

Result<std::vector<sock_filter>> offline_filter(OfflinePart part) {
  FilterBuilder filter;
  if (!filter.start()) return fail_to_start();
  deny_always(filter);
  if (part == OfflinePart::connect_helper) {
    filter.deny("unshare");
    deny_to_helper(filter);
  } else {
    // Without them unshare gives a thread a working folder of its own.
    deny_new_namespaces(filter, "unshare");
    deny_other_sockets(filter);
    deny_connecting(filter);
  }
  if (filter.error() != 0) return fail_errno(filter.error(), text("build", "构建"), "seccomp");
  return export_filter(filter.context());
}

}  // namespace cvp::sys
