// apt resolves, downloads and verifies the packages with a state of its own below HOME/engine.tmp: its own
// configuration file (APT_CONFIG) hides the machine's lists, hooks and pins, and keeps only the settings of
// how servers are reached. dpkg-deb unpacks; nothing is installed. The finished prefix becomes HOME/engine by
// one rename.
//
// The programs are newer than the system's libc, so they are started by the loader of the prefix. ggml looks
// for its CPU back ends beside the running executable, which is then the loader: they are moved there.
#include "hub/engine_install.h"

#include <algorithm>
#include <charconv>

#include "hub/apt_source.h"
#include "hub/engine_builder.h"
#include "hub/engine_probe.h"
#include "sys/offline.h"

namespace cvp::hub {
namespace {

constexpr const char* kPackage = "llama.cpp-tools";
constexpr const char* kSuite = "sid";
constexpr uint64_t kNeededBytes = 400ull << 20;  // lists, archives and the unpacked prefix
constexpr size_t kPrefixFiles = 20'000;
constexpr size_t kArchives = 500;
constexpr uint64_t kOutputBytes = 16ull << 20;
constexpr std::chrono::minutes kAptTimeout{20};

struct WorkFolder {
  sys::Path root;
  sys::Path prefix() const { return root / "root"; }
  sys::Path lists() const { return root / "lists"; }
  sys::Path archives() const { return root / "cache/archives"; }
  sys::Path config() const { return root / "apt.conf"; }
  ~WorkFolder() { (void)sys::remove_tree(root); }
};

std::string apt_config(const WorkFolder& work, const std::string& network) {
  const auto path = [](const sys::Path& p) { return p.string(); };
  return network + fmt::format(
                       R"(Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{0}/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{0}/state";
Dir::State::status "{0}/state/status";
Dir::State::lists "{1}";
Dir::Cache "{0}/cache";
Dir::Log "{0}/log";
APT::Install-Recommends "0";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
)",
                       path(work.root), path(work.lists()));
}

std::unexpected<Error> apt_failed(const Text& doing, std::string_view messages) {
  if (tells_of_full_disk(messages))
    return fail(
        Errc::unavailable, text("{}: the disk is full", "{}：磁盘空间不足", doing),
        text("free some space and run `cvp engine install` again", "清理磁盘后再运行 `cvp engine install`"));
  if (messages.find("NO_PUBKEY") != messages.npos || messages.find("is not signed") != messages.npos)
    return fail(Errc::refused,
                text("{}: the server's signature cannot be verified", "{}：无法验证软件源的签名", doing),
                text("install or update the package debian-archive-keyring",
                     "请安装或更新软件包 debian-archive-keyring"));
  if (messages.find("not valid yet") != messages.npos)
    return fail(Errc::unavailable, text("{}: this machine's clock is behind", "{}：本机时钟落后", doing),
                text("set the clock and try again", "请校准系统时间后重试"));
  if (tells_of_network(messages))
    return fail(
        Errc::unavailable,
        text("{}: the Debian server cannot be reached ({})", "{}：连不上 Debian 软件源（{}）", doing,
             last_line(messages)),
        text("check the network and the proxy in apt's configuration, then run `cvp engine install` again",
             "请检查网络和 apt 的代理设置，然后再运行 `cvp engine install`"));
  return fail(Errc::failed, text("{}: {}", "{}：{}", doing, last_line(messages)),
              text("or install llama-server by hand and name it with `cvp config set engine.path PROGRAM`",
                   "也可以自行安装 llama-server，再用 `cvp config set engine.path 程序` 指定"));
}

class EngineBuilder {
 public:
  EngineBuilder(const InstallEffects& effects, const sys::Path& home, const OnProgress& on_progress,
                const CancelToken& cancel)
      : effects_(effects),
        home_(home),
        work_{home / "engine.tmp"},
        on_progress_(on_progress),
        cancel_(cancel) {}

  Result<EngineProgram> build() {
    TRY(check_machine());
    TRY(prepare());
    TRY(update_lists());
    TRY(download());
    TRY(unpack());
    TRY(assemble());
    return publish();
  }

 private:
  Result<void> check_machine() const;
  Result<void> prepare();
  Result<void> update_lists();
  Result<void> download();
  Result<void> unpack();
  Result<void> assemble();
  Result<EngineProgram> publish();

  void report(const Text& what, uint64_t done, uint64_t total, Progress::Unit unit) const {
    if (on_progress_) on_progress_({.what = what, .done = done, .total = total, .unit = unit});
  }
  sys::SpawnOptions command(std::vector<std::string> argv) const {
    return {
        .argv = std::move(argv),
        .env = {
            {"LC_ALL", "C"}, {"DEBIAN_FRONTEND", "noninteractive"}, {"APT_CONFIG", work_.config().string()}}};
  }
  Result<sys::RunResult> run(const Text& doing, std::vector<std::string> argv,
                             const std::function<void()>& on_tick) const;

