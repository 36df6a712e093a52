// Asks a llama-server what it is, and finds the private one.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/command.h"
#include "hub/engine_install.h"
#include "sys/files.h"

namespace cvp::hub {

struct EngineVersion {
  std::string text;  // "0.7.0 (build 11669)"
  int build = 0;
};
/// From `--version`'s output: "version: 0.7.0 (build 11669, commit …)" or "version: 11669 (a1b2c3d)".
std::optional<EngineVersion> parse_engine_version(std::string_view output);

/// Starts argv_prefix + "--version". Errc::unavailable where it does not start or says nothing of use; names
/// the program.
Result<EngineProgram> probe_engine(const RunCommand& run, std::vector<std::string> argv_prefix,
                                   const std::string& origin);

/// HOME/engine as its manifest describes it, relative to that folder.
struct PrivateEngine {
  std::string loader;  // "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
  std::vector<std::string> library_folders;
  std::string program;  // "usr/bin/llama-server"
  std::string version;
  std::vector<std::string> packages;  // "libc6_2.43-7_amd64.deb" …

  std::vector<std::string> argv_prefix(const sys::Path& root) const;
};
inline constexpr const char* kEngineFolder = "engine";
inline constexpr const char* kEngineManifest = "engine.json";
std::string write_engine_manifest(const PrivateEngine& engine);
Result<PrivateEngine> read_engine_manifest(const sys::Path& engine_folder);
/// Errc::not_found where HOME/engine is not there; unavailable or corrupt where it is but does not work.
Result<EngineProgram> find_private_engine(const RunCommand& run, const sys::Path& home);

}  // namespace cvp::hub
