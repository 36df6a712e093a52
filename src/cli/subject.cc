#include "cli/subject.h"

#include <algorithm>

#include "cli/progress_line.h"
#include "cli/quantity.h"
#include "cli/remote_subject.h"
#include "hub/remote_head.h"
#include "model/catalogue.h"
#include "plan/generic_shape.h"
#include "plan/known_models.h"
#include "plan/parameters.h"
#include "plan/subject.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kConfigBytes = 4 << 20;
constexpr const char* kConfig = "config.json";

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
  const sys::Path config = (info.is_folder ? path / kConfig : path).lexically_normal();
  if (info.is_folder && !sys::exists(config)) {
    return fail(Errc::not_found,
                text("the folder {} holds neither a config.json nor safetensors files",
                     "文件夹 {} 里既没有 config.json，也没有 safetensors 文件", path.string()),
                text("name the model's file itself, such as {}", "请直接给出模型文件，例如 {}",
                     (path / "model.gguf").string()));
  }
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
      "{} names a size, not a model: taken as a dense model built like Llama 3; give the model's name for "
      "its own numbers",
      "{} 只是规模，不是具体模型：按 Llama 3 结构的稠密模型估算；给出模型名称可按其实际结构计算", named));
  return out;
}

Result<NamedSubject> from_facts(const plan::ModelFacts& facts) {
  if (facts.access != plan::Access::weights) {
    return fail(Errc::refused,
                text("you cannot run or train {} yourself: its weights are not published",
                     "{} 无法自行运行或训练：权重没有公开", facts.name),
                text("`cvp models list --open` lists the models whose weights are",
                     "`cvp models list --open` 列出权重公开的模型"));
  }
  if (facts.shape) {
    NamedSubject out = TRY(from_shape(*facts.shape, facts.name));
    out.download_id = facts.installs_as;
    if (!facts.gguf.empty()) out.where = "huggingface.co/" + facts.gguf.front();
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
  return named.find('/') != named.npos || named.ends_with(".gguf") || named.ends_with(".json") ||
         named == "." || named == "..";
}

/// "0B", "-7B", "7X": meant as a size, and none that can be.
bool looks_like_a_size(const std::string& named) {
  constexpr std::string_view kDigits = "0123456789", kNumber = "0123456789.,_ ";
  const size_t first = named.find_first_of(kDigits);
  const bool signed_number = first == 1 && (named[0] == '-' || named[0] == '+');
  if (first != 0 && !signed_number) return false;
  const size_t end = std::min(named.find_first_not_of(kNumber, first), named.size());
  constexpr size_t kLongestUnit = 2;
  return named.size() - end <= kLongestUnit;
}

/// What nothing is known by: what it may have been meant as, else `error`.
Result<NamedSubject> not_known(const std::string& named, Error error) {
  if (looks_like_a_size(named)) {
    return fail(Errc::usage, text("“{}” is no size of a model", "“{}”不是模型规模", named),
                text("write it like 7B, 14B or 500M, or give the model's name",
                     "写法如 7B、14B 或 500M，也可以给出模型名称"));
  }
  if (sys::exists(named)) return from_path(named);
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  for (const model::CatalogueEntry& entry : catalogue.entries()) {
    if (entry.id != named) continue;
    return fail(Errc::not_found,
                text("how {} is built is read from its file, which is not here yet",
                     "{} 的结构要从模型文件里读取，而文件还没有下载", named),
                text("`cvp models pull {}` fetches it ({})", "请先下载（{1}）：`cvp models pull {0}`", named,
                     format_bytes(static_cast<double>(entry.bytes))));
  }
  return std::unexpected(std::move(error));
}

}  // namespace

Result<NamedSubject> open_subject(App& app, const std::string& named) {
  if (named.empty()) {
    return fail(
        Errc::usage, text("the model's name is empty", "模型名称是空的"),
        text("give a model, a file or a size such as 14B", "请给出模型名称、文件，或 14B 这样的规模"));
  }
  if (hub::names_remote(named)) return open_remote_subject(app, named);
  if (named.find("://") != named.npos) {
    return fail(Errc::usage, text("{} cannot be read from here", "无法读取 {}", named),
                text("addresses start with https:// or http://; hf:OWNER/REPOSITORY/FILE is a file on "
                     "Hugging Face",
                     "网址应以 https:// 或 http:// 开头；hf:所有者/仓库/文件 表示 Hugging Face 上的文件"));
  }
  if (sys::exists(named)) {
    if (is_safetensors(named)) return open_safetensors(named);
    const bool folder = TRY(sys::stat_file(named)).is_folder;
    if (looks_like_a_path(named) || !folder || sys::exists(sys::Path(named) / kConfig))
      return from_path(named);
  } else if (looks_like_a_path(named)) {
    return fail(Errc::not_found, text("there is no file {}", "没有文件 {}", named),
                text("a model's name, a GGUF file or a config.json is needed",
                     "请给出模型名称、GGUF 文件或 config.json"));
  }
  if (const auto installed = model::find_installed(app.home(), named))
    return from_gguf(installed->gguf, installed->entry.display_name);
  if (const auto size = parse_count(named)) return from_size(*size, named);
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  auto facts = known.find(named);
  return facts ? from_facts(**facts) : not_known(named, std::move(facts.error()));
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
