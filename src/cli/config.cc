#include "cli/config.h"

#include <cmath>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/check.h"

#include "base/number.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kConfigBytes = 1 << 20;

std::unexpected<Error> fail_unknown(std::string_view key, const Text& place) {
  const std::string near = nearest_config_key(key);
  Text hint = near.empty()
                  ? text("`cvp config list` shows all settings", "`cvp config list` 可查看所有设置项")
                  : text("did you mean {}? `cvp config list` shows all settings",
                         "是否想写 {}？`cvp config list` 可查看所有设置项", near);
  return fail(Errc::usage, text("unknown setting “{}” ({})", "未知的设置项“{}”（{}）", key, place),
              std::move(hint));
}

std::unexpected<Error> fail_value(const ConfigKey& key, std::string_view value, const Text& wanted) {
  return fail(Errc::usage,
              text("{} cannot be “{}”: it is {}", "{} 不能设为“{}”：应为{}", key.name, value, wanted));
}

/// A value of the file as it would be written on the command line; nothing for tables, arrays and dates.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* s = node.as_string()) return s->get();
  if (const auto* i = node.as_integer()) return std::to_string(i->get());
  if (const auto* f = node.as_floating_point()) return fmt::format("{}", f->get());
  if (const auto* b = node.as_boolean()) return b->get() ? "true" : "false";
  return std::nullopt;
}

bool is_section(std::string_view name) {
  for (const ConfigKey& key : config_keys()) {
    if (key.name.starts_with(std::string(name) + ".")) return true;
  }
  return false;
}

}  // namespace

Result<std::string> check_config_value(const ConfigKey& key, std::string_view value) {
  switch (key.kind) {
    case ConfigKey::Kind::integer: {
      const auto number = parse_number<int64_t>(value);
      if (number && static_cast<double>(*number) >= key.low && static_cast<double>(*number) <= key.high) {
        return std::to_string(*number);
      }
      return fail_value(
          key, value,
          text("a whole number from {:.0f} to {:.0f}", " {:.0f} 到 {:.0f} 之间的整数", key.low, key.high));
    }
    case ConfigKey::Kind::real: {
      const auto number = parse_number<double>(value);
      if (number && *number >= key.low && *number <= key.high) return fmt::format("{}", *number);
      return fail_value(key, value, text("a number from {} to {}", " {} 到 {} 之间的数", key.low, key.high));
    }
    case ConfigKey::Kind::choice: {
      std::string all;
      for (const std::string& choice : key.choices) {
        if (choice == value) return choice;
        all += (all.empty() ? "" : ", ") + choice;
      }
      return fail_value(key, value, text("one of {}", "以下之一：{}", all));
    }
    case ConfigKey::Kind::url:
      if (value.empty() || value.starts_with("http://") || value.starts_with("https://")) break;
      return fail_value(
          key, value,
          text("an address such as http://127.0.0.1:8000/v1", "网址，例如 http://127.0.0.1:8000/v1"));
    case ConfigKey::Kind::string:
    case ConfigKey::Kind::path:
    case ConfigKey::Kind::secret:
      break;
  }
  if (value.find('\0') != value.npos || value.size() > 4096) {
    return fail_value(key, "…", text("a text of at most 4096 bytes", "不超过 4096 字节的文本"));
  }
  return std::string(value);
}

Result<void> Config::set(const std::string& key, std::string value, Value::Origin origin, const Text& place) {
  const ConfigKey* known = find_config_key(key);
  if (known == nullptr) return fail_unknown(key, place);
  auto checked = check_config_value(*known, value);
  if (!checked) return wrap(std::move(checked).error(), place);
  values_[key] = {std::move(*checked), origin};
  return {};
}

