#include "chat/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/unicode.h"

namespace cvp::chat {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// What may follow a number, longest first; the second is the canonical name.
constexpr std::array<Pair, 46> kUnits = {{
    {"平方公里", "km2"}, {"平方千米", "km2"}, {"平方米", "m2"},   {"立方米", "m3"},    {"公里", "km"},
    {"千米", "km"},      {"厘米", "cm"},      {"毫米", "mm"},     {"公斤", "kg"},      {"千克", "kg"},
    {"公顷", "ha"},      {"小时", "h"},       {"分钟", "min"},    {"美元", "usd"},     {"英镑", "gbp"},
    {"欧元", "eur"},     {"日元", "jpy"},     {"人民币", "cny"},  {"世纪", "century"}, {"年代", "decade"},
    {"米", "m"},         {"吨", "t"},         {"克", "g"},        {"元", "cny"},       {"年", "year"},
    {"月", "month"},     {"日", "day"},       {"天", "day"},      {"秒", "s"},         {"岁", "age"},
    {"gib", "gib"},      {"mib", "mib"},      {"gb", "gb"},       {"mb", "mb"},        {"tb", "tb"},
    {"kb", "kb"},        {"km", "km"},        {"kg", "kg"},       {"cm", "cm"},        {"mm", "mm"},
    {"hours", "h"},      {"minutes", "min"},  {"years", "years"}, {"%", "%"},          {"w", "w"},
    {"ms", "ms"},
}};

int chinese_digit(char32_t c) {
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九";
  if (c == U'〇') return 0;
  if (c == U'两') return 2;
  const size_t at = kDigits.find(c);
  return at == std::u32string_view::npos ? -1 : static_cast<int>(at);
}
double chinese_unit(char32_t c) {
  switch (c) {
    case U'十':
      return 10;
    case U'百':
      return 100;
    case U'千':
      return 1000;
    default:
      return 0;
  }
}

/// 一千二百三十, 十五, 二〇〇八; nothing for other mixtures.
std::optional<double> read_chinese(std::u32string_view run) {
  const bool positional = std::ranges::none_of(run, [](char32_t c) { return chinese_unit(c) > 0; });
  double total = 0, digit = 0;
  for (const char32_t c : run) {
    const int d = chinese_digit(c);
    if (positional) {
      total = total * 10 + d;
    } else if (d >= 0) {
      digit = d;
    } else {
      total += (digit == 0 ? 1 : digit) * chinese_unit(c);
      digit = 0;
    }
  }
  return total + digit;
}

/// 万, 亿, million and the like after a number; advances pos past them.
double magnitude(std::string_view text, size_t& pos) {
  constexpr std::array<std::pair<std::string_view, double>, 5> kWords = {
      {{"万亿", 1e12}, {"万", 1e4}, {"亿", 1e8}, {" million", 1e6}, {" billion", 1e9}}};
  for (const auto& [word, factor] : kWords) {
    if (text.substr(pos).starts_with(word)) {
      pos += word.size();
      return factor;
    }
  }
  return 1;
}

std::string unit_at(std::string_view text, size_t pos) {
  while (pos < text.size() && text[pos] == ' ') ++pos;
  for (const auto& [name, canonical] : kUnits)
    if (text.substr(pos).starts_with(name)) return std::string(canonical);
  return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits with at most one decimal point, without separators, from pos; advances pos.
std::string read_digits(std::string_view text, size_t& pos) {
  std::string digits;
  while (pos < text.size()) {
    const char c = text[pos];
    const bool before_digit = pos + 1 < text.size() && is_digit(text[pos + 1]);
    if (is_digit(c)) {
      digits += c;
    } else if (c == '.' && before_digit && digits.find('.') == std::string::npos) {
      digits += c;
    } else if (!(c == ',' && before_digit)) {
      break;
    }
    ++pos;
  }
  return digits;
}

/// Rounded to what a double surely holds, so that 0.1万 and 1000 come out alike.
std::string canonical(double value) {
  constexpr double kHeldExactly = 1e15;
  return value < kHeldExactly ? fmt::format("{:.15g}", value) : fmt::format("{:.0f}", value);
}

/// Digit by digit where nothing multiplies them: numbers of orders and accounts are longer than a double
/// holds and may differ in the last digit alone. Zeros that say nothing go.
std::string canonical(std::string digits, double factor) {
  if (factor != 1) return canonical(std::strtod(digits.c_str(), nullptr) * factor);
  if (digits.find('.') != std::string::npos) {
    while (digits.ends_with('0')) digits.pop_back();
    if (digits.ends_with('.')) digits.pop_back();
  }
  const size_t whole = std::min(digits.find('.'), digits.size());
  const size_t first = std::min(digits.find_first_not_of('0'), whole - 1);
  return digits.substr(first);
}

/// What stands between the two marks, folded.
std::vector<std::string> quoted_in(std::string_view text, std::string_view open, std::string_view close) {
  std::vector<std::string> out;
  for (size_t at = 0; (at = text.find(open, at)) != std::string_view::npos;) {
    const size_t begin = at + open.size(), end = text.find(close, begin);
    if (end == std::string_view::npos) break;
    if (end > begin) out.push_back(fold(text.substr(begin, end - begin)));
    at = end + close.size();
  }
  return out;
}

constexpr std::array<std::string_view, 16> kNotNegations = {"不仅", "不但",   "不过", "不断", "不同", "不少",
                                                            "不久", "不得不", "不禁", "不管", "不论", "不止",
                                                            "不只", "不锈",   "没落", "未来"};
constexpr std::array<std::string_view, 8> kNegations = {"不",   "没",   "未",   "并非",
                                                        "无法", "毫无", "禁止", "并无"};

bool english_negation(std::string_view folded) {
  std::string words = " ";
  for (const char c : folded)
    words += std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '\'' ? c : ' ';
  words += ' ';
  for (size_t at; (at = words.find(" not only ")) != std::string::npos;) words.erase(at, 9);
  constexpr std::array<std::string_view, 9> kWords = {
      " not ", " no ", " never ", " none ", " neither ", " without ", " cannot ", "n't ", " nor "};
  return std::ranges::any_of(kWords,
                             [&](std::string_view word) { return words.find(word) != std::string::npos; });
}

}  // namespace

std::vector<Number> numbers_in(std::string_view source) {
  const std::string text = fold(source);
  std::vector<Number> out;
  for (size_t i = 0; i < text.size();) {
    if (is_digit(text[i])) {
      std::string digits = read_digits(text, i);
      const double factor = magnitude(text, i);
      out.push_back({canonical(std::move(digits), factor), unit_at(text, i)});
      continue;
    }
    size_t end = i;
    std::u32string run;
    for (size_t next = i; next < text.size(); end = next) {
      const char32_t c = decode_utf8(text, next);
      if (chinese_digit(c) < 0 && chinese_unit(c) == 0) break;
      run += c;
    }
    if (run.empty()) {
      decode_utf8(text, i);
      continue;
    }
    i = end;
    if (run.size() < 2) continue;
    if (const std::optional<double> value = read_chinese(run)) {
      const double whole = *value * magnitude(text, i);
      out.push_back({canonical(whole), unit_at(text, i)});
    }
  }
  return out;
}

bool same_number(const Number& a, const Number& b) {
  return a.value == b.value && (a.unit.empty() || b.unit.empty() || a.unit == b.unit);
}

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> out;
  constexpr std::array<Pair, 3> kQuotes = {{{"《", "》"}, {"「", "」"}, {"“", "”"}}};
  for (const auto& [open, close] : kQuotes)
    std::ranges::move(quoted_in(text, open, close), std::back_inserter(out));
  const bool chinese = guess_lang(text) == Lang::zh;
  bool sentence_start = true;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (std::isalpha(c) == 0) {
      if (c == '.' || c == '!' || c == '?' || c == '\n') sentence_start = true;
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-'))
      ++end;
    const std::string_view word = text.substr(i, end - i);
    if (word.size() > 1 && (chinese || (std::isupper(c) != 0 && !sentence_start))) out.push_back(fold(word));
    sentence_start = false;
    i = end;
  }
  return out;
}

