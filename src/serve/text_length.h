// Lengths in characters, as people and JSON Schema count them; Fields counts bytes.
#pragma once
#include <string_view>

#include "base/result.h"
#include "base/unicode.h"

namespace cvp::serve {

inline constexpr size_t kNameCharacters = 64;              // of a user or group, as the store allows
inline constexpr size_t kNameBytes = 4 * kNameCharacters;  // the most that they can take
inline constexpr size_t kPasswordLeast = 10;               // characters of a new password
inline constexpr size_t kPasswordMost = 1000;              // of any
inline constexpr size_t kPasswordBytes = 4 * kPasswordMost;

/// Errc::usage names the field.
inline Result<void> check_length(std::string_view field, std::string_view value, size_t least, size_t most) {
  const size_t length = count_code_points(value);
  if (length >= least && length <= most) return {};
  return fail(Errc::usage, text("“{}” must have {} to {} characters", "“{}”的长度须为 {} 到 {} 个字符", field,
                                least, most));
}

}  // namespace cvp::serve
