#include "base/unicode.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/check.h"

namespace cvp {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// Length of the well-formed sequence at bytes[pos] (Unicode 15, table 3-7), 0 when there is none.
size_t sequence_length(std::string_view bytes, size_t pos) {
  auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[pos + i]); };
  const size_t left = bytes.size() - pos;
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  if (lead < 0xE0) return left >= 2 && is_continuation(at(1)) ? 2 : 0;
  if (left < 2) return 0;
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (at(1) < low || at(1) > high) return 0;
  if (left < 3 || !is_continuation(at(2))) return 0;
  if (lead < 0xF0) return 3;
  return left >= 4 && is_continuation(at(3)) ? 4 : 0;
}

}  // namespace

char32_t decode_utf8(std::string_view bytes, size_t& pos) {
  auto at = [&](size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(bytes[pos + i])); };
  char32_t value = at(0);
  if (value < 0x80) {
    ++pos;
    return value;
  }
  const size_t length = sequence_length(bytes, pos);
  switch (length) {
    case 2:
      value = (value & 0x1F) << 6 | (at(1) & 0x3F);
      break;
    case 3:
      value = (value & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
      break;
    case 4:
      value = (value & 0x07) << 18 | (at(1) & 0x3F) << 12 | (at(2) & 0x3F) << 6 | (at(3) & 0x3F);
      break;
    default:
      ++pos;
      return kReplacement;
  }
  pos += length;
  return value;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    const char bytes[] = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    out.append(bytes, 2);
  } else if (c < 0x10000) {
    const char bytes[] = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                          static_cast<char>(0x80 | (c & 0x3F))};
    out.append(bytes, 3);
  } else {
    const char bytes[] = {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)),
                          static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    out.append(bytes, 4);
  }
}

bool valid_utf8(std::string_view bytes) {
  for (size_t pos = 0; pos < bytes.size();) {
    const size_t length = sequence_length(bytes, pos);
    if (length == 0) return false;
    pos += length;
  }
  return true;
}

std::string repair_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (size_t pos = 0; pos < bytes.size();) {
    const size_t length = sequence_length(bytes, pos);
    if (length == 0) {
      append_utf8(out, kReplacement);
      ++pos;
    } else {
      out.append(bytes, pos, length);
      pos += length;
    }
  }
  return out;
}

std::string_view utf8_prefix(std::string_view bytes, size_t max_bytes) {
  if (bytes.size() <= max_bytes) return bytes;
  size_t end = max_bytes;
  // A code point has at most three continuation bytes; a longer run is not UTF-8 and may be cut anywhere.
  for (int back = 0; back < 3 && end > 0 && is_continuation(static_cast<unsigned char>(bytes[end])); ++back)
    --end;
  if (is_continuation(static_cast<unsigned char>(bytes[end]))) end = max_bytes;
  return bytes.substr(0, end);
}

size_t count_code_points(std::string_view bytes) {
  size_t count = 0;
  for (size_t pos = 0; pos < bytes.size(); ++count) decode_utf8(bytes, pos);
  return count;
}

bool is_han(char32_t c) {
  if (c < 0x2E80) return false;
  if (c >= 0x4E00 && c <= 0x9FFF) return true;
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_IDEOGRAPHIC) ||
         (c >= 0x2E80 && c <= 0x2FD5);  // radicals, which NFKC turns into ideographs
}

bool is_cjk(char32_t c) {
  if (c < 0x1100) return false;
  if (is_han(c)) return true;
  return (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) || (c >= 0x31F0 && c <= 0x31FF) ||  // kana
         (c >= 0xFF66 && c <= 0xFF9D) ||                                                 // half-width kana
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x1100 && c <= 0x11FF) ||
         (c >= 0x3131 && c <= 0x318E) ||                                // Hangul
         (c >= 0x3105 && c <= 0x312F) || (c >= 0x31A0 && c <= 0x31BF);  // bopomofo
}

bool is_word(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  if (c >= 0x4E00 && c <= 0x9FFF) return true;
  return (U_MASK(u_charType(static_cast<UChar32>(c))) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0;
}

bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0x200B || c == 0xFEFF || u_isUWhiteSpace(static_cast<UChar32>(c));
}

std::string nfkc(std::string_view text) {
  CHECK(text.size() <= INT32_MAX / 2);
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* normalizer = unorm2_getNFKCInstance(&status);
  CHECK(U_SUCCESS(status));
  std::u16string source(text.size(), u'\0');
  int32_t length = 0;
  u_strFromUTF8WithSub(source.data(), static_cast<int32_t>(source.size()), &length, text.data(),
                       static_cast<int32_t>(text.size()), kReplacement, nullptr, &status);
  CHECK(U_SUCCESS(status));
  if (unorm2_isNormalized(normalizer, source.data(), length, &status) && U_SUCCESS(status)) {
    return valid_utf8(text) ? std::string(text) : repair_utf8(text);
  }
  // NFKC grows a text at most eighteen times (U+FDFA); two calls find the real size without reserving that.
  status = U_ZERO_ERROR;
  const int32_t needed = unorm2_normalize(normalizer, source.data(), length, nullptr, 0, &status);
  CHECK(status == U_BUFFER_OVERFLOW_ERROR || U_SUCCESS(status));
  std::u16string target(static_cast<size_t>(needed) + 1, u'\0');
  status = U_ZERO_ERROR;
  unorm2_normalize(normalizer, source.data(), length, target.data(), needed + 1, &status);
  CHECK(U_SUCCESS(status));
  std::string out;
  out.reserve(static_cast<size_t>(needed) * 3);
  for (int32_t i = 0; i < needed;) {
    UChar32 c;
    U16_NEXT(target.data(), i, needed, c);
    append_utf8(out, static_cast<char32_t>(c));
  }
  return out;
}

Lang guess_lang(std::string_view text) {
  // A Han character carries about as much as a Latin word, so words are counted, not letters.
  constexpr size_t kEnoughBytes = 4096;
  const std::string_view head = utf8_prefix(text, kEnoughBytes);
  size_t han = 0, words = 0;
  bool inside = false;
  for (size_t pos = 0; pos < head.size();) {
    const char32_t c = decode_utf8(head, pos);
    const bool ideograph = is_han(c);
    const bool letter = !ideograph && is_word(c);
    if (ideograph) ++han;
    if (letter && !inside) ++words;
    inside = letter;
  }
  return han * 10 >= (han + words) * 4 && han > 0 ? Lang::zh : Lang::en;
}

}  // namespace cvp
