// The engine's own measuring program, which lies beside llama-server.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/process.h"

namespace cvp::engine {

/// How llama-bench is started where llama-server is started so (the program comes last, behind a loader
/// perhaps). Errc::not_found, with the command that installs it, where there is none.
Result<std::vector<std::string>> llama_bench_beside(std::vector<std::string> server_argv);

/// A run of it with these arguments, in the environment in which the servers run.
sys::SpawnOptions llama_bench(std::vector<std::string> argv, const std::vector<std::string>& arguments);

}  // namespace cvp::engine
