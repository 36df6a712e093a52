// Landlock by system call: Debian 12's C library has no wrappers, and its headers end before the newer
// rights.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sys/os_error.h"
#include "sys/prepared_sandbox.h"

namespace cvp::sys {
namespace {

constexpr uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                            LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                            LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                            LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                            LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr uint64_t kRefer = 1ull << 13;     // ABI 2
constexpr uint64_t kTruncate = 1ull << 14;  // ABI 3
constexpr uint64_t kIoctlDev = 1ull << 15;  // ABI 5
constexpr uint64_t kNetTcp = 0b11;          // ABI 4: bind, connect
constexpr uint64_t kScopes = 0b11;          // ABI 6: abstract UNIX sockets, signals

/// struct landlock_ruleset_attr as of ABI 6; older kernels take its beginning.
struct RulesetAttributes {
  uint64_t handled_access_fs = 0;
  uint64_t handled_access_net = 0;
  uint64_t scoped = 0;
};

RulesetAttributes attributes_for(const Sandbox& sandbox, int abi) {
  RulesetAttributes wanted;
  if (!sandbox.readable.empty()) wanted.handled_access_fs |= kRead;
  if (sandbox.no_write) {
    wanted.handled_access_fs |= kWrite;
    if (abi >= 2) wanted.handled_access_fs |= kRefer;
    if (abi >= 3) wanted.handled_access_fs |= kTruncate;
    if (abi >= 5) wanted.handled_access_fs |= kIoctlDev;
  }
  if (sandbox.no_network && abi >= 4) wanted.handled_access_net = kNetTcp;
  if (abi >= 6) wanted.scoped = kScopes;
  return wanted;
}

/// Allows `access` below `path`. A path that is not there needs no rule, and an empty one is an error. 0 or
/// an errno.
int allow(int rules, const Path& path, uint64_t access) {
  if (access == 0) return 0;
  const Fd parent(open_retry(path, O_PATH));
  if (!parent.valid()) return errno == ENOENT ? 0 : errno;
  struct stat info {};
  if (::fstat(parent.get(), &info) != 0) return errno;
  if (!S_ISDIR(info.st_mode)) {
    access &=
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
  }
  const landlock_path_beneath_attr rule{.allowed_access = access, .parent_fd = parent.get()};
  return ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : errno;
}

std::unexpected<Error> fail_landlock(int error, const Path& path) {
  return fail_errno(error, text("limit file access to", "限制文件访问于"), path);
}

}  // namespace

int landlock_abi() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

Result<Fd> landlock_rules(const Sandbox& sandbox) {
  const int abi = landlock_abi();
  if (abi == 0) return Fd();
  const RulesetAttributes attributes = attributes_for(sandbox, abi);
  const size_t size = abi >= 6 ? sizeof attributes : abi >= 4 ? 16 : 8;
  if (attributes.handled_access_fs == 0 && attributes.handled_access_net == 0 && attributes.scoped == 0)
    return Fd();
  Fd rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!rules.valid()) return fail_landlock(errno, "/");
  const uint64_t handled = attributes.handled_access_fs;
  for (const Path& path : sandbox.readable) {
    if (const int error = allow(rules.get(), path, kRead & handled); error != 0)
      return fail_landlock(error, path);
  }
  // Many programs write what they do not want there.
  constexpr uint64_t kNullAccess = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
  if (const int error = allow(rules.get(), "/dev/null", kNullAccess & handled); error != 0) {
    return fail_landlock(error, "/dev/null");
  }
  return rules;
}

}  // namespace cvp::sys
