#include "ingest/text_marks.h"

#include <algorithm>
#include <cctype>

#include "base/unicode.h"
#include "ingest/clean.h"

namespace cvp::ingest {
namespace {

constexpr size_t kHeadingCharacters = 40;
constexpr std::u32string_view kNumerals = U"零〇一二三四五六七八九十百千两0123456789０１２３４５６７８９";
constexpr std::u32string_view kBullets = U"•●○◦▪■□◆◇➢➤►▶·∙–—*-";

bool is_numeral(char32_t c) { return kNumerals.find(c) != kNumerals.npos; }

std::u32string start_of(std::string_view line, size_t most) {
  std::u32string out;
  for (size_t pos = 0; pos < line.size() && out.size() < most;) out += decode_utf8(line, pos);
  return out;
}

size_t numerals(std::u32string_view text, size_t from) {
  size_t n = 0;
  while (from + n < text.size() && is_numeral(text[from + n])) ++n;
  return n;
}

/// 第N章 and its kin; 0 where the line is none.
int chapter_level(std::u32string_view text) {
  if (text.empty() || text[0] != U'第') return 0;
  const size_t n = numerals(text, 1);
  if (n == 0 || n > 6 || text.size() <= n + 1) return 0;
  switch (text[n + 1]) {
    case U'编':
    case U'編':
    case U'篇':
    case U'卷':
      return 1;
    case U'章':
      return 2;
    case U'节':
    case U'節':
      return 3;
    default:
      return 0;
  }
}

bool ends_like_a_sentence(std::u32string_view text) {
  constexpr std::u32string_view kEnds = U"。！？；，、：.!?;,:…";
  return text.empty() || kEnds.find(text.back()) != kEnds.npos;
}

bool starts_with_word(std::string_view line, std::string_view word) {
  if (line.size() <= word.size() + 1) return false;
  for (size_t i = 0; i < word.size(); ++i)
    if (static_cast<char>(line[i] | 0x20) != word[i]) return false;
  return line[word.size()] == ' ' &&
         ((line[word.size() + 1] >= '0' && line[word.size() + 1] <= '9') || line[word.size() + 1] == 'I' ||
          line[word.size() + 1] == 'V' || line[word.size() + 1] == 'X');
}

/// "1.2 总体要求" is 3, "1.2.3 Setup" is 4; "2.4 GHz" and "3.5 倍" are 0.
int decimal_level(std::u32string_view text) {
  size_t pos = 0;
  int dots = 0;
  const auto digit = [&] { return pos < text.size() && text[pos] >= U'0' && text[pos] <= U'9'; };
  while (true) {
    const size_t from = pos;
    while (digit()) ++pos;
    if (pos == from || pos - from > 2) return 0;
    if (pos >= text.size() || text[pos] != U'.') break;
    ++pos;
    ++dots;
  }
  if (dots < 1 || dots > 3 || pos >= text.size()) return 0;
  const size_t number = pos;
  while (pos < text.size() && (text[pos] == U' ' || text[pos] == U'\t' || text[pos] == U'　')) ++pos;
  const std::u32string_view words = text.substr(pos);
  const bool han = !words.empty() && is_han(words[0]);
  const bool capital = pos > number && !words.empty() && words[0] >= U'A' && words[0] <= U'Z';
  if (words.size() < 2 || (!han && !capital) || words.find(U'，') != words.npos) return 0;
  for (const std::u32string_view unit : {U"GB", U"MB", U"KB", U"TB", U"GHz", U"MHz", U"W ", U"V ", U"A ",
                                         U"倍", U"万", U"亿", U"元", U"米", U"年", U"级"})
    if (words.starts_with(unit)) return 0;
  return dots + 2;
}

}  // namespace

std::optional<int> plain_heading(std::string_view line) {
  line = trim(line);
  if (line.empty() || line.size() > kHeadingCharacters * 4) return {};
  const std::u32string text = start_of(line, kHeadingCharacters + 1);
  if (text.size() > kHeadingCharacters || ends_like_a_sentence(text) || is_contents_entry(line)) return {};
  if (const int level = chapter_level(text); level > 0) return level;
  if (starts_with_word(line, "part")) return 1;
  if (starts_with_word(line, "chapter")) return 2;
  if (starts_with_word(line, "section")) return 3;
  if (const int level = decimal_level(text); level > 0) return level;
  const size_t n = numerals(text, 0);
  const bool chinese_number =
      n > 0 && n <= 3 && !(text[0] >= U'0' && text[0] <= U'9') && !(text[0] >= U'０' && text[0] <= U'９');
  if (chinese_number && text.size() > n + 1 && text[n] == U'、' && text.find(U'，') == text.npos) return 4;
  return {};
}

bool is_contents_entry(std::string_view line) {
  line = trim(line);
  size_t digits = 0;
  while (digits < line.size() && std::isdigit(static_cast<unsigned char>(line[line.size() - 1 - digits])))
    ++digits;
  if (digits == 0) {
    while (digits < line.size() &&
           std::string_view("ivxlc").find(line[line.size() - 1 - digits]) != std::string_view::npos)
      ++digits;
  }
  if (digits == 0 || digits > 5) return false;
  line = trim(line.substr(0, line.size() - digits));
  return line.size() > 6 && (line.ends_with("…") || line.ends_with("...") || line.ends_with("···"));
}

bool starts_item(std::string_view line) {
  const std::u32string text = start_of(line, 10);
  if (text.size() < 2) return false;
  if (bullet_size(line) > 0) return true;
  if (text[0] == U'(' || text[0] == U'（') {
    const size_t n = numerals(text, 1);
    return n > 0 && n <= 3 && text.size() > n + 1 && (text[n + 1] == U')' || text[n + 1] == U'）');
  }
  if (text[0] == U'第') {
    const size_t n = numerals(text, 1);
    return n > 0 && text.size() > n + 1 &&
           (text[n + 1] == U'条' || text[n + 1] == U'條' || text[n + 1] == U'款');
  }
  if (text[0] >= U'①' && text[0] <= U'⑳') return true;
  const size_t n = numerals(text, 0);
  if (n == 0 || n > 3 || text.size() <= n + 1) return false;
  if (text[n] == U'、' || text[n] == U'．') return true;
  return (text[n] == U'.' || text[n] == U')') && text[n + 1] == U' ' && text[0] < 0x80;
}

size_t bullet_size(std::string_view line) {
  size_t pos = 0;
  if (line.empty()) return 0;
  const char32_t first = decode_utf8(line, pos);
  // Symbol fonts come out as private use or unassigned characters.
  const bool symbol = (first >= 0xe000 && first < 0xf900) || first >= 0x40000;
  if (!symbol && kBullets.find(first) == kBullets.npos) return 0;
  const size_t sign = pos;
  while (pos < line.size() && (line[pos] == ' ' || line[pos] == '\t')) ++pos;
  return pos > sign ? pos : 0;
}

}  // namespace cvp::ingest