Result<void> Config::read_file(const sys::Path& path) {
  const std::string bytes = TRY(sys::read_file(path, kConfigBytes));
  const toml::parse_result parsed = toml::parse(bytes, path.string());
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(Errc::usage,
                text("{}, line {}: not valid TOML: {}", "{} 第 {} 行不是有效的 TOML：{}", path.string(),
                     error.source().begin.line, std::string(error.description())));
  }
  for (const auto& [section, node] : parsed.table()) {
    const std::string outer(section.str());
    if (const toml::table* table = node.as_table()) {
      for (const auto& [name, inner] : *table) {
        const Text place = text("{}, line {}", "{} 第 {} 行", path.string(), inner.source().begin.line);
        const std::string key = outer + "." + std::string(name.str());
        const auto value = scalar_text(inner);
        if (!find_config_key(key)) return fail_unknown(key, place);
        if (!value)
          return fail(Errc::usage, text("{}: {} must be a single value", "{}：{} 必须是单个值", place, key));
        TRY(set(key, *value, Value::Origin::file, place));
      }
      continue;
    }
    const Text place = text("{}, line {}", "{} 第 {} 行", path.string(), node.source().begin.line);
    const auto value = scalar_text(node);
    if (!find_config_key(outer) || !value) return fail_unknown(outer, place);
    TRY(set(outer, *value, Value::Origin::file, place));
  }
  return {};
}

Result<Config> Config::load(const Sources& sources) {
  Config config;
  config.file_ = sources.file;
  for (const ConfigKey& key : config_keys())
    config.values_[key.name] = {key.fallback, Value::Origin::fallback};
  if (sources.file_was_named || sys::exists(sources.file)) TRY(config.read_file(sources.file));
  std::map<std::string, const ConfigKey*> by_variable;
  for (const ConfigKey& key : config_keys()) by_variable[key.environment_name()] = &key;
  for (const auto& [variable, value] : sources.environment) {
    if (value.empty()) continue;
    const Text place = text("environment variable {}", "环境变量 {}", variable);
    if (const auto at = by_variable.find(variable); at != by_variable.end()) {
      TRY(config.set(at->second->name, value, Value::Origin::environment, place));
      continue;
    }
    // CVP_SEARCH_KK is a slip; CVP_DATA is someone else's.
    std::string name = variable.substr(4);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const size_t cut = name.find('_');
    if (cut == name.npos || !is_section(name.substr(0, cut))) continue;
    name[cut] = '.';
    return fail_unknown(name, place);
  }
  for (const std::string& setting : sources.settings) {
    const size_t equals = setting.find('=');
    if (equals == setting.npos) {
      return fail(Errc::usage,
                  text("--set needs key=value, not “{}”", "--set 的格式是 设置项=值，而不是“{}”", setting),
                  text("for example --set search.k=5", "例如 --set search.k=5"));
    }
    TRY(config.set(setting.substr(0, equals), setting.substr(equals + 1), Value::Origin::command_line,
                   text("command line", "命令行")));
  }
  return config;
}

const Config::Value& Config::at(std::string_view key) const {
  const auto found = values_.find(key);
  CHECK(found != values_.end());
  return found->second;
}

int64_t Config::integer(std::string_view key) const {
  const auto value = parse_number<int64_t>(at(key).value);
  CHECK(value.has_value());
  return *value;
}

double Config::real(std::string_view key) const {
  const auto value = parse_number<double>(at(key).value);
  CHECK(value.has_value());
  return *value;
}

Text origin_text(const ConfigKey& key, Config::Value::Origin origin) {
  switch (origin) {
    case Config::Value::Origin::fallback:
      return text("default", "默认");
    case Config::Value::Origin::file:
      return text("file", "配置文件");
    case Config::Value::Origin::environment:
      return text("environment {}", "环境变量 {}", key.environment_name());
    case Config::Value::Origin::command_line:
      return text("command line", "命令行");
  }
  return {};
}

std::map<std::string, std::string> cvp_environment(char** environment) {
  std::map<std::string, std::string> out;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const size_t equals = line.find('=');
    if (line.starts_with("CVP_") && equals != line.npos)
      out[std::string(line.substr(0, equals))] = line.substr(equals + 1);
  }
  return out;
}

}  // namespace cvp::cli
