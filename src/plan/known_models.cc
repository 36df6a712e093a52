#include "plan/known_models.h"

#include <algorithm>
#include <array>
#include <set>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/embedded.h"
#include "plan/nearest_names.h"

namespace cvp::data {
std::span<const Embedded> catalogue();
}

namespace cvp::plan {
namespace {

constexpr size_t kMaxRows = 1000;

/// What must name its source or be called unverified.
constexpr std::string_view kFacts[] = {
    "released",      "parameters", "active_parameters", "training_tokens", "context_tokens",
    "training_data", "licence",    "commercial",        "languages",       "config"};

boost::json::value json_of(const toml::node& node) {
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* string = node.as_string()) return boost::json::value(string->get());
  return nullptr;
}

/// Reads the fields of a model from its own table and, where that lacks one, from its family's.
class Entry {
 public:
  Entry(const toml::table& model, const toml::table& family, const std::string& file)
      : model_(model), family_(family), file_(file) {}

  Result<ModelFacts> read() {
    ModelFacts out;
    out.id = string("id", Needed::yes);
    out.family = family_["id"].value_or<std::string>("");
    out.name = string("name", Needed::yes);
    out.maker = string("maker", Needed::yes);
    out.country = string("country", Needed::yes);
    out.released = string("released");
    out.access = choice<Access>("access", kAccess);
    out.commercial = choice<Commercial>("commercial", kCommercial);
    out.parameters = number("parameters");
    out.active_parameters = number("active_parameters");
    out.training_tokens = number("training_tokens");
    out.context_tokens = static_cast<uint32_t>(std::min(number("context_tokens"), 1e9));
    out.languages = strings("languages");
    out.licence = string("licence");
    out.licence_url = string("licence_url");
    out.chat_template = string("chat_template");
    out.installs_as = string("installs_as");
    out.gguf = strings("gguf");
    out.aliases = strings("aliases");
    out.training_data = both("training_data");
    out.licence_note = both("licence_note");
    out.note = both("note");
    TRY(read_sources(out));
    TRY(read_shape(out));
    if (!wrong_.empty()) return fail_at(out.id, wrong_);
    return out;
  }

 private:
  enum class Needed { no, yes };
  static constexpr std::array<std::pair<std::string_view, Access>, 3> kAccess{
      {{"weights", Access::weights}, {"api", Access::api}, {"unreleased", Access::unreleased}}};
  static constexpr std::array<std::pair<std::string_view, Commercial>, 4> kCommercial{
      {{"unknown", Commercial::unknown},
       {"yes", Commercial::yes},
       {"conditions", Commercial::conditions},
       {"no", Commercial::no}}};

  const toml::node* find(std::string_view key) {
    if (const auto* own = model_.get(key)) return own;
    // A family's id and name are its own.
    return key == "id" || key == "name" || key == "aliases" ? nullptr : family_.get(key);
  }
  void wrong(std::string_view key) {
    if (wrong_.empty()) wrong_ = key;
  }
  std::string string(std::string_view key, Needed needed = Needed::no) {
    const auto* node = find(key);
    const auto value = node != nullptr ? node->value_exact<std::string>() : std::nullopt;
    if ((node != nullptr && !value) || (needed == Needed::yes && value.value_or("").empty())) wrong(key);
    return value.value_or("");
  }
  double number(std::string_view key) {
    const auto* node = find(key);
    if (node == nullptr) return 0;
    const auto value = node->value<double>();
    if (!node->is_number() || !value || !(*value > 0) || *value > 1e18) wrong(key);
    return value.value_or(0);
  }
  std::vector<std::string> strings(std::string_view key) {
    std::vector<std::string> out;
    const auto* node = find(key);
    if (node == nullptr) return out;
    const auto* array = node->as_array();
    if (array == nullptr) return wrong(key), out;
    for (const toml::node& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value || value->empty()) wrong(key);
      out.push_back(value.value_or(""));
    }
    return out;
  }
  Text both(std::string_view key) {
    const auto* node = find(key);
    if (node == nullptr) return {};
    const auto* table = node->as_table();
    if (table == nullptr) return wrong(key), Text{};
    Text out{(*table)["en"].value_or<std::string>(""), (*table)["zh"].value_or<std::string>("")};
    if (out.en.empty() || out.zh.empty()) wrong(key);
    return out;
  }
  template <class E, size_t N>
  E choice(std::string_view key, const std::array<std::pair<std::string_view, E>, N>& names) {
    const std::string given = string(key, Needed::yes);
    for (const auto& [name, value] : names)
      if (name == given) return value;
    wrong(key);
    return names.front().second;
  }

  std::unexpected<Error> fail_at(const std::string& id, std::string_view field) const {
    return fail(Errc::corrupt, text("{}: the field “{}” of {} is missing or wrong",
                                    "{}：{} 的字段“{}”缺失或有误", file_, field, id));
  }

  void add_sources(const toml::table& table, ModelFacts& out) {
    if (const auto* sources = table["sources"].as_array()) {
      for (const toml::node& node : *sources) {
        const auto* source = node.as_table();
        const std::string url = source != nullptr ? (*source)["url"].value_or<std::string>("") : "";
        const auto* says = source != nullptr ? (*source)["says"].as_array() : nullptr;
        if (!url.starts_with("https://") || says == nullptr) return wrong("sources");
        for (const toml::node& fact : *says) out.sources[fact.value_or<std::string>("")] = url;
      }
    }
    if (const auto* names = table["unverified"].as_array())
      for (const toml::node& fact : *names) out.unverified.push_back(fact.value_or<std::string>(""));
  }

