#include "hub/engine_probe.h"

#include <boost/json.hpp>
#include <charconv>

#include "base/log.h"

namespace cvp::hub {
namespace {

namespace json = boost::json;

constexpr uint64_t kManifestBytes = 64 << 10;
constexpr int kManifestVersion = 1;
constexpr sys::RunLimits kProbeLimits{.timeout = std::chrono::milliseconds(20'000), .output_bytes = 1 << 20};

std::optional<int> leading_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number <= 0) return {};
  return number;
}

Text install_hint() {
  return text(
      "install one with `cvp engine install`, or name your own with `cvp config set engine.path PROGRAM`",
      "用 `cvp engine install` 安装，或用 `cvp config set engine.path 程序` 指定已有的");
}

std::unexpected<Error> not_an_engine(const std::string& program, const Text& why) {
  return fail(Errc::unavailable,
              text("{} does not work as llama-server: {}", "{} 不能作为 llama-server 使用：{}", program, why),
              install_hint());
}

std::vector<std::string> strings(const json::value& array) {
  std::vector<std::string> out;
  for (const json::value& item : array.as_array()) out.emplace_back(item.as_string());
  return out;
}

json::array array_of(const std::vector<std::string>& items) {
  return json::array(items.begin(), items.end());
}

/// A manifest's path stays below the engine's folder.
bool is_inside(const std::string& relative) {
  const sys::Path path(relative);
  if (relative.empty() || path.is_absolute()) return false;
  for (const sys::Path& part : path)
    if (part == "..") return false;
  return true;
}

}  // namespace

std::optional<EngineVersion> parse_engine_version(std::string_view output) {
  static constexpr std::string_view kKey = "version: ";
  const size_t at = output.find(kKey);
  if (at == output.npos) return {};
  std::string_view line = output.substr(at + kKey.size());
  line = line.substr(0, line.find_first_of("\r\n"));
  const size_t build_at = line.find("(build ");
  if (build_at != line.npos) {
    const auto build = leading_number(line.substr(build_at + 7));
    if (!build) return {};
    return EngineVersion{fmt::format("{} (build {})", line.substr(0, line.find(' ')), *build), *build};
  }
  const auto build = leading_number(line);
  if (!build || line.find(" (") == line.npos) return {};
  return EngineVersion{fmt::format("build {}", *build), *build};
}

Result<EngineProgram> probe_engine(const RunCommand& run, std::vector<std::string> argv_prefix,
                                   const std::string& origin) {
  const std::string program = argv_prefix.back();
  sys::SpawnOptions options{.argv = argv_prefix, .env = {{"LC_ALL", "C"}}};
  options.argv.push_back("--version");
  const auto result = run(options, kProbeLimits, {});
  if (!result) return not_an_engine(program, result.error().message);
  const std::string output = result->out + "\n" + result->err;
  const auto version = parse_engine_version(output);
  if (!version) {
    const std::string reason = last_line(output);
    return not_an_engine(program, text("`--version` gave status {}{}{}", "`--version` 返回状态 {}{}{}",
                                       result->status, reason.empty() ? "" : ", ", reason));
  }
  return EngineProgram{.argv_prefix = std::move(argv_prefix),
                       .version = version->text,
                       .build = version->build,
                       .origin = origin};
}

std::vector<std::string> PrivateEngine::argv_prefix(const sys::Path& root) const {
  std::string folders;
  for (const std::string& folder : library_folders)
    folders += (folders.empty() ? "" : ":") + (root / folder).string();
  return {(root / loader).string(), "--library-path", folders, (root / program).string()};
}

std::string write_engine_manifest(const PrivateEngine& engine) {
  return json::serialize(json::object{{"format", kManifestVersion},
                                      {"version", engine.version},
                                      {"loader", engine.loader},
                                      {"library_folders", array_of(engine.library_folders)},
                                      {"program", engine.program},
                                      {"packages", array_of(engine.packages)}}) +
         "\n";
}

Result<PrivateEngine> read_engine_manifest(const sys::Path& engine_folder) {
  const sys::Path path = engine_folder / kEngineManifest;
  const auto broken = [&] {
    return fail(
        Errc::corrupt, text("{} is damaged", "{} 已损坏", path.string()),
        text("install the engine anew with `cvp engine install`", "用 `cvp engine install` 重新安装引擎"));
  };
  const std::string bytes = TRY(sys::read_file(path, kManifestBytes));
  PrivateEngine engine;
  try {
    const json::value root = json::parse(bytes);
    if (root.at("format").to_number<int>() != kManifestVersion) return broken();
    engine = {.loader = std::string(root.at("loader").as_string()),
              .library_folders = strings(root.at("library_folders")),
              .program = std::string(root.at("program").as_string()),
              .version = std::string(root.at("version").as_string()),
              .packages = strings(root.at("packages"))};
  } catch (const std::exception&) {
    return broken();
  }
  bool inside = is_inside(engine.loader) && is_inside(engine.program) && !engine.library_folders.empty();
  for (const std::string& folder : engine.library_folders) inside = inside && is_inside(folder);
  if (!inside) return broken();
  return engine;
}

Result<EngineProgram> find_private_engine(const RunCommand& run, const sys::Path& home) {
  const sys::Path root = home / kEngineFolder;
  if (!sys::exists(root / kEngineManifest))
    return fail(Errc::not_found, text("no engine is installed in {}", "{} 中没有安装引擎", root.string()),
                install_hint());
  const PrivateEngine engine = TRY(read_engine_manifest(root));
  return probe_engine(run, engine.argv_prefix(root), "private");
}

Result<EngineProgram> find_engine(const sys::Path& home, const std::string& configured_path) {
  const RunCommand run = system_commands();
  if (!configured_path.empty()) {
    auto configured = probe_engine(run, {configured_path}, "config");
    if (!configured)
      configured.error().hint = text(
          "correct it with `cvp config set engine.path PROGRAM`, or drop it with `cvp config unset "
          "engine.path`",
          "用 `cvp config set engine.path 程序` 改正，或用 `cvp config unset engine.path` 取消设置");
    return configured;
  }
  Text too_old;
  if (const auto in_path = sys::find_program("llama-server")) {
    auto found = probe_engine(run, {in_path->string()}, "system");
    if (found && found->build >= kMinimumBuild) return found;
    too_old = found ? text("{} is build {}; at least {} is needed", "{} 的版本是 build {}，至少需要 {}",
                           in_path->string(), found->build, kMinimumBuild)
                    : found.error().message;
    log::info("not using {}: {}", in_path->string(), too_old.en);
  }
  auto installed = find_private_engine(run, home);
  if (installed || installed.error().code != Errc::not_found) return installed;
  return fail(Errc::not_found,
              too_old.empty()
                  ? text("no llama-server was found, neither in PATH nor in {}",
                         "PATH 和 {} 中都没有找到 llama-server", (home / kEngineFolder).string())
                  : text("no usable llama-server was found: {}", "没有找到可用的 llama-server：{}", too_old),
              install_hint());
}

}  // namespace cvp::hub
