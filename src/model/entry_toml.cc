#include "model/entry_toml.h"

#include <array>
#include <sstream>
#include <utility>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace cvp::model {
namespace {

template <class E, size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<ModelRole, 4> kRoles{{{ModelRole::chat, "chat"},
                                      {ModelRole::embedding, "embedding"},
                                      {ModelRole::reranker, "reranker"},
                                      {ModelRole::base, "base"}}};
constexpr Names<FileFormat, 4> kFormats{{{FileFormat::gguf, "gguf"},
                                         {FileFormat::e5_packed, "e5_packed"},
                                         {FileFormat::onnx_bert, "onnx_bert"},
                                         {FileFormat::safetensors_bert, "safetensors_bert"}}};
constexpr Names<Source::Kind, 5> kKinds{{{Source::Kind::pypi, "pypi"},
                                         {Source::Kind::maven, "maven"},
                                         {Source::Kind::huggingface, "huggingface"},
                                         {Source::Kind::modelscope, "modelscope"},
                                         {Source::Kind::url, "url"}}};

template <class E, size_t N>
std::string_view name_of(const Names<E, N>& names, E value) {
  for (const auto& [key, name] : names)
    if (key == value) return name;
  return {};
}

/// Reads fields of one table; the first wrong or missing one is remembered, so that a reader is a plain list
/// of fields.
class Fields {
 public:
  Fields(const toml::table& table, std::string_view name) : table_(table), name_(name) {}

  std::string string(std::string_view key, bool needed = true) {
    const auto* node = find(key, needed);
    if (!node) return {};
    if (auto value = node->value_exact<std::string>()) return *value;
    wrong(key);
    return {};
  }
  uint64_t count(std::string_view key, bool needed = true) {
    const auto* node = find(key, needed);
    if (!node) return 0;
    if (auto value = node->value_exact<int64_t>(); value && *value >= 0) return static_cast<uint64_t>(*value);
    wrong(key);
    return 0;
  }
  bool flag(std::string_view key) {
    const auto* node = find(key, false);
    if (!node) return false;
    if (auto value = node->value_exact<bool>()) return *value;
    wrong(key);
    return false;
  }
  std::vector<std::string> strings(std::string_view key, bool needed = true) {
    std::vector<std::string> values;
    const auto* node = find(key, needed);
    if (!node) return values;
    if (!node->is_array())
      wrong(key);
    else
      for (const auto& item : *node->as_array()) {
        if (auto value = item.value_exact<std::string>())
          values.push_back(*value);
        else
          wrong(key);
      }
    return values;
  }
  template <class E, size_t N>
  E choice(std::string_view key, const Names<E, N>& names) {
    const std::string given = string(key);
    for (const auto& [value, name] : names)
      if (name == given) return value;
    wrong(key);
    return names[0].first;
  }
  const toml::table* table(std::string_view key) {
    const auto* node = find(key, true);
    if (node && node->is_table()) return node->as_table();
    wrong(key);
    return nullptr;
  }
  const std::vector<const toml::table*> tables(std::string_view key) {
    std::vector<const toml::table*> found;
    const auto* node = find(key, false);
    if (!node) return found;
    if (!node->is_array())
      wrong(key);
    else
      for (const auto& item : *node->as_array()) {
        if (item.is_table())
          found.push_back(item.as_table());
        else
          wrong(key);
      }
    return found;
  }
  void wrong(std::string_view key) {
    if (problem_.empty())
      problem_ = text("{}: the field \"{}\" is missing or wrong", "{}：字段 “{}” 缺失或有误",
                      std::string(name_), std::string(key));
  }
  const Text& problem() const { return problem_; }

