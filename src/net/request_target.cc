#include "net/request_target.h"

#include "base/unicode.h"

namespace cvp::net {
namespace {

constexpr size_t kParameters = 64;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// forbidden: may not come out of an escape (a slash inside a path segment).
std::optional<std::string> decode(std::string_view text, bool plus_is_space, char forbidden) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return {};
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return {};
      c = static_cast<char>(high * 16 + low);
      if (forbidden != '\0' && c == forbidden) return {};
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    // A question may hold line breaks; a path may hold no control character at all.
    if (forbidden != '\0' ? is_control(c) : c == '\0') return {};
    out += c;
  }
  if (!valid_utf8(out)) return {};
  return out;
}

std::optional<std::string> decode_path(std::string_view raw) {
  if (!raw.starts_with('/')) return {};
  std::string path;
  while (!raw.empty()) {
    raw.remove_prefix(1);
    const size_t end = std::min(raw.find('/'), raw.size());
    const auto segment = decode(raw.substr(0, end), false, '/');
    if (!segment || *segment == "." || *segment == "..") return {};
    // A path may end in a slash, but hold no empty segment.
    if (segment->empty() && end != raw.size()) return {};
    path += '/';
    path += *segment;
    raw.remove_prefix(end);
  }
  return path;
}

}  // namespace

std::optional<RequestTarget> parse_request_target(std::string_view target) {
  const size_t question_mark = std::min(target.find('?'), target.size());
  auto path = decode_path(target.substr(0, question_mark));
  if (!path) return {};
  RequestTarget out{.path = std::move(*path), .query = {}};
  std::string_view rest = target.substr(std::min(question_mark + 1, target.size()));
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true, '\0');
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true, '\0');
    if (!name || !value || out.query.size() >= kParameters) return {};
    if (!out.query.emplace(std::move(*name), std::move(*value)).second) return {};
  }
  return out;
}

}  // namespace cvp::net
