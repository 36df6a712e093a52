#include "model/installed.h"

#include <algorithm>

#include "base/log.h"
#include "model/entry_toml.h"
#include "sys/sha256.h"

namespace cvp::model {
namespace {

constexpr uint64_t kManifestBytes = 1 << 20;
constexpr size_t kModelFiles = 10'000;
constexpr const char* kManifestName = "model.toml";
constexpr const char* kGgufName = "model.gguf";

sys::Path models_folder(const sys::Path& home) { return home / "models"; }

Text pull_hint(std::string_view id) {
  return text("get it with `cvp models pull {}`", "用 `cvp models pull {}` 获取", std::string(id));
}

Text pull_again_hint(std::string_view id) {
  return text("get it again with `cvp models pull {}`", "用 `cvp models pull {}` 重新获取", std::string(id));
}

Result<InstalledModel> read_installed(const sys::Path& folder) {
  const sys::Path path = folder / kManifestName;
  const std::string toml = TRY(sys::read_file(path, kManifestBytes));
  Manifest manifest = TRY(parse_manifest(toml, path.string()));
  InstalledModel model{.entry = std::move(manifest.entry),
                       .gguf = folder / kGgufName,
                       .gguf_sha256 = std::move(manifest.gguf_sha256),
                       .gguf_bytes = manifest.gguf_bytes,
                       .source = std::move(manifest.source)};
  if (model.entry.id != folder.filename().string())
    return fail(
        Errc::corrupt,
        text("{} describes another model, {}", "{} 描述的是另一个模型 {}", path.string(), model.entry.id),
        pull_again_hint(folder.filename().string()));
  const sys::FileInfo info = TRY(sys::stat_file(model.gguf));
  if (info.bytes != model.gguf_bytes)
    return fail(
        Errc::corrupt,
        text("the model file {} has {} bytes instead of {}", "模型文件 {} 的大小是 {} 字节，应为 {} 字节",
             model.gguf.string(), info.bytes, model.gguf_bytes),
        pull_again_hint(model.entry.id));
  return model;
}

Result<void> check_id(std::string_view id) {
  if (valid_model_id(id)) return {};
  return fail(Errc::usage, text("\"{}\" is not a model id", "“{}” 不是模型名称", std::string(id)),
              text("see `cvp models list`", "用 `cvp models list` 查看可用的模型"));
}

}  // namespace

Result<std::vector<InstalledModel>> installed_models(const sys::Path& home) {
  std::vector<InstalledModel> models;
  const sys::Path root = models_folder(home);
  if (!sys::exists(root)) return models;
  for (const auto& path : TRY(sys::list_files(root, kModelFiles))) {
    if (path.filename() != kManifestName || path.parent_path().parent_path() != root) continue;
    auto model = read_installed(path.parent_path());
    if (model) {
      models.push_back(std::move(*model));
    } else {
      log::info("skipping {}: {}", path.string(), model.error().message.en);
    }
  }
  std::ranges::sort(models, {}, [](const InstalledModel& m) { return m.entry.id; });
  return models;
}

Result<InstalledModel> find_installed(const sys::Path& home, std::string_view id) {
  TRY(check_id(id));
  const sys::Path folder = models_folder(home) / id;
  if (sys::exists(folder / kManifestName)) return read_installed(folder);
  std::vector<InstalledModel> matches;
  for (auto& model : TRY(installed_models(home)))
    if (model.entry.id.starts_with(id)) matches.push_back(std::move(model));
  if (matches.size() == 1) return std::move(matches[0]);
  return fail(Errc::not_found, text("the model {} is not installed", "模型 {} 尚未安装", std::string(id)),
              pull_hint(id));
}

Result<void> remove_installed(const sys::Path& home, std::string_view id) {
  TRY(check_id(id));
  const sys::Path folder = models_folder(home) / id;
  if (!sys::exists(folder))
    return fail(Errc::not_found, text("the model {} is not installed", "模型 {} 尚未安装", std::string(id)),
                text("`cvp models list` shows what is", "用 `cvp models list` 查看已安装的模型"));
  // Without its manifest an interrupted removal is an unfinished pull, never a broken model.
  TRY(sys::remove_file(folder / kManifestName));
  return sys::remove_tree(folder);
}

Result<void> verify_installed(const InstalledModel& model, const OnProgress& on_progress,
                              const CancelToken& cancel) {
  const std::string actual = TRY(sys::sha256_file(model.gguf, on_progress, cancel));
  if (actual == model.gguf_sha256) return {};
  // A pull takes a file of the right size for intact.
  return fail(
      Errc::corrupt,
      text("the model file {} has changed: its SHA-256 is {}, expected {}",
           "模型文件 {} 已被改动：SHA-256 为 {}，应为 {}", model.gguf.string(), actual, model.gguf_sha256),
      text("remove it with `cvp models rm {0}`, then get it again with `cvp models pull {0}`",
           "请先用 `cvp models rm {0}` 删除，再用 `cvp models pull {0}` 重新获取", model.entry.id));
}

Result<InstalledModel> record_installed(const sys::Path& home, const CatalogueEntry& entry,
                                        const sys::Path& gguf, const std::string& gguf_sha256,
                                        const std::string& source) {
  TRY(check_id(entry.id));
  const sys::Path folder = models_folder(home) / entry.id;
  TRY(sys::make_folders(folder));
  if (gguf != folder / kGgufName) TRY(sys::rename_durably(gguf, folder / kGgufName));
  const sys::FileInfo info = TRY(sys::stat_file(folder / kGgufName));
  const Manifest manifest{
      .entry = entry, .gguf_sha256 = gguf_sha256, .gguf_bytes = info.bytes, .source = source};
  TRY(sys::write_file_atomic(folder / kManifestName, write_manifest(manifest)));
  return read_installed(folder);
}

}  // namespace cvp::model
