#include "ingest/clean.h"

#include "base/unicode.h"

namespace cvp::ingest {
namespace {

constexpr char32_t kReplacement = 0xfffd;

bool is_line_end(char32_t c) {
  return c == '\n' || c == '\f' || c == '\v' || c == 0x85 || c == 0x2028 || c == 0x2029;
}
bool is_control(char32_t c) { return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0); }
/// Soft hyphen, zero-width space, word joiner, byte order mark; tag characters can hide whole sentences from
/// a reader.
bool is_invisible(char32_t c) {
  return c == 0xad || c == 0x200b || c == 0x2060 || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

bool needs_cleaning(std::string_view utf8) {
  for (size_t pos = 0; pos < utf8.size();) {
    const size_t start = pos;
    const char32_t c = decode_utf8(utf8, pos);
    if (is_control(c) || is_invisible(c) || c == 0x2028 || c == 0x2029) return true;
    if (c == kReplacement && pos - start != 3) return true;
  }
  return false;
}

}  // namespace

std::string clean_text(std::string_view utf8, uint64_t& removed) {
  if (!needs_cleaning(utf8)) return std::string(utf8);
  std::string out;
  out.reserve(utf8.size());
  for (size_t pos = 0; pos < utf8.size();) {
    const size_t start = pos;
    const char32_t c = decode_utf8(utf8, pos);
    if (c == '\r') {
      if (pos >= utf8.size() || utf8[pos] != '\n') out += '\n';
    } else if (is_line_end(c)) {
      out += '\n';
    } else if (is_control(c)) {
      ++removed;
    } else if (c == kReplacement) {
      append_utf8(out, c);
    } else if (!is_invisible(c)) {
      out.append(utf8.substr(start, pos - start));
    }
  }
  return out;
}

bool is_unspaced(char32_t c) {
  const bool hangul =
      (c >= 0x1100 && c < 0x1200) || (c >= 0x3130 && c < 0x3190) || (c >= 0xac00 && c < 0xd7b0);
  return (is_cjk(c) && !hangul) || (c >= 0x3000 && c < 0x3040) || (c >= 0xff00 && c < 0xff61);
}

std::string one_line(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  bool space = false, broken = false;
  char32_t last = 0;
  for (size_t pos = 0; pos < utf8.size();) {
    const size_t start = pos;
    const char32_t c = decode_utf8(utf8, pos);
    if (is_space(c) && c != 0x3000) {
      space = true;
      broken = broken || c == '\n';
      continue;
    }
    if (space && !out.empty() && !(broken && is_unspaced(last) && is_unspaced(c))) out += ' ';
    space = broken = false;
    out.append(utf8.substr(start, pos - start));
    last = c;
  }
  return out;
}

std::string_view trim(std::string_view utf8) {
  size_t begin = 0;
  while (begin < utf8.size()) {
    size_t next = begin;
    if (!is_space(decode_utf8(utf8, next))) break;
    begin = next;
  }
  size_t end = utf8.size();
  while (end > begin) {
    size_t previous = end - 1;
    while (previous > begin && (static_cast<unsigned char>(utf8[previous]) & 0xc0) == 0x80) --previous;
    size_t pos = previous;
    if (!is_space(decode_utf8(utf8, pos))) break;
    end = previous;
  }
  return utf8.substr(begin, end - begin);
}

}  // namespace cvp::ingest