std::vector<std::string> codes_in(std::string_view source) {
  const std::string text = fold(source);
  std::vector<std::string> out;
  const auto is_part = [&](size_t i) {
    const auto c = static_cast<unsigned char>(text[i]);
    return c < 0x80 && (std::isalnum(c) != 0 || ((c == '-' || c == '.') && i + 1 < text.size() &&
                                                 std::isalnum(static_cast<unsigned char>(text[i + 1])) != 0));
  };
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    bool digit = false, letter = false;
    for (; end < text.size() && is_part(end); ++end) {
      digit = digit || is_digit(text[end]);
      letter = letter || std::isalpha(static_cast<unsigned char>(text[end])) != 0;
    }
    if (digit && letter) out.push_back(text.substr(i, end - i));
    i = std::max(end, i + 1);
  }
  return out;
}

std::vector<std::string> exact_names_in(std::string_view question) {
  std::vector<std::string> out = quoted_in(question, "《", "》");
  // 19th, 1990s; 18-year-old is a quantity too.
  constexpr std::array<std::string_view, 5> kNotNames = {"st", "nd", "rd", "th", "s"};
  for (std::string& code : codes_in(question)) {
    const size_t letters = code.find_first_not_of("0123456789.,");
    const std::string_view tail = std::string_view(code).substr(letters);
    const std::vector<Number> numbers = numbers_in(code);
    const bool quantity = letters > 0 && (std::ranges::find(kNotNames, tail) != kNotNames.end() ||
                                          tail.find('-') != std::string_view::npos ||
                                          (!numbers.empty() && !numbers.front().unit.empty()));
    if (!quantity) out.push_back(std::move(code));
  }
  return out;
}

bool rival_codes(std::string_view a, std::string_view b) {
  const auto kind = [](std::string_view code) {
    std::string out;
    for (const char c : code) {
      if (!is_digit(c)) out += c;
      if (is_digit(c) && (out.empty() || out.back() != '0')) out += '0';
    }
    return out;
  };
  return a != b && kind(a) == kind(b);
}

bool has_negation(std::string_view source) {
  std::string text = fold(source);
  if (english_negation(text)) return true;
  for (const std::string_view harmless : kNotNegations)
    for (size_t at; (at = text.find(harmless)) != std::string::npos;) text.erase(at, harmless.size());
  return std::ranges::any_of(kNegations,
                             [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

}  // namespace cvp::chat
