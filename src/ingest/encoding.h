// Bytes of a text file → UTF-8. Nobody says how an old Chinese text file is encoded, so it is inferred: what
// the bytes prove (a mark, valid UTF-8) is taken; otherwise each candidate is decoded strictly and the one
// whose characters are the everyday ones of its language wins. What was assumed is said, with a confidence.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::ingest {

struct Decoded {
  std::string text;           // valid UTF-8
  std::string encoding;       // "UTF-8", "GB18030", …
  int confidence = 100;       // percent; 100 is proof, not a guess
  uint64_t broken_bytes = 0;  // meant nothing in this encoding, stand as U+FFFD
};

/// declared: a charset the document names itself (HTML meta, XML declaration), or empty; it is believed only
/// if the bytes agree.
Result<Decoded> decode_text(std::string_view bytes, std::string_view declared = {});

/// What the user should know about the decoding; empty for plain UTF-8.
std::vector<Text> decoding_notes(const Decoded& decoded);

/// "UTF-16LE" and so on where a mark or the statistics of the bytes show a wide form of Unicode.
std::optional<std::string> unicode_form(std::string_view bytes);

/// Strictly decoded with ICU's converter of this name; bytes that mean nothing become U+FFFD and are counted.
struct Conversion {
  std::string text;
  uint64_t broken_bytes = 0;
};
Result<Conversion> convert(std::string_view bytes, const std::string& converter);

}  // namespace cvp::ingest
