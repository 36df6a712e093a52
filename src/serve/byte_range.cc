#include "serve/byte_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/unicode.h"
#include "net/percent.h"

namespace cvp::serve {
namespace {

constexpr size_t kNameBytes = 255;  // what file systems take

/// Larger than any file counts as the largest number.
std::optional<uint64_t> number(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc::result_out_of_range ? UINT64_MAX : value;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

/// The end of a long name says what kind of file it is.
std::string_view name_end(std::string_view name) {
  if (name.size() <= kNameBytes) return name;
  name.remove_prefix(name.size() - kNameBytes);
  while (!name.empty() && (static_cast<unsigned char>(name.front()) & 0xC0) == 0x80) name.remove_prefix(1);
  return name;
}

}  // namespace

ByteRange parse_range(std::string_view header, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const ByteRange whole{.begin = 0, .end = size};
  if (!header.starts_with(kUnit)) return whole;
  header.remove_prefix(kUnit.size());
  const size_t dash = header.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view left = header.substr(0, dash), right = header.substr(dash + 1);
  const auto first = number(left), last = number(right);
  if ((!first && !left.empty()) || (!last && !right.empty()) || (!first && !last)) return whole;
  ByteRange out{.kind = ByteRange::Kind::part};
  if (!first) {  // the last bytes of the file
    if (*last == 0 || size == 0) return {.kind = ByteRange::Kind::outside};
    out.begin = size - std::min(*last, size);
    out.end = size;
    return out;
  }
  if (last && *last < *first) return whole;
  if (*first >= size) return {.kind = ByteRange::Kind::outside};
  out.begin = *first;
  out.end = last ? std::min(*last, size - 1) + 1 : size;
  return out;
}

std::string as_attachment(std::string_view file_name) {
  const std::string_view name = name_end(file_name);
  std::string plain;
  for (size_t pos = 0; pos < name.size();) {
    const char32_t c = decode_utf8(name, pos);
    plain += c < 0x80 && is_plain(static_cast<char>(c)) ? static_cast<char>(c) : '_';
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, net::percent_encoded(name));
}

}  // namespace cvp::serve
