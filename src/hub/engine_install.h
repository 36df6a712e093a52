// Gets llama.cpp's programs where the system has none: Debian sid's package, unpacked into HOME/engine, run
// by its own loader.
#pragma once
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "sys/files.h"

namespace cvp::hub {

/// How to start an engine program: argv prefix ("ld-linux…", "--library-path", …, "…/llama-server") and its
/// version line.
struct EngineProgram {
  std::vector<std::string> argv_prefix;
  std::string version;  // "0.7.0 (build 11669)"
  int build = 0;
  std::string origin;  // "config" | "system" | "private"
};

/// In this order: configured path, `llama-server` in PATH if its build is at least kMinimumBuild,
/// HOME/engine. Errc::not_found with the command that installs it.
inline constexpr int kMinimumBuild = 9000;
Result<EngineProgram> find_engine(const sys::Path& home, const std::string& configured_path);
/// Installs into HOME/engine (apt resolves and verifies with private state; nothing on the system changes).
/// Idempotent, atomic.
Result<EngineProgram> install_engine(const sys::Path& home, const OnProgress& on_progress,
                                     const CancelToken& cancel);

}  // namespace cvp::hub