  Result<void> read_sources(ModelFacts& out) {
    add_sources(family_, out);
    add_sources(model_, out);
    if (!wrong_.empty()) return fail_at(out.id, wrong_);
    // A model's own source settles what its family left open.
    std::erase_if(out.unverified, [&](const std::string& fact) { return out.sources.contains(fact); });
    for (const std::string_view fact : kFacts) {
      const bool unknown_commercial = fact == "commercial" && out.commercial == Commercial::unknown;
      const auto* said = find(fact);
      const bool empty = said != nullptr && said->value<std::string>() == "";
      if (said == nullptr || empty || unknown_commercial) {
        out.sources.erase(std::string(fact));
        std::erase(out.unverified, fact);
        continue;
      }
      const bool open = std::ranges::count(out.unverified, fact) > 0;
      if (!open && !out.sources.contains(std::string(fact)))
        return fail(Errc::corrupt,
                    text("{}: {} of {} has no source", "{}：{} 没有来源（{}）", file_, fact, out.id));
    }
    for (const auto& [fact, url] : out.sources)
      if (std::ranges::count(kFacts, std::string_view(fact)) == 0) return fail_at(out.id, fact);
    return {};
  }

  Result<void> read_shape(ModelFacts& out) {
    const auto* config = model_["config"].as_table();
    if (config == nullptr) return {};
    boost::json::object object;
    for (const auto& [key, value] : *config) object[std::string(key.str())] = json_of(value);
    if (!object.contains("max_position_embeddings") && out.context_tokens > 0)
      object["max_position_embeddings"] = out.context_tokens;
    out.shape = TRY(shape_of_config(object, out.id));
    out.shape->name = out.name;
    return {};
  }

  const toml::table& model_;
  const toml::table& family_;
  const std::string& file_;
  std::string wrong_;
};

/// For comparing names: "Llama 2 7B", "llama-2-7b" and "llama2_7b" are one.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_' || c == '/') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

Result<std::vector<ModelFacts>> read_file(std::string_view text_bytes, const std::string& file) {
  toml::parse_result parsed = toml::parse(text_bytes, file);
  if (!parsed)
    return fail(Errc::corrupt,
                text("{}, line {}: {}", "{} 第 {} 行：{}", file, parsed.error().source().begin.line,
                     std::string(parsed.error().description())));
  std::vector<ModelFacts> out;
  const auto* families = parsed.table()["family"].as_array();
  if (families == nullptr) return fail(Errc::corrupt, text("{} has no families", "{} 中没有模型系列", file));
  for (const toml::node& node : *families) {
    const auto* family = node.as_table();
    const auto* models = family != nullptr ? (*family)["model"].as_array() : nullptr;
    if (models == nullptr || models->size() > kMaxRows || families->size() > kMaxRows)
      return fail(Errc::corrupt, text("{}: a family has no models", "{}：有的系列没有模型", file));
    for (const toml::node& model : *models) {
      if (!model.is_table())
        return fail(Errc::corrupt, text("{}: a model is no table", "{}：有的模型不是表", file));
      out.push_back(TRY(Entry(*model.as_table(), *family, file).read()));
    }
  }
  return out;
}

}  // namespace

bool ModelFacts::has_language(std::string_view language) const {
  return std::ranges::count(languages, language) > 0 || std::ranges::count(languages, "multilingual") > 0;
}

Result<KnownModels> KnownModels::load() {
  KnownModels out;
  for (const data::Embedded& file : data::catalogue())
    TRY(out.add(TRY(read_file(file.bytes, std::string(file.path))), std::string(file.path)));
  return out;
}

Result<KnownModels> KnownModels::parse(std::string_view toml, const std::string& name) {
  KnownModels out;
  TRY(out.add(TRY(read_file(toml, name)), name));
  return out;
}

Result<void> KnownModels::add(std::vector<ModelFacts> models, const std::string& file) {
  for (ModelFacts& model : models) {
    std::set<std::string> names = {folded(model.id), folded(model.name)};
    for (const std::string& alias : model.aliases) names.insert(folded(alias));
    if (!model.installs_as.empty()) names.insert(folded(model.installs_as));
    for (const std::string& name : names) {
      if (!names_.emplace(name, models_.size()).second)
        return fail(Errc::corrupt,
                    text("{}: the name {} stands there twice", "{}：名称 {} 重复", file, name));
    }
    models_.push_back(std::move(model));
  }
  return {};
}

Result<const ModelFacts*> KnownModels::find(std::string_view asked) const {
  const std::string wanted = folded(asked);
  if (const auto found = names_.find(wanted); found != names_.end()) return &models_[found->second];
  std::set<size_t> begun;
  for (auto it = names_.lower_bound(wanted); !wanted.empty() && it != names_.end(); ++it) {
    if (!it->first.starts_with(wanted)) break;
    begun.insert(it->second);
  }
  if (begun.size() == 1) return &models_[*begun.begin()];
  constexpr size_t kMostOffered = 12;
  std::vector<std::string> ids;
  if (begun.empty()) {
    for (const ModelFacts& model : models_) ids.push_back(model.id);
    const std::string near = joined_names(nearest_names(asked, ids));
    return fail(Errc::not_found, text("no model “{}” is known", "不认识模型“{}”", std::string(asked)),
                near.empty() ? text("`cvp models list --all` shows those that are",
                                    "用 `cvp models list --all` 查看全部已知模型")
                             : text("did you mean {}? `cvp models list --all` shows those that are",
                                    "是否想写 {}？用 `cvp models list --all` 查看全部已知模型", near));
  }
  for (const size_t index : begun) {
    if (ids.size() < kMostOffered) ids.push_back(models_[index].id);
  }
  return fail(Errc::not_found,
              text("several models start with “{}”", "有多个模型的名称以“{}”开头", std::string(asked)),
              text("write more of the name: {}", "请把名称写完整一些：{}", joined_names(ids)));
}

}  // namespace cvp::plan
