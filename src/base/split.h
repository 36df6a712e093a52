#pragma once
#include <algorithm>
#include <string_view>
#include <vector>

namespace cvp {

/// The pieces between separators, without spaces around them; empty ones are left out.
inline std::vector<std::string_view> split_words(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty()) out.push_back(one);
  }
  return out;
}

}  // namespace cvp
