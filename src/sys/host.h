#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "sys/files.h"

namespace cvp::sys {

const Clock& real_clock();

/// Environment variable, or nothing when unset or empty.
std::optional<std::string> env(const char* name);

/// $CVP_HOME, else $XDG_DATA_HOME/cvp, else ~/.local/share/cvp.
Path default_home();
/// $XDG_CONFIG_HOME/cvp/config.toml or ~/.config/cvp/config.toml.
Path default_config_path();
int own_pid();
/// The running executable: how the program starts itself as a parser child.
Path self_executable();

struct Memory {
  uint64_t total_bytes = 0;
  uint64_t available_bytes = 0;
};
Memory memory();
unsigned cpu_threads();
/// Resident set of a process (self when 0), bytes.
uint64_t resident_bytes(int pid = 0);

/// Instruction sets that the vector kernels choose from at run time.
struct CpuFeatures {
  bool avx2 = false, fma = false, avx512 = false, avx512_vnni = false, neon = false;
};
CpuFeatures cpu_features();

}  // namespace cvp::sys
