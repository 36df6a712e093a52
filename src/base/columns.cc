#include "base/columns.h"

#include "base/unicode.h"

namespace cvp {

size_t columns_of(char32_t c) {
  if (c < 0x300) return 1;
  if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  const bool wide_sign =
      (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6);
  const bool half_kana = c >= 0xFF66 && c <= 0xFF9F;
  if (wide_sign || (is_cjk(c) && !half_kana) || (c >= 0x1F300 && c <= 0x1FAFF)) return 2;
  return 1;
}

size_t columns(std::string_view text) {
  size_t total = 0;
  for (size_t pos = 0; pos < text.size();) total += columns_of(decode_utf8(text, pos));
  return total;
}

std::string one_line(std::string_view text) {
  std::string out;
  bool space = false;
  for (size_t pos = 0; pos < text.size();) {
    const char32_t c = decode_utf8(text, pos);
    if (is_space(c)) {
      space = !out.empty();
      continue;
    }
    if (space) out.push_back(' ');
    space = false;
    append_utf8(out, c);
  }
  return out;
}

std::string shorten(std::string_view text, size_t max_columns) {
  if (columns(text) <= max_columns) return std::string(text);
  size_t used = 0, end = 0;
  for (size_t pos = 0; pos < text.size();) {
    used += columns_of(decode_utf8(text, pos));
    if (used + 1 > max_columns) break;
    end = pos;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace cvp
