#include "hub/apt_source.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

namespace cvp::hub {
namespace {

constexpr uint64_t kConfigBytes = 1 << 20;
constexpr size_t kConfigFiles = 1000;
constexpr const char* kDebianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

std::string_view trim(std::string_view s) {
  const size_t from = s.find_first_not_of(" \t\r\n");
  if (from == s.npos) return {};
  return s.substr(from, s.find_last_not_of(" \t\r\n") - from + 1);
}

std::vector<std::string> words(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(std::move(word));
  return out;
}

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c += 32;
  return out;
}

using Stanza = std::map<std::string, std::string>;

void add_stanza(const Stanza& stanza, std::vector<AptEntry>& out) {
  const auto field = [&](const char* name) {
    const auto it = stanza.find(name);
    return it == stanza.end() ? std::string() : it->second;
  };
  const auto types = words(field("types"));
  if (std::ranges::find(types, "deb") == types.end() || lower(trim(field("enabled"))) == "no") return;
  for (const std::string& uri : words(field("uris")))
    out.push_back({.uri = uri,
                   .suites = words(field("suites")),
                   .components = words(field("components")),
                   .signed_by = field("signed-by")});
}

bool ends_in_debian(std::string_view uri) {
  while (uri.ends_with('/')) uri.remove_suffix(1);
  return uri.ends_with("/debian");
}

/// 0: not Debian itself; more is better.
int rank(const AptEntry& entry, const std::string& codename) {
  if (std::ranges::find(entry.components, "main") == entry.components.end()) return 0;
  const auto names_release = [&](const std::string& suite) {
    return suite == codename || suite == "stable" || suite == "oldstable" || suite == "testing" ||
           suite == "unstable" || suite == "sid";
  };
  if (!std::ranges::any_of(entry.suites, names_release)) return 0;
  return ends_in_debian(entry.uri) ? 2 : 1;
}

std::vector<AptEntry> all_entries(const sys::Path& etc) {
  std::vector<AptEntry> out;
  const auto read = [&](const sys::Path& path, auto parse) {
    const auto bytes = sys::read_file(path, kConfigBytes);
    if (!bytes) return;  // an unreadable file of another program: the next may do
    for (AptEntry& entry : parse(*bytes)) out.push_back(std::move(entry));
  };
  read(etc / "apt/sources.list", parse_one_line_sources);
  const auto files = sys::list_files(etc / "apt/sources.list.d", kConfigFiles);
  if (!files) return out;
  for (const sys::Path& file : *files) {
    if (file.extension() == ".list") read(file, parse_one_line_sources);
    if (file.extension() == ".sources") read(file, parse_deb822_sources);
  }
  return out;
}

}  // namespace

std::vector<AptEntry> parse_one_line_sources(std::string_view text) {
  std::vector<AptEntry> out;
  for (std::string_view line : lines(text)) {
    line = trim(line.substr(0, line.find('#')));
    if (!line.starts_with("deb ") && !line.starts_with("deb\t")) continue;
    line = trim(line.substr(4));
    AptEntry entry;
    if (line.starts_with('[')) {
      const size_t close = line.find(']');
      if (close == line.npos) continue;
      for (const std::string& option : words(line.substr(1, close - 1)))
        if (option.starts_with("signed-by=")) entry.signed_by = option.substr(10);
      line = trim(line.substr(close + 1));
    }
    const auto fields = words(line);
    if (fields.size() < 3) continue;
    entry.uri = fields[0];
    entry.suites = {fields[1]};
    entry.components.assign(fields.begin() + 2, fields.end());
    out.push_back(std::move(entry));
  }
  return out;
}

std::vector<AptEntry> parse_deb822_sources(std::string_view text) {
  std::vector<AptEntry> out;
  Stanza stanza;
  std::string* last = nullptr;
  for (const std::string_view line : lines(text)) {
    if (line.starts_with('#')) continue;
    if (trim(line).empty()) {
      add_stanza(stanza, out);
      stanza.clear();
      last = nullptr;
    } else if (line.starts_with(' ') || line.starts_with('\t')) {
      if (last != nullptr) *last += "\n" + std::string(line);
    } else if (const size_t colon = line.find(':'); colon != line.npos) {
      last = &(stanza[lower(line.substr(0, colon))] = trim(line.substr(colon + 1)));
    }
  }
  add_stanza(stanza, out);
  return out;
}

OsRelease parse_os_release(std::string_view text) {
  OsRelease out;
  for (const std::string_view line : lines(text)) {
    const size_t equals = line.find('=');
    if (equals == line.npos) continue;
    std::string_view value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\''))
      value = value.substr(1, value.size() - 2);
    const std::string_view key = line.substr(0, equals);
    if (key == "ID") out.id = value;
    if (key == "VERSION_CODENAME") out.codename = value;
    if (key == "PRETTY_NAME") out.pretty_name = value;
  }
  return out;
}

Result<AptEntry> find_debian_source(const sys::Path& etc) {
  const Text by_hand =
      text("install llama.cpp's llama-server by hand and name it with `cvp config set engine.path PROGRAM`",
           "请自行安装 llama.cpp 的 llama-server，再用 `cvp config set engine.path 程序` 指定");
  const auto release_text = sys::read_file(etc / "os-release", kConfigBytes);
  const OsRelease release = release_text ? parse_os_release(*release_text) : OsRelease{};
  if (release.id != "debian") {
    const std::string name = release.pretty_name.empty() ? release.id : release.pretty_name;
    return fail(Errc::unavailable,
                text("the engine can be installed automatically only on Debian{}",
                     "只有在 Debian 上才能自动安装引擎{}",
                     name.empty() ? Text{} : text(", and this is {}", "，而当前系统是 {}", name)),
                by_hand);
  }
  std::optional<AptEntry> best;
  for (const AptEntry& entry : all_entries(etc))
    if (rank(entry, release.codename) > (best ? rank(*best, release.codename) : 0)) best = entry;
  if (best) return *best;
  return fail(
      Errc::unavailable,
      text("no Debian server is configured in {}", "{} 中没有配置 Debian 软件源", (etc / "apt").string()),
      text("add one to {}, or {}", "请在 {} 中添加软件源，或者{}", (etc / "apt/sources.list").string(),
           by_hand));
}

std::string deb822_source(const AptEntry& entry, std::string_view suite) {
  return fmt::format("Types: deb\nURIs: {}\nSuites: {}\nComponents: main\nSigned-By: {}\n", entry.uri, suite,
                     entry.signed_by.empty() ? kDebianKeyring : entry.signed_by);
}

}  // namespace cvp::hub
