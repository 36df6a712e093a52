// Child processes. Every child dies with us: PR_SET_PDEATHSIG (set from one long-lived spawner thread, since
// the signal follows the thread that forked) and its own process group, killed as a group.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/files.h"
#include "sys/sandbox.h"

namespace cvp::sys {

struct SpawnOptions {
  std::vector<std::string> argv;           // argv[0] is the program, looked up in PATH when it has no slash
  std::map<std::string, std::string> env;  // added to ours
  std::vector<std::string> unset_env;      // names; "NAME*" stands for all that begin so
  Path working_folder;                     // empty: ours
  Path stdout_file, stderr_file;           // appended to; empty: /dev/null (spawn) or captured (run)
  std::optional<Sandbox> sandbox;
  int nice = 0;
};

/// A running child. Destruction kills its process group and reaps it.
class Process {
 public:
  static Result<std::unique_ptr<Process>> spawn(const SpawnOptions& options);
  ~Process();
  pid_t pid() const;
  /// Exit status once it ended (128 + signal when killed), else nothing. Does not block.
  std::optional<int> poll();
  /// Waits for the end; nothing when the time is over.
  std::optional<int> wait_for(std::chrono::milliseconds timeout);
  /// SIGTERM, then SIGKILL to the group after the grace time; returns when it is reaped.
  void stop(std::chrono::milliseconds grace);

 private:
  struct State;
  explicit Process(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct RunLimits {
  std::chrono::milliseconds timeout{60'000};
  uint64_t output_bytes = 64ull << 20;  // standard output; more is Errc::refused and kills the child
};
struct RunResult {
  int status = 0;        // 128 + signal when killed
  std::string out, err;  // err is cut to its last 64 KiB
};
/// Runs a child to its end with stdin_bytes (or an open file when stdin_path is set) as its input.
/// Errors: Errc::not_found (no such program), cancelled, refused (output limit), unavailable (timeout, says
/// the time). A non-zero status is not an error of run().
Result<RunResult> run(const SpawnOptions& options, std::string_view stdin_bytes, const RunLimits& limits,
                      const CancelToken& cancel = {}, const Path& stdin_path = {});

/// Full path of a program in PATH, or nothing.
std::optional<Path> find_program(std::string_view name);

}  // namespace cvp::sys
