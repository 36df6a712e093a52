#include "cli/subject.h"

#include "cli/quantity.h"
#include "cli/remote_subject.h"
#include "hub/remote_head.h"
#include "plan/generic_shape.h"
#include "plan/known_models.h"
#include "plan/parameters.h"
#include "plan/subject.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kConfigBytes = 4 << 20;

void count(NamedSubject& out) {
  out.parameters = static_cast<double>(plan::count_parameters(out.subject.weights, out.subject.shape).total);
}

Result<NamedSubject> from_gguf(const sys::Path& path, const std::string& name) {
  NamedSubject out{.subject = TRY(plan::subject_of_gguf(path, name)), .file = path.string()};
  count(out);
  return out;
}

Result<NamedSubject> from_shape(plan::Shape shape, std::string name) {
  NamedSubject out;
  out.subject.name = std::move(name);
  out.subject.weights = plan::weights_of_shape(shape);
  out.subject.shape = std::move(shape);
  count(out);
  return out;
}

Result<NamedSubject> from_path(const sys::Path& path) {
  const sys::FileInfo info = TRY(sys::stat_file(path));
  const sys::Path config = info.is_folder ? path / "config.json" : path;
  if (config.extension() == ".json") {
    const std::string bytes = TRY(sys::read_file(config, kConfigBytes));
    const std::string name = config.parent_path().filename().string();
    return from_shape(TRY(plan::shape_of_config(bytes, config.string())),
                      name.empty() ? config.string() : name);
  }
  return from_gguf(path, path.filename().string());
}

Result<NamedSubject> from_size(double parameters, const std::string& named) {
  NamedSubject out = TRY(from_shape(TRY(plan::generic_shape(parameters)), named));
  out.notes.push_back(text(
      "{} names a size, not a model: planned as a dense model built like Llama 3; give the model's name for "
      "its own numbers",
      "{} 只是规模，不是具体模型：按 Llama 3 结构的稠密模型估算；给出模型名称可按其实际结构计算", named));
  return out;
}

Result<NamedSubject> from_facts(const plan::ModelFacts& facts) {
  if (facts.access != plan::Access::weights) {
    return fail(Errc::refused,
                text("{} cannot be run or trained by yourself: its weights are not published",
                     "{} 无法自行运行或训练：权重没有公开", facts.name),
                text("`cvp models list --open` lists those that can",
                     "`cvp models list --open` 列出可自行运行的模型"));
  }
  if (facts.shape) {
    NamedSubject out = TRY(from_shape(*facts.shape, facts.name));
    out.download_id = facts.installs_as;
    return out;
  }
  if (!(facts.parameters > 0)) {
    return fail(
        Errc::refused,
        text("cvp knows neither the structure nor the size of {}", "cvp 不知道 {} 的结构和规模", facts.name),
        text("give its GGUF file or its config.json instead", "请改用它的 GGUF 文件或 config.json"));
  }
  NamedSubject out = TRY(from_shape(TRY(plan::generic_shape(facts.parameters)), facts.name));
  out.notes.push_back(
      text("the structure of {} is not known here: planned as a model of its size built like Llama 3",
           "此处没有 {} 的结构：按同等规模的 Llama 3 结构估算", facts.name));
  return out;
}

bool looks_like_a_path(const std::string& named) {
  return named.find('/') != named.npos || named.ends_with(".gguf") || named.ends_with(".json");
}

}  // namespace

Result<NamedSubject> open_subject(App& app, const std::string& named) {
  if (hub::names_remote(named)) return open_remote_subject(app, named);
  if (sys::exists(named) && is_safetensors(named)) return open_safetensors(named);
  if (sys::exists(named) && (looks_like_a_path(named) || TRY(sys::stat_file(named)).is_regular))
    return from_path(named);
  if (looks_like_a_path(named)) {
    return fail(Errc::not_found, text("there is no file {}", "没有文件 {}", named),
                text("a model's name, a GGUF file or a config.json is needed",
                     "请给出模型名称、GGUF 文件或 config.json"));
  }
  if (const auto installed = model::find_installed(app.home(), named))
    return from_gguf(installed->gguf, installed->entry.display_name);
  if (const auto size = parse_count(named)) return from_size(*size, named);
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  return from_facts(*TRY(known.find(named)));
}

Result<NamedSubject> open_plannable(App& app, const std::string& named) {
  NamedSubject out = TRY(open_subject(app, named));
  if (out.subject.shape.width > 0 && !out.subject.shape.layers.empty()) return out;
  return fail(
      Errc::refused,
      text("{} holds tensors but not the structure that planning needs",
           "{} 只有张量，没有规划所需的结构信息", named),
      text("give its config.json, or put it beside the file", "请改用它的 config.json，或把它放在文件旁边"));
}

}  // namespace cvp::cli
