#include "cli/quantity.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace cvp::cli {
namespace {

using Units = std::initializer_list<std::pair<std::string_view, double>>;

std::string without_spaces(std::string_view typed) {
  std::string out;
  for (const char c : typed) {
    if (c != ' ' && c != '_' && c != ',') out += c;
  }
  return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::optional<double> number_with_unit(std::string_view typed, const Units& units) {
  const std::string text = without_spaces(typed);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || !(value > 0)) return std::nullopt;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (unit.empty()) return value;
  for (const auto& [name, factor] : units) {
    if (same(unit, name)) return value * factor;
  }
  return std::nullopt;
}

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z'); }

}  // namespace

std::optional<double> parse_count(std::string_view typed) {
  return number_with_unit(typed, {{"k", 1e3},
                                  {"m", 1e6},
                                  {"b", 1e9},
                                  {"g", 1e9},
                                  {"t", 1e12},
                                  {"万", 1e4},
                                  {"亿", 1e8},
                                  {"万亿", 1e12}});
}

std::optional<double> parse_memory(std::string_view typed) {
  constexpr double kMib = 1 << 20, kGib = 1 << 30;
  return number_with_unit(typed, {{"m", kMib},
                                  {"mb", kMib},
                                  {"mib", kMib},
                                  {"g", kGib},
                                  {"gb", kGib},
                                  {"gib", kGib},
                                  {"t", 1024 * kGib},
                                  {"tb", 1024 * kGib},
                                  {"tib", 1024 * kGib}});
}

std::optional<double> size_in_name(std::string_view name) {
  std::optional<double> found;
  for (size_t at = 0; at < name.size();) {
    if (!digit(name[at]) || (at > 0 && (letter(name[at - 1]) || name[at - 1] == '.'))) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < name.size() && (digit(name[end]) || name[end] == '.')) ++end;
    const bool unit = end < name.size() && (lower(name[end]) == 'b' || lower(name[end]) == 'm');
    const bool whole = unit && (end + 1 == name.size() || (!letter(name[end + 1]) && !digit(name[end + 1])));
    if (whole) {
      if (found) return std::nullopt;
      found = parse_count(name.substr(at, end + 1 - at));
    }
    // "8x7b": a product, not a size.
    if (end < name.size() && lower(name[end]) == 'x') return std::nullopt;
    at = end + 1;
  }
  return found;
}

std::string with_commas(uint64_t number) {
  std::string digits = std::to_string(number);
  constexpr size_t kGroup = 3;
  for (size_t at = digits.size(); at > kGroup; at -= kGroup) digits.insert(at - kGroup, ",");
  return digits;
}

Text count_text(double count) {
  const auto three = [](double value) {
    return value >= 999.5 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
  };
  const auto exact = [&](double value) {
    return value >= 999.5 ? with_commas(static_cast<uint64_t>(std::llround(value))) : three(value);
  };
  std::string en, zh;
  if (count >= 999.5e9) {
    en = three(count / 1e12) + " T";
  } else if (count >= 999.5e6) {
    en = three(count / 1e9) + " B";
  } else if (count >= 999.5e3) {
    en = three(count / 1e6) + " M";
  } else {
    en = exact(count);
  }
  if (count >= 0.9995e12) {
    zh = three(count / 1e12) + " 万亿";
  } else if (count >= 0.9995e8) {
    zh = three(count / 1e8) + " 亿";
  } else if (count >= 0.9995e4) {
    zh = three(count / 1e4) + " 万";
  } else {
    zh = exact(count);
  }
  return {en, zh};
}

}  // namespace cvp::cli
