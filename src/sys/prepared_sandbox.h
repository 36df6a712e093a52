#pragma once
#include <linux/filter.h>

#include <vector>

#include "sys/fd.h"
#include "sys/sandbox.h"

namespace cvp::sys {

/// A sandbox whose memory and descriptors are ready, so that apply() makes system calls only and may run
/// between fork and exec.
struct PreparedSandbox {
  Fd landlock_rules;                // invalid where the kernel has no Landlock or nothing asks for it
  std::vector<sock_filter> filter;  // seccomp
  uint64_t memory_bytes = 0;
  uint32_t cpu_seconds = 0;

  /// 0 or an errno. Async-signal-safe.
  int apply() const;
};

Result<PreparedSandbox> prepare_sandbox(const Sandbox& sandbox);

/// The parts, each in its own file. The filter refuses what Landlock of version `abi` (0: none) would let
/// through.
Result<Fd> landlock_rules(const Sandbox& sandbox);
Result<std::vector<sock_filter>> seccomp_filter(const Sandbox& sandbox, int abi);

/// For a process tree that stays offline (offline.h): all of it, or the helper that connects for it.
enum class OfflinePart { server, connect_helper };
Result<std::vector<sock_filter>> offline_filter(OfflinePart part);

/// Holds for ever: for this thread and what it starts from now on, or with SECCOMP_FILTER_FLAG_TSYNC for all
/// threads. 0 or an errno. Async-signal-safe.
int load_filter(const std::vector<sock_filter>& filter, unsigned flags);

}  // namespace cvp::sys
