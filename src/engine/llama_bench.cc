#include "engine/llama_bench.h"

#include "engine/server_flags.h"
#include "sys/files.h"

namespace cvp::engine {

Result<std::vector<std::string>> llama_bench_beside(std::vector<std::string> server_argv) {
  const sys::Path server = server_argv.back();
  const sys::Path beside = server.parent_path() / "llama-bench";
  const bool there =
      server.has_parent_path() ? sys::exists(beside) : sys::find_program("llama-bench").has_value();
  if (!there) {
    return fail(Errc::not_found,
                text("there is no llama-bench beside {}", "{} 旁边没有 llama-bench", server.string()),
                text("`cvp engine install` installs an engine that has it",
                     "`cvp engine install` 会安装带有它的引擎"));
  }
  server_argv.back() = server.has_parent_path() ? beside.string() : "llama-bench";
  return server_argv;
}

sys::SpawnOptions llama_bench(std::vector<std::string> argv, const std::vector<std::string>& arguments) {
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return {.argv = std::move(argv), .env = child_environment(), .unset_env = hidden_environment()};
}

}  // namespace cvp::engine
