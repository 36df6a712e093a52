// A stand-in for llama-server that `cvp serve` starts, watches and restarts as the real one: it takes a while
// to load, answers every prompt with one sentence, can be killed and stopped like any process, and talks
// nonsense on command.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/files.h"

namespace cvp::bench {

/// First word of the command line that makes this program the stand-in.
inline constexpr const char* kEngineChild = "engine-child";

/// What the home needs for it: an "installed" chat model, and a program that starts the stand-in (for the
/// setting engine.path), whose path comes back. Its commands are files in `folder`.
Result<sys::Path> install_engine_child(const sys::Path& home, const sys::Path& folder,
                                       const std::string& reply);

/// The engine that runs now talks nonsense from its next request on, until it ends.
Result<void> make_engine_talk_nonsense(const sys::Path& folder);

/// engine-child FOLDER FLAGS… as llama-server takes them. Returns only for --version or what it cannot use.
int run_engine_child(const std::vector<std::string>& words);

}  // namespace cvp::bench
