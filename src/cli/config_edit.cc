// Changing one key of a hand-written TOML file. toml++ would drop comments and order, so the lines are edited
// and the result is parsed again: what does not read back as meant is refused, not written.
#include <optional>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "cli/config.h"

namespace cvp::cli {
namespace {

std::string toml_value(const ConfigKey& key, std::string_view value) {
  if (key.kind == ConfigKey::Kind::integer || key.kind == ConfigKey::Kind::real) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04X}", c);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string_view trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

/// The header's name when the line is "[name]", with or without a comment.
std::optional<std::string> header_of(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (!text.starts_with('[') || text.starts_with("[[")) return std::nullopt;
  const size_t close = text.find(']');
  if (close == text.npos) return std::nullopt;
  return std::string(trimmed(text.substr(1, close - 1)));
}

bool assigns(std::string_view line, std::string_view name) {
  const std::string_view text = trimmed(line);
  if (!text.starts_with(name)) return false;
  return trimmed(text.substr(name.size())).starts_with('=');
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<std::string> with_assignment(std::vector<std::string> lines, std::string_view section,
                                         std::string_view name, const std::string& assignment) {
  std::string current;
  std::optional<size_t> insert_at;
  if (section.empty()) insert_at = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (const auto header = header_of(lines[i])) {
      current = *header;
      if (current == section) insert_at = i + 1;
    } else if (current == section && assigns(lines[i], name)) {
      lines[i] = assignment;
      return lines;
    }
  }
  if (insert_at) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(*insert_at), assignment);
    return lines;
  }
  if (!lines.empty() && !trimmed(lines.back()).empty()) lines.emplace_back();
  lines.push_back("[" + std::string(section) + "]");
  lines.push_back(assignment);
  return lines;
}

std::vector<std::string> without_assignment(const std::vector<std::string>& lines, std::string_view section,
                                            std::string_view name) {
  std::string current;
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    if (const auto header = header_of(line)) current = *header;
    if (current != section || !assigns(line, name)) out.push_back(line);
  }
  return out;
}

/// "search.k" → "search", "k"; "lang" → "", "lang"
std::pair<std::string, std::string> split_key(const std::string& key) {
  const size_t dot = key.find('.');
  if (dot == key.npos) return {"", key};
  return {key.substr(0, dot), key.substr(dot + 1)};
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::unexpected<Error> fail_risky(const ConfigKey& key, Text by_hand) {
  return fail(Errc::refused,
              text("cannot change {} in this file without risk", "无法稳妥地修改该文件中的 {}", key.name),
              std::move(by_hand));
}

}  // namespace

Result<std::string> set_in_toml(std::string_view toml, const ConfigKey& key, std::string_view value) {
  const auto [section, name] = split_key(key.name);
  std::string out =
      joined_lines(with_assignment(split_lines(toml), section, name, name + " = " + toml_value(key, value)));
  const toml::parse_result parsed = toml::parse(out);
  if (parsed) {
    const toml::node_view<const toml::node> node = parsed.table().at_path(key.name);
    const bool as_meant = node.is_string() ? node.ref<std::string>() == value : static_cast<bool>(node);
    if (as_meant) return out;
  }
  return fail_risky(key, text("edit the file by hand: {} = {}", "请手动编辑该文件：{} = {}", key.name,
                              toml_value(key, value)));
}

Result<std::string> unset_in_toml(std::string_view toml, const ConfigKey& key) {
  const auto [section, name] = split_key(key.name);
  std::string out = joined_lines(without_assignment(split_lines(toml), section, name));
  const toml::parse_result parsed = toml::parse(out);
  if (parsed && !parsed.table().at_path(key.name)) return out;
  return fail_risky(key, text("edit the file by hand: take {} out", "请手动编辑该文件：去掉 {}", key.name));
}

}  // namespace cvp::cli
