#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>

#include "base/result.h"
#include "sys/fd.h"
#include "sys/process.h"

namespace cvp::sys {

/// A started child that is not reaped yet: while it is not, its process group's number cannot be given to
/// anyone else.
class ChildHandle {
 public:
  explicit ChildHandle(pid_t pid);
  pid_t pid() const { return pid_; }
  /// Readable when the child has ended; -1 where the kernel has no such descriptors.
  int end_descriptor() const { return pidfd_.get(); }
  void signal_group(int number) const;
  /// Whether the child has ended (without reaping it).
  bool ended() const;
  bool wait_ended(std::chrono::milliseconds timeout) const;
  /// Kills what is left of the group and reaps the child: its exit status, or 128 + signal.
  int reap() const;

 private:
  pid_t pid_;
  Fd pidfd_;
};

/// Starts a child of `options` whose streams are given.
Result<ChildHandle> start_child(const SpawnOptions& options, Fd input, Fd output, Fd errors);

/// /dev/null, or a file for appending.
Result<Fd> open_sink(const Path& file_or_empty);

}  // namespace cvp::sys
