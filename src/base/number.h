#pragma once
#include <charconv>
#include <optional>
#include <string_view>

namespace cvp {

/// A text that is a number of this kind from its first to its last byte: no sign "+", no space, no unit.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace cvp
