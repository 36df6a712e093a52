#include "ingest/docx_numbering.h"

#include <algorithm>

#include "base/unicode.h"
#include "ingest/xml.h"

namespace cvp::ingest {
namespace {

std::string letters(int value, char first) {
  // Word repeats the letter: z, aa, bb.
  return std::string(static_cast<size_t>(std::min((value - 1) / 26 + 1, 10)),
                     static_cast<char>(first + (value - 1) % 26));
}

std::string roman(int value) {
  static constexpr std::pair<int, const char*> kParts[] = {
      {1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
      {40, "xl"},  {10, "x"},   {9, "ix"},  {5, "v"},    {4, "iv"},  {1, "i"}};
  std::string out;
  for (const auto& [number, sign] : kParts)
    for (; value >= number; value -= number) out += sign;
  return out;
}

std::string upper(std::string s) {
  for (char& c : s) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return s;
}

struct ChineseDigits {
  std::array<const char*, 10> digits;
  std::array<const char*, 4> units;  // of 1, 10, 100, 1000
  bool short_ten;                    // 十二, not 一十二
};
constexpr ChineseDigits kPlain{
    {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}, {"", "十", "百", "千"}, true};
constexpr ChineseDigits kLegal{
    {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}, {"", "拾", "佰", "仟"}, false};

std::string chinese(int value, const ChineseDigits& set) {
  std::string out;
  bool zero_pending = false;
  for (int unit = 3, divisor = 1000; unit >= 0; --unit, divisor /= 10) {
    const auto digit = static_cast<size_t>(value / divisor % 10);
    if (digit == 0) {
      zero_pending = !out.empty();
      continue;
    }
    if (zero_pending) out += set.digits[0];
    zero_pending = false;
    if (!(set.short_ten && digit == 1 && unit == 1 && out.empty())) out += set.digits[digit];
    out += set.units[static_cast<size_t>(unit)];
  }
  return out;
}

std::string one_of(int value, std::u32string_view signs) {
  std::string out;
  append_utf8(out, signs[static_cast<size_t>(value - 1) % signs.size()]);
  return out;
}

std::string enclosed(int value, char32_t first) {
  if (value > 20) return "(" + std::to_string(value) + ")";
  std::string out;
  append_utf8(out, first + static_cast<char32_t>(value - 1));
  return out;
}

std::string full_width(int value) {
  std::string out;
  for (const char digit : std::to_string(value))
    append_utf8(out, 0xff10 + static_cast<char32_t>(digit - '0'));
  return out;
}

}  // namespace

std::string format_number(int value, std::string_view format) {
  value = std::clamp(value, 1, 9999);
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), format) != names.end();
  };
  if (is({"lowerLetter"})) return letters(value, 'a');
  if (is({"upperLetter"})) return letters(value, 'A');
  if (is({"lowerRoman"})) return roman(value);
  if (is({"upperRoman"})) return upper(roman(value));
  if (is({"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
          "taiwaneseCountingThousand", "ideographDigital"}))
    return chinese(value, kPlain);
  if (is({"chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"}))
    return chinese(value, kLegal);
  if (is({"ideographTraditional"})) return one_of(value, U"甲乙丙丁戊己庚辛壬癸");
  if (is({"ideographZodiac"})) return one_of(value, U"子丑寅卯辰巳午未申酉戌亥");
  if (is({"decimalEnclosedCircle", "decimalEnclosedCircleChinese"})) return enclosed(value, U'①');
  if (is({"decimalEnclosedParen"})) return enclosed(value, U'⑴');
  if (is({"decimalEnclosedFullstop"})) return enclosed(value, U'⒈');
  if (is({"decimalFullWidth", "decimalFullWidth2"})) return full_width(value);
  if (is({"decimalZero"}) && value < 10) return "0" + std::to_string(value);
  if (is({"none"})) return {};
  return std::to_string(value);
}

void DocxNumbering::load(const pugi::xml_node& numbering) {
  for (const pugi::xml_node& node : numbering.children()) {
    if (local_name(node) == "abstractNum") {
      Levels levels;
      for (const pugi::xml_node& lvl : node.children()) {
        if (local_name(lvl) != "lvl") continue;
        const int index = to_int(attribute_named(lvl, "ilvl"), -1);
        if (index < 0 || index >= kLevels) continue;
        Level& level = levels[static_cast<size_t>(index)];
        if (const auto format = child_value(lvl, "numFmt"); !format.empty()) level.format = format;
        level.text = child_value(lvl, "lvlText");
        level.start = to_int(child_value(lvl, "start"), 1);
        const pugi::xml_node legal = child_named(lvl, "isLgl");
        level.decimal_only = legal && attribute_named(legal, "val") != "0";
      }
      abstract_.emplace(to_int(attribute_named(node, "abstractNumId"), -1), std::move(levels));
    } else if (local_name(node) == "num") {
      Instance instance;
      instance.abstract = to_int(child_value(node, "abstractNumId"), -1);
      for (const pugi::xml_node& change : node.children()) {
        if (local_name(change) != "lvlOverride") continue;
        const int start = to_int(child_value(change, "startOverride"), -1);
        if (start >= 0) instance.start_override[to_int(attribute_named(change, "ilvl"), -1)] = start;
      }
      instances_.emplace(to_int(attribute_named(node, "numId"), -1), std::move(instance));
    }
  }
}

DocxNumbering::Label DocxNumbering::next(int number, int level) {
  const auto instance = instances_.find(number);
  if (instance == instances_.end() || level < 0 || level >= kLevels) return {true, ""};
  const auto levels = abstract_.find(instance->second.abstract);
  if (levels == abstract_.end()) return {true, ""};
  auto& counters = counters_[instance->second.abstract];
  const bool first_of_instance = begun_.insert(number).second;
  for (const auto& [at, start] : instance->second.start_override)
    if (first_of_instance && at >= 0 && at < kLevels) counters[static_cast<size_t>(at)] = start - 1;
  const auto index = static_cast<size_t>(level);
  const bool overridden = first_of_instance && instance->second.start_override.contains(level);
  counters[index] = counters[index] == 0 && !overridden ? levels->second[index].start : counters[index] + 1;
  std::fill(counters.begin() + level + 1, counters.end(), 0);

  const Level& rule = levels->second[index];
  if (rule.format == "bullet") return {true, ""};
  Label label;
  for (size_t pos = 0; pos < rule.text.size(); ++pos) {
    const bool reference = rule.text[pos] == '%' && pos + 1 < rule.text.size() && rule.text[pos + 1] >= '1' &&
                           rule.text[pos + 1] <= '9';
    if (!reference) {
      label.text += rule.text[pos];
      continue;
    }
    const auto of = static_cast<size_t>(rule.text[++pos] - '1');
    const Level& shown = levels->second[of];
    label.text += format_number(counters[of] > 0 ? counters[of] : shown.start,
                                rule.decimal_only ? "decimal" : shown.format);
  }
  return label;
}

}  // namespace cvp::ingest
