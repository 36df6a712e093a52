#include "base/sentence_blocks.h"

namespace cvp {
namespace {

enum class LineKind { blank, prose, item, row, heading };

struct Line {
  Span span;  // without the line break
  LineKind kind = LineKind::blank;
  size_t columns = 0;     // a CJK character takes two
  bool indented = false;  // by an ideographic space, as Chinese paragraphs are
  char32_t last = 0;      // last code point that is not white space
};

bool is_digit(char32_t c) { return (c >= '0' && c <= '9') || (c >= U'０' && c <= U'９'); }
bool is_han_digit(char32_t c) {
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九十百千";
  return kDigits.find(c) != kDigits.npos;
}
bool is_bullet(char32_t c) {
  constexpr std::u32string_view kBullets = U"-*+•·◦▪■●○◆–—";
  return kBullets.find(c) != kBullets.npos;
}
bool is_circled(char32_t c) { return c >= U'①' && c <= U'⓿'; }

/// The first code points of a line behind its indentation; enough to see a list marker.
std::u32string line_head(std::string_view line) {
  constexpr size_t kHead = 10;
  std::u32string head;
  for (size_t pos = 0; pos < line.size() && head.size() < kHead;) {
    const char32_t c = decode_utf8(line, pos);
    if (head.empty() && is_space(c)) continue;
    head.push_back(c);
  }
  return head;
}

/// "- ", "• ", "①", "3. ", "3) ", "3、", "（三）", "(a) ", "三、"
bool starts_item(const std::u32string& head) {
  const size_t n = head.size();
  if (n == 0) return false;
  if (is_circled(head[0])) return true;
  if (is_bullet(head[0]))
    return n > 1 && (is_space(head[1]) || (head[0] != '-' && head[0] != '*' && head[0] != '+'));
  if (head[0] == '(' || head[0] == U'（') {
    const size_t close = head.find_first_of(U")）");
    if (close == head.npos || close < 2 || close > 4) return false;
    return is_digit(head[1]) || is_han_digit(head[1]) || close == 2;
  }
  size_t i = 0;
  while (i < n && i < 4 && (is_digit(head[0]) ? is_digit(head[i]) : is_han_digit(head[i]))) ++i;
  if (i == 0 || i >= n) return false;
  if (head[i] == U'、' || head[i] == U'）' || head[i] == U'．') return true;
  return is_digit(head[0]) && (head[i] == '.' || head[i] == ')') && i + 1 < n && is_space(head[i + 1]);
}

/// "# ", "第三章", "第 12 条"
bool starts_heading(const std::u32string& head) {
  if (head.empty()) return false;
  if (head[0] == '#') return true;
  if (head[0] != U'第') return false;
  size_t i = 1;
  while (i < head.size() && (is_digit(head[i]) || is_han_digit(head[i]) || is_space(head[i]))) ++i;
  constexpr std::u32string_view kUnits = U"章节条篇部编款";
  return i > 1 && i < head.size() && kUnits.find(head[i]) != kUnits.npos;
}

Line read_line(std::string_view text, size_t begin, size_t end) {
  const std::string_view bytes = text.substr(begin, end - begin);
  Line line{.span = {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)}};
  for (size_t pos = 0; pos < bytes.size();) {
    const bool first = pos == 0;
    const char32_t c = decode_utf8(bytes, pos);
    if (first && c == U'　') line.indented = true;
    line.columns += is_cjk(c) ? 2 : 1;
    if (!is_space(c)) line.last = c;
  }
  if (line.last == 0) return line;
  const std::u32string head = line_head(bytes);
  if (head[0] == '|' || bytes.find('\t') != bytes.npos || bytes.find(" | ") != bytes.npos) {
    line.kind = LineKind::row;
  } else if (starts_heading(head)) {
    line.kind = LineKind::heading;
  } else {
    line.kind = starts_item(head) ? LineKind::item : LineKind::prose;
  }
  return line;
}

/// Whether `next` continues what `line` says: only prose does, and not below a row, a heading or a line so
/// short that it was ended on purpose (a title above its paragraph).
bool continues(const Line& line, const Line& next) {
  if (next.kind != LineKind::prose || next.indented) return false;
  if (line.kind == LineKind::row || line.kind == LineKind::blank) return false;
  if (line.kind == LineKind::heading) return false;
  constexpr std::u32string_view kGoesOn = U",，、-(（:：";
  const bool short_on_purpose = line.columns * 2 < next.columns && kGoesOn.find(line.last) == kGoesOn.npos;
  return !short_on_purpose;
}

}  // namespace

std::vector<Span> split_blocks(std::string_view text) {
  std::vector<Span> blocks;
  Line previous;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find_first_of("\n\r\f\v", begin);
    if (end == text.npos) end = text.size();
    const Line line = read_line(text, begin, end);
    if (line.kind != LineKind::blank) {
      if (!blocks.empty() && continues(previous, line)) {
        blocks.back().end = line.span.end;
      } else {
        blocks.push_back(line.span);
      }
    }
    previous = line;
    begin = end + 1;
    if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') ++begin;
  }
  return blocks;
}

}  // namespace cvp