 private:
  const toml::node* find(std::string_view key, bool needed) {
    const auto* node = table_.get(key);
    if (!node && needed) wrong(key);
    return node;
  }
  const toml::table& table_;
  std::string_view name_;
  Text problem_;
};

Result<Source> read_source(const toml::table& table, std::string_view name) {
  Fields fields(table, name);
  Source source{.kind = fields.choice("kind", kKinds),
                .packages = fields.strings("packages"),
                .member = fields.string("member", false),
                .extra_members = fields.strings("extra_members", false)};
  if (source.packages.empty()) fields.wrong("packages");
  if (!fields.problem().empty()) return fail(Errc::corrupt, fields.problem());
  return source;
}

Result<CatalogueEntry> read_entry(const toml::table& table, std::string_view name) {
  Fields fields(table, name);
  CatalogueEntry entry;
  entry.id = fields.string("id");
  if (!valid_model_id(entry.id)) fields.wrong("id");
  entry.role = fields.choice("role", kRoles);
  entry.display_name = fields.string("display_name");
  entry.architecture = fields.string("architecture");
  entry.parameters = static_cast<double>(fields.count("parameters", false));
  entry.quantization = fields.string("quantization", false);
  entry.languages = fields.strings("languages", false);
  entry.licence = fields.string("licence", false);
  entry.licence_url = fields.string("licence_url", false);
  entry.licence_must_accept = fields.flag("licence_must_accept");
  entry.format = fields.choice("format", kFormats);
  entry.sha256 = fields.string("sha256");
  if (entry.sha256.size() != 64 || entry.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    fields.wrong("sha256");
  entry.bytes = fields.count("bytes");
  entry.gguf_sha256 = fields.string("gguf_sha256", false);
  entry.chat_template = fields.string("chat_template", false);
  entry.pooling = fields.string("pooling", false);
  entry.query_prefix = fields.string("query_prefix", false);
  entry.passage_prefix = fields.string("passage_prefix", false);
  const uint64_t context = fields.count("context_tokens", false);
  if (context > UINT32_MAX) fields.wrong("context_tokens");
  entry.context_tokens = static_cast<uint32_t>(context);
  entry.needs_memory_bytes = fields.count("needs_memory_bytes", false);
  if (const auto* note = fields.table("note")) {
    Fields languages(*note, name);
    entry.note = Text{languages.string("en"), languages.string("zh")};
    if (!languages.problem().empty()) return fail(Errc::corrupt, languages.problem());
  }
  for (const auto* source : fields.tables("source")) entry.sources.push_back(TRY(read_source(*source, name)));
  if (!fields.problem().empty()) return fail(Errc::corrupt, fields.problem());
  return entry;
}

Result<toml::table> parse(std::string_view toml, std::string_view name) {
  toml::parse_result parsed = toml::parse(toml, name);
  if (!parsed) {
    const auto& error = parsed.error();
    return fail(Errc::corrupt, text("{}, line {}: {}", "{} 第 {} 行：{}", std::string(name),
                                    error.source().begin.line, std::string(error.description())));
  }
  return std::move(parsed).table();
}

toml::array array_of(const std::vector<std::string>& values) {
  toml::array array;
  for (const auto& value : values) array.push_back(value);
  return array;
}

toml::table table_of(const CatalogueEntry& entry) {
  toml::array sources;
  for (const auto& source : entry.sources)
    sources.push_back(toml::table{{"kind", std::string(source_kind_name(source.kind))},
                                  {"packages", array_of(source.packages)},
                                  {"member", source.member},
                                  {"extra_members", array_of(source.extra_members)}});
  return toml::table{{"id", entry.id},
                     {"role", std::string(role_name(entry.role))},
                     {"display_name", entry.display_name},
                     {"architecture", entry.architecture},
                     {"parameters", static_cast<int64_t>(entry.parameters)},
                     {"quantization", entry.quantization},
                     {"languages", array_of(entry.languages)},
                     {"licence", entry.licence},
                     {"licence_url", entry.licence_url},
                     {"licence_must_accept", entry.licence_must_accept},
                     {"format", std::string(format_name(entry.format))},
                     {"sha256", entry.sha256},
                     {"bytes", static_cast<int64_t>(entry.bytes)},
                     {"gguf_sha256", entry.gguf_sha256},
                     {"chat_template", entry.chat_template},
                     {"pooling", entry.pooling},
                     {"query_prefix", entry.query_prefix},
                     {"passage_prefix", entry.passage_prefix},
                     {"context_tokens", static_cast<int64_t>(entry.context_tokens)},
                     {"needs_memory_bytes", static_cast<int64_t>(entry.needs_memory_bytes)},
                     {"note", toml::table{{"en", entry.note.en}, {"zh", entry.note.zh}}},
                     {"source", std::move(sources)}};
}

}  // namespace

std::string_view role_name(ModelRole role) { return name_of(kRoles, role); }
std::string_view format_name(FileFormat format) { return name_of(kFormats, format); }
std::string_view source_kind_name(Source::Kind kind) { return name_of(kKinds, kind); }

Result<std::vector<CatalogueEntry>> parse_entries(std::string_view toml, std::string_view name) {
  const toml::table root = TRY(parse(toml, name));
  Fields fields(root, name);
  std::vector<CatalogueEntry> entries;
  for (const auto* table : fields.tables("model")) entries.push_back(TRY(read_entry(*table, name)));
  if (!fields.problem().empty()) return fail(Errc::corrupt, fields.problem());
  return entries;
}

Result<Manifest> parse_manifest(std::string_view toml, std::string_view name) {
  const toml::table root = TRY(parse(toml, name));
  Fields fields(root, name);
  Manifest manifest;
  manifest.gguf_sha256 = fields.string("gguf_sha256");
  manifest.gguf_bytes = fields.count("gguf_bytes");
  manifest.source = fields.string("source");
  const auto* entry = fields.table("model");
  if (!fields.problem().empty()) return fail(Errc::corrupt, fields.problem());
  manifest.entry = TRY(read_entry(*entry, name));
  return manifest;
}

std::string write_manifest(const Manifest& manifest) {
  const toml::table root{{"gguf_sha256", manifest.gguf_sha256},
                         {"gguf_bytes", static_cast<int64_t>(manifest.gguf_bytes)},
                         {"source", manifest.source},
                         {"model", table_of(manifest.entry)}};
  std::ostringstream out;
  out << root << "\n";
  return out.str();
}

}  // namespace cvp::model
