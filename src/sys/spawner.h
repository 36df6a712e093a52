#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "sys/prepared_sandbox.h"
#include "sys/process.h"

namespace cvp::sys {

/// Everything a child needs, ready, so that the code between fork and exec makes system calls only.
struct ChildPlan {
  Path program;
  std::vector<std::string> argv, environment;
  Fd input, output, errors;  // become 0, 1, 2
  Path working_folder;
  const PreparedSandbox* sandbox = nullptr;
  int nice = 0;
};

enum class SpawnStage : int { setup = 1, folder, sandbox, exec };
struct SpawnOutcome {
  pid_t pid = -1;
  SpawnStage stage = SpawnStage::setup;  // where it failed
  int error = 0;                         // errno, 0 when the program runs
};

/// Forks in the spawner thread. Returns once the program was started, or could not be.
SpawnOutcome spawn_child(const ChildPlan& plan);

}  // namespace cvp::sys