  const InstallEffects& effects_;
  const sys::Path home_;
  const WorkFolder work_;
  const OnProgress& on_progress_;
  const CancelToken& cancel_;
  PrivateEngine engine_;
};

/// Runs apt-get or dpkg-deb; a status other than 0 is an error.
Result<sys::RunResult> EngineBuilder::run(const Text& doing, std::vector<std::string> argv,
                                          const std::function<void()>& on_tick) const {
  const sys::RunLimits limits{.timeout = kAptTimeout, .output_bytes = kOutputBytes};
  auto result = run_watched(effects_.run, command(std::move(argv)), limits, cancel_, on_tick);
  if (cancel_.cancelled()) return fail_cancelled();
  if (!result) return wrap(std::move(result).error(), doing);
  if (result->status != 0) return apt_failed(doing, result->out + "\n" + result->err);
  return result;
}

Result<void> EngineBuilder::check_machine() const {
  for (const char* program : {"apt-get", "dpkg-deb"}) {
    if (effects_.has_program(program)) continue;
    return fail(
        Errc::unavailable,
        text("the engine cannot be installed automatically: there is no {} here",
             "无法自动安装引擎：系统中没有 {}", program),
        text("install llama.cpp's llama-server by hand and name it with `cvp config set engine.path PROGRAM`",
             "请自行安装 llama.cpp 的 llama-server，再用 `cvp config set engine.path 程序` 指定"));
  }
  // These would need quoting that apt's configuration or the loader's search path does not have.
  if (home_.string().find_first_of("\":;\n\\") != std::string::npos)
    return fail(
        Errc::refused,
        text("the engine cannot be installed below {}: the path has a quote, colon, semicolon or backslash",
             "无法把引擎安装到 {}：路径中含有引号、冒号、分号或反斜杠", home_.string()),
        text("choose another data folder with $CVP_HOME", "请用 $CVP_HOME 另选数据目录"));
  return {};
}

Result<void> EngineBuilder::prepare() {
  const AptEntry source = TRY(find_debian_source(effects_.etc));
  TRY(sys::make_folders(home_));
  TRY(sys::remove_tree(work_.root));
  const uint64_t free = TRY(effects_.free_bytes(home_));
  if (free < kNeededBytes)
    return fail(Errc::unavailable,
                text("the engine needs {} MB of disk in {}, and {} MB are free",
                     "安装引擎需要在 {} 中占用 {} MB 磁盘空间，目前只剩 {} MB", kNeededBytes >> 20,
                     home_.string(), free >> 20),
                text("free some space or choose another data folder with $CVP_HOME",
                     "请清理磁盘，或用 $CVP_HOME 另选数据目录"));
  for (const sys::Path& folder : {work_.root / "parts", work_.root / "state", work_.root / "log",
                                  work_.lists() / "partial", work_.archives() / "partial", work_.prefix()})
    TRY(sys::make_folders(folder));
  TRY(sys::write_file_atomic(work_.root / "parts/engine.sources", deb822_source(source, kSuite)));
  TRY(sys::write_file_atomic(work_.root / "state/status", ""));
  const auto dump =
      effects_.run({.argv = {"apt-config", "dump"}, .env = {{"LC_ALL", "C"}}},
                   {.timeout = std::chrono::seconds(20), .output_bytes = kOutputBytes}, cancel_);
  TRY(sys::write_file_atomic(work_.config(), apt_config(work_, dump ? network_settings(dump->out) : "")));
  return {};
}

Result<void> EngineBuilder::update_lists() {
  const Text what = text("reading Debian's package list", "读取 Debian 软件包列表");
  TRY(run(what, {"apt-get", "-q", "update"},
          [&] { report(what, bytes_below(work_.lists()), 0, Progress::Unit::bytes); }));
  return {};
}

Result<void> EngineBuilder::download() {
  const Text what = text("downloading the engine", "下载引擎");
  const auto listed = TRY(run(what, {"apt-get", "-qq", "-y", "--print-uris", "install", kPackage}, [] {}));
  const uint64_t total = sum_of_print_uris(listed.out);
  const auto tick = [&] {
    report(what, std::min(bytes_below(work_.archives()), total), total, Progress::Unit::bytes);
  };
  TRY(run(what, {"apt-get", "-q", "-y", "--download-only", "install", kPackage}, tick));
  report(what, total, total, Progress::Unit::bytes);
  return {};
}

Result<void> EngineBuilder::unpack() {
  const Text what = text("unpacking the engine", "解压引擎");
  std::vector<sys::Path> archives = TRY(sys::list_files(work_.archives(), kArchives));
  std::erase_if(archives, [](const sys::Path& p) { return p.extension() != ".deb"; });
  if (archives.empty())
    return fail(Errc::failed, text("apt-get downloaded no packages", "apt-get 没有下载到任何软件包"),
                text("run `cvp engine install` again", "请再运行一次 `cvp engine install`"));
  for (size_t i = 0; i < archives.size(); ++i) {
    report(what, i, archives.size(), Progress::Unit::items);
    TRY(run(what, {"dpkg-deb", "-x", archives[i].string(), work_.prefix().string()}, [] {}));
    engine_.packages.push_back(archives[i].filename().string());
  }
  return {};
}

/// Finds the loader (its folder also tells the multiarch name), moves the back ends beside it and writes the
/// manifest.
Result<void> EngineBuilder::assemble() {
  const sys::Path prefix = work_.prefix();
  const std::vector<sys::Path> files = TRY(sys::list_files(prefix, kPrefixFiles));
  const auto loader = std::ranges::find_if(files, [&](const sys::Path& file) {
    return file.filename().string().starts_with("ld-linux") &&
           file.parent_path().parent_path() == prefix / "usr/lib";
  });
  const auto incomplete = [&](const char* part) {
    return fail(
        Errc::corrupt,
        text("the engine's packages are incomplete: no {} in them", "引擎软件包不完整：其中没有 {}", part),
        text("install llama.cpp's llama-server by hand and name it with `cvp config set engine.path PROGRAM`",
             "请自行安装 llama.cpp 的 llama-server，再用 `cvp config set engine.path 程序` 指定"));
  };
  if (loader == files.end()) return incomplete("ld-linux");
  if (!sys::exists(prefix / "usr/bin/llama-server")) return incomplete("llama-server");
  const sys::Path libraries = loader->parent_path();
  bool has_cpu_back_end = false;
  for (const sys::Path& file : files) {
    const std::string name = file.filename().string();
    if (file.parent_path().parent_path() != libraries / "ggml" || file.extension() != ".so") continue;
    TRY(sys::rename_durably(file, libraries / name));
    has_cpu_back_end |= name.starts_with("libggml-cpu");
  }
  if (!has_cpu_back_end) return incomplete("libggml-cpu-*.so");
  const std::string below = libraries.lexically_relative(prefix).string();
  engine_.loader = loader->lexically_relative(prefix).string();
  engine_.library_folders = {below, below + "/llama"};
  engine_.program = "usr/bin/llama-server";
  const EngineProgram program = TRY(probe_engine(effects_.run, engine_.argv_prefix(prefix), "private"));
  engine_.version = program.version;
  return sys::write_file_atomic(prefix / kEngineManifest, write_engine_manifest(engine_));
}

Result<EngineProgram> EngineBuilder::publish() {
  if (cancel_.cancelled()) return fail_cancelled();
  const sys::Path target = home_ / kEngineFolder;
  TRY(sys::remove_tree(target));  // only ever one that does not work
  TRY(sys::rename_durably(work_.prefix(), target));
  return find_private_engine(effects_.run, home_);
}

}  // namespace

