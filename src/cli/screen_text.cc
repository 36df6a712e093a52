#include "cli/screen_text.h"

#include "base/unicode.h"

namespace cvp::cli {
namespace {

bool is_command(char32_t c) {
  const bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
  const bool direction =
      (c >= 0x200E && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return control || direction;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t pos = 0; pos < text.size();) {
    const char32_t c = decode_utf8(text, pos);
    append_utf8(out, is_command(c) ? U' ' : c);
  }
  return out;
}

std::string pad(std::string_view text, size_t to_columns) {
  const size_t have = columns(text);
  return std::string(text) + std::string(have < to_columns ? to_columns - have : 0, ' ');
}

std::string wrap(std::string_view text, size_t max_columns, size_t indent) {
  std::string out;
  size_t used = 0;      // columns of the line so far
  size_t break_at = 0;  // byte of `out` where the line may be broken; 0: nowhere
  size_t used_at_break = 0;
  char32_t before = 0;
  auto break_line = [&](size_t at, bool drop_space) {
    out.replace(at, drop_space ? 1 : 0, "\n" + std::string(indent, ' '));
  };
  for (size_t pos = 0; pos < text.size();) {
    const char32_t c = decode_utf8(text, pos);
    if (c == '\n') {
      out += "\n" + std::string(indent, ' ');
      used = indent, break_at = 0, before = 0;
      continue;
    }
    // Chinese punctuation never begins a line; before and behind other wide characters a line may end.
    const bool sign = (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF1F) || c == U'”' || c == U'’';
    if (used > indent && !sign && (is_cjk(c) || is_cjk(before)) && c != ' ' && before != ' ')
      break_at = out.size(), used_at_break = used;
    if (c == ' ' && used > indent) break_at = out.size(), used_at_break = used;
    append_utf8(out, c);
    used += columns_of(c);
    before = c;
    if (used > max_columns && break_at > 0 && c != ' ') {
      const bool at_space = out[break_at] == ' ';
      break_line(break_at, at_space);
      used = used - used_at_break - (at_space ? 1 : 0) + indent;
      break_at = 0;
    }
  }
  return out;
}

}  // namespace cvp::cli
