// Other programs (pip, mvn, apt-get, llama-server) as a seam: tests give a function, the program gives
// sys::run.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/files.h"
#include "sys/process.h"

namespace cvp::hub {

/// Runs a program to its end. Same errors as sys::run.
using RunCommand = std::function<Result<sys::RunResult>(
    const sys::SpawnOptions& options, const sys::RunLimits& limits, const CancelToken& cancel)>;
RunCommand system_commands();

/// Runs a program and calls on_tick five times a second meanwhile, on the calling thread.
Result<sys::RunResult> run_watched(const RunCommand& run, const sys::SpawnOptions& options,
                                   const sys::RunLimits& limits, const CancelToken& cancel,
                                   const std::function<void()>& on_tick);

/// Bytes of the regular files below a folder that other programs write to meanwhile; 0 where it cannot be
/// read.
uint64_t bytes_below(const sys::Path& folder);

/// The last line of a program's messages that says something, at most 300 bytes of it: the reason in an error
/// text.
std::string last_line(std::string_view messages);

/// True where a message of pip, mvn or apt-get is about the network (no route, no name, proxy, TLS, timeout).
bool tells_of_network(std::string_view messages);
bool tells_of_full_disk(std::string_view messages);

}  // namespace cvp::hub
