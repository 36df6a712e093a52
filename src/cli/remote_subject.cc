#include "cli/remote_subject.h"

#include <algorithm>

#include "hub/remote_head.h"
#include "model/spec.h"
#include "plan/parameters.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kConfigBytes = 4 << 20;
constexpr size_t kMostFiles = 1000;
constexpr std::string_view kSafetensors = ".safetensors", kConfig = "config.json";

NamedSubject counted(plan::Subject subject) {
  NamedSubject out{.subject = std::move(subject)};
  out.parameters = static_cast<double>(plan::count_parameters(out.subject.weights, out.subject.shape).total);
  return out;
}

Result<NamedSubject> remote_gguf(App& app, const std::string& url, const std::string& name) {
  const hub::RemoteGguf remote = TRY(hub::fetch_gguf_header(url, app.cancel()));
  const model::ModelSpec spec = TRY(model::model_spec(remote.header, url));
  NamedSubject out = counted({.name = name,
                              .shape = TRY(plan::shape_of_gguf(remote.header, url)),
                              .weights = plan::weights_of_gguf(remote.header),
                              .stored_as = spec.quantization,
                              .file_bytes = remote.file_bytes});
  out.notes.push_back(text("read from the first {:.1f} MB of {}", "依据 {1} 的前 {0:.1f} MB",
                           static_cast<double>(remote.head.size()) / 1e6, url));
  return out;
}

/// Shapes of files that say nothing but their tensors: enough to count by layer.
plan::Shape bare_shape(const std::string& name, const std::vector<plan::Weight>& weights) {
  plan::Shape shape{.name = name};
  int32_t last = -1;
  for (const plan::Weight& weight : weights) last = std::max(last, weight.layer);
  constexpr int32_t kMostLayers = 4096;
  shape.layers.resize(static_cast<size_t>(std::min(last + 1, kMostLayers)));
  return shape;
}

Result<NamedSubject> remote_safetensors(App& app, const std::string& url, const std::string& name) {
  const hub::RemoteSafetensors remote = TRY(hub::fetch_safetensors_header(url, app.cancel()));
  auto weights = plan::weights_of_safetensors(remote.tensors);
  plan::Shape shape = bare_shape(name, weights);
  return counted({.name = name,
                  .shape = std::move(shape),
                  .weights = std::move(weights),
                  .stored_as = {},
                  .file_bytes = remote.file_bytes});
}

Result<NamedSubject> remote_config(App& app, const std::string& url, const std::string& name) {
  const std::string config = TRY(hub::fetch_text(url, kConfigBytes, app.cancel()));
  plan::Shape shape = TRY(plan::shape_of_config(config, url));
  auto weights = plan::weights_of_shape(shape);
  return counted({.name = name, .shape = std::move(shape), .weights = std::move(weights)});
}

/// "Org/Repo" of "hf:Org/Repo", the file's name of a longer one.
std::string short_name(const std::string& named, const std::string& url) {
  const std::string file = url.substr(url.rfind('/') + 1);
  return file == kConfig && !named.starts_with("http") ? named.substr(3) : file;
}

Result<std::vector<sys::Path>> files_of(const sys::Path& file_or_folder) {
  if (!TRY(sys::stat_file(file_or_folder)).is_folder) return std::vector{file_or_folder};
  std::vector<sys::Path> out;
  for (const sys::Path& path : TRY(sys::list_files(file_or_folder, kMostFiles)))
    if (path.extension() == kSafetensors && path.parent_path() == file_or_folder) out.push_back(path);
  return out;
}

}  // namespace

Result<NamedSubject> open_remote_subject(App& app, const std::string& named) {
  const std::string url = TRY(hub::remote_url(named, std::string(kConfig),
                                              {.hugging_face = app.config().string("hub.hugging_face"),
                                               .modelscope = app.config().string("hub.modelscope")}));
  const std::string name = short_name(named, url);
  if (url.ends_with(".gguf")) return remote_gguf(app, url, name);
  if (url.ends_with(kSafetensors)) return remote_safetensors(app, url, name);
  if (url.ends_with(".json")) return remote_config(app, url, name);
  return fail(Errc::usage,
              text("{} is no GGUF, safetensors or JSON file", "{} 不是 GGUF、safetensors 或 JSON 文件", url));
}

bool is_safetensors(const sys::Path& file_or_folder) {
  if (file_or_folder.extension() == kSafetensors) return sys::exists(file_or_folder);
  const auto info = sys::stat_file(file_or_folder);
  if (!info || !info->is_folder) return false;
  const auto files = files_of(file_or_folder);
  return files && !files->empty();
}

Result<NamedSubject> open_safetensors(const sys::Path& file_or_folder) {
  std::vector<plan::Weight> weights;
  uint64_t bytes = 0;
  for (const sys::Path& path : TRY(files_of(file_or_folder))) {
    const sys::MappedFile map = TRY(sys::MappedFile::open(path));
    const auto tensors = TRY(model::read_safetensors_header(map.bytes(), map.bytes().size(), path.string()));
    std::ranges::move(plan::weights_of_safetensors(tensors), std::back_inserter(weights));
    bytes += map.bytes().size();
  }
  const bool folder = file_or_folder.extension() != kSafetensors;
  const sys::Path config = (folder ? file_or_folder : file_or_folder.parent_path()) / kConfig;
  std::string name = file_or_folder.filename().string();
  if (name.empty()) name = file_or_folder.string();
  plan::Shape shape = bare_shape(name, weights);
  // A config of an unknown family says nothing that is needed to count what is in the files.
  if (sys::exists(config)) {
    const auto read = plan::shape_of_config(TRY(sys::read_file(config, kConfigBytes)), config.string());
    if (read) shape = *read;
  }
  NamedSubject out = counted({.name = name,
                              .shape = std::move(shape),
                              .weights = std::move(weights),
                              .stored_as = {},
                              .file_bytes = bytes});
  out.file = file_or_folder.string();
  if (!folder && name.find("-of-") != std::string::npos)
    out.notes.push_back(text("{} is one part of several: give the folder to count them all",
                             "{} 只是其中一个分片：给出所在文件夹可统计全部分片", out.subject.name));
  return out;
}

}  // namespace cvp::cli
