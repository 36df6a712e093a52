// What a process that reads hostile bytes may still do.
#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "sys/files.h"

namespace cvp::sys {

/// Enforced with rlimits, seccomp, and Landlock where the kernel has it. Whatever is chosen, tracing,
/// mounting, kernel keys, bpf, io_uring, new namespaces, signals to others and the like are denied with
/// EPERM, and no privilege can be gained by exec.
struct Sandbox {
  bool no_network = false;  // no socket of any family
  /// No file may be opened for writing, made, renamed or removed; /dev/null may where Landlock is.
  bool no_write = false;
  std::vector<Path> readable;  // Landlock: the only trees that may be read or executed; empty: no limit
  uint64_t memory_bytes = 0;   // RLIMIT_AS, 0 = unlimited
  uint32_t cpu_seconds = 0;    // RLIMIT_CPU, 0 = unlimited
};

/// For a child that sandboxes itself before it reads its input. Holds for this thread and the threads and
/// processes it starts from now on, for ever: call it while there is one thread.
Result<void> enter_sandbox(const Sandbox& sandbox);

/// The kernel's Landlock version, 0 where it has none.
int landlock_abi();

}  // namespace cvp::sys
