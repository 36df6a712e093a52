#include "prompt/library.h"

#include <fmt/ranges.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "base/embedded.h"

namespace cvp::data {
std::span<const Embedded> prompts();
}

namespace cvp::prompt {
namespace {

constexpr size_t kTemplateBytes = 64 << 10;

std::unexpected<Error> bad(std::string_view name, const Text& why) {
  return fail(Errc::usage, text("the prompt template {} is wrong: {}", "提示词模板 {} 有误：{}", name, why),
              text("compare it with `cvp prompt show NAME`, or delete your copy to use the built-in one",
                   "请对照 `cvp prompt show NAME` 修改；删掉自己的副本则使用内置模板"));
}

Result<model::Role> parse_role(std::string_view role, std::string_view name) {
  if (role == "system") return model::Role::system;
  if (role == "user") return model::Role::user;
  if (role == "assistant") return model::Role::assistant;
  return bad(name, text("role must be system, user or assistant, not “{}”",
                        "role 只能是 system、user 或 assistant，而不是“{}”", role));
}

Result<Template::TemplateMessage> parse_message(const toml::table& table, std::string_view name) {
  Template::TemplateMessage message;
  message.role = TRY(parse_role(table["role"].value_or(std::string_view{}), name));
  const toml::array* parts = table["parts"].as_array();
  if (parts == nullptr || parts->empty())
    return bad(name,
               text("a message needs `parts`, a list of strings", "每条消息都要有 `parts`（字符串列表）"));
  for (const toml::node& part : *parts) {
    const std::optional<std::string> value = part.value<std::string>();
    if (!value) return bad(name, text("`parts` may hold only strings", "`parts` 里只能是字符串"));
    message.parts.push_back(*value);
  }
  return message;
}

/// The text of one part with its placeholders filled; names that were used are added to `used`.
Result<std::string> fill(std::string_view source, const Values& values,
                         std::set<std::string, std::less<>>& used, std::string_view name) {
  std::string out;
  for (size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if ((c == '{' || c == '}') && i + 1 < source.size() && source[i + 1] == c) {
      out += c;
      ++i;
    } else if (c == '{') {
      const size_t end = source.find('}', i);
      if (end == std::string_view::npos) return bad(name, text("a “{{” is not closed", "有一个“{{”没有闭合"));
      const std::string key(source.substr(i + 1, end - i - 1));
      const auto value = values.find(key);
      if (value == values.end())
        return bad(name,
                   text("nothing is known for the placeholder {{{}}}", "占位符 {{{}}} 没有对应的值", key));
      used.insert(key);
      out += value->second;
      i = end;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Result<Template> parse_template(std::string_view source, std::string_view name) {
  if (source.size() > kTemplateBytes)
    return bad(name, text("it is larger than {} bytes", "超过了 {} 字节", kTemplateBytes));
  const toml::parse_result parsed = toml::parse(source, std::string(name));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return bad(name, text("line {}: {}", "第 {} 行：{}", error.source().begin.line, error.description()));
  }
  const toml::table& table = parsed.table();
  Template out;
  out.name = table["name"].value_or(std::string{});
  out.version = table["version"].value_or(0);
  out.purpose = table["purpose"].value_or(std::string{});
  const std::string lang = table["lang"].value_or(std::string{});
  if (out.name.empty() || out.version < 1 || (lang != "zh" && lang != "en"))
    return bad(name, text("it needs name, version (from 1) and lang (zh or en)",
                          "必须写明 name、version（从 1 起）和 lang（zh 或 en）"));
  out.lang = lang == "zh" ? Lang::zh : Lang::en;
  const toml::array* messages = table["message"].as_array();
  if (messages == nullptr) return bad(name, text("it has no [[message]]", "没有 [[message]]"));
  for (const toml::node& node : *messages) {
    const toml::table* message = node.as_table();
    if (message == nullptr) return bad(name, text("[[message]] must be a table", "[[message]] 必须是表"));
    out.messages.push_back(TRY(parse_message(*message, name)));
  }
  if (const toml::array* options = table["options"].as_array())
    for (const toml::node& option : *options) out.options.push_back(option.value_or(std::string{}));
  if (const toml::table* strings = table["strings"].as_table())
    for (const auto& [key, value] : *strings)
      out.strings[std::string(key.str())] = value.value_or(std::string{});
  return out;
}

Result<Library> Library::load(const std::map<std::string, std::string>& user_files) {
  Library library;
  for (const data::Embedded& file : data::prompts())
    library.templates_.push_back(TRY(parse_template(file.bytes, file.path)));
  for (const auto& [name, content] : user_files) {
    Template own = TRY(parse_template(content, name));
    own.overridden = true;
    const auto same = std::ranges::find_if(library.templates_, [&](const Template& built_in) {
      return built_in.name == own.name && built_in.lang == own.lang;
    });
    if (same == library.templates_.end())
      return bad(name,
                 text("there is no built-in template {} to replace", "没有可以替换的内置模板 {}", own.name));
    *same = std::move(own);
  }
  return library;
}

Result<const Template*> Library::find(std::string_view name, Lang lang) const {
  std::vector<std::string_view> names;
  for (const Template& candidate : templates_) {
    if (candidate.lang != lang) continue;
    if (candidate.name == name) return &candidate;
    names.push_back(candidate.name);
  }
  return fail(Errc::not_found, text("no prompt template is called {}", "没有名为 {} 的提示词模板", name),
              text("there are: {}", "现有：{}", fmt::format("{}", fmt::join(names, ", "))));
}

Result<std::vector<model::Message>> render(const Template& source, const Values& values) {
  std::set<std::string, std::less<>> used;
  std::vector<model::Message> out;
  for (const Template::TemplateMessage& message : source.messages) {
    model::Message filled{.role = message.role, .parts = {}};
    for (const std::string& part : message.parts)
      filled.parts.push_back(TRY(fill(part, values, used, source.name)));
    out.push_back(std::move(filled));
  }
  for (const auto& [key, value] : values)
    if (!used.contains(key)) return bad(source.name, text("it does not use {{{}}}", "没有用到 {{{}}}", key));
  return out;
}

}  // namespace cvp::prompt