uint64_t sum_of_print_uris(std::string_view output) {
  uint64_t sum = 0;
  while (!output.empty()) {
    const std::string_view line = output.substr(0, output.find('\n'));
    output.remove_prefix(std::min(line.size() + 1, output.size()));
    if (!line.starts_with('\'')) continue;
    const size_t uri_end = line.find("' ");
    const size_t name_end = uri_end == line.npos ? line.npos : line.find(' ', uri_end + 2);
    if (name_end == line.npos) continue;
    uint64_t bytes = 0;
    std::from_chars(line.data() + name_end + 1, line.data() + line.size(), bytes);
    sum += bytes;
  }
  return sum;
}

std::string network_settings(std::string_view apt_config_dump) {
  std::string out;
  while (!apt_config_dump.empty()) {
    const std::string_view line = apt_config_dump.substr(0, apt_config_dump.find('\n'));
    apt_config_dump.remove_prefix(std::min(line.size() + 1, apt_config_dump.size()));
    if (!line.starts_with("Acquire::") || line.ends_with(" \"\";")) continue;
    const bool other_content = line.starts_with("Acquire::IndexTargets") ||
                               line.starts_with("Acquire::Languages") ||
                               line.starts_with("Acquire::Changelogs") || line.starts_with("Acquire::Allow");
    if (!other_content) out += std::string(line) + "\n";
  }
  return out;
}

InstallEffects system_install_effects() {
  return {.run = system_commands(),
          .has_program = [](std::string_view name) { return sys::find_program(name).has_value(); },
          .free_bytes = sys::free_bytes};
}

Result<EngineProgram> install_engine_with(const InstallEffects& effects, const sys::Path& home,
                                          const OnProgress& on_progress, const CancelToken& cancel) {
  std::error_code error;
  const sys::Path absolute =
      std::filesystem::absolute(home, error);  // apt's configuration knows no working folder
  if (error) return fail(Errc::failed, text("the working folder is gone", "当前工作目录已不存在"));
  auto installed = find_private_engine(effects.run, absolute);
  if (installed && installed->build >= kMinimumBuild) return installed;
  if (sys::is_offline())
    return sys::fail_offline(verbatim("llama-server"), text("install it in a terminal: `cvp engine install`",
                                                            "请在终端中安装：`cvp engine install`"));
  return EngineBuilder(effects, absolute, on_progress, cancel).build();
}

Result<EngineProgram> install_engine(const sys::Path& home, const OnProgress& on_progress,
                                     const CancelToken& cancel) {
  return install_engine_with(system_install_effects(), home, on_progress, cancel);
}

}  // namespace cvp::hub
