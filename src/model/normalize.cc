#include "model/normalize.h"

#include "base/unicode.h"

namespace cvp::model {
namespace {

constexpr std::string_view kFullwidthTilde = "～";

/// Single characters that SentencePiece's rule treats otherwise than NFKC.
bool becomes_space(char32_t c) {
  return c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 || (c >= 0x200B && c <= 0x200F) ||
         c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
}
bool is_removed(char32_t c) { return c < 0x20 || c == 0x7F || c == 0x8F || c == 0x9F; }

std::string replace_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t pos = 0; pos < text.size();) {
    const auto byte = static_cast<unsigned char>(text[pos]);
    if (byte >= 0x20 && byte < 0x7F) {
      out.push_back(text[pos++]);
      continue;
    }
    const size_t begin = pos;
    const char32_t c = decode_utf8(text, pos);
    if (becomes_space(c))
      out.push_back(' ');
    else if (!is_removed(c))
      out.append(text.substr(begin, pos - begin));
  }
  return out;
}

bool is_plain_ascii(std::string_view text) {
  for (const char c : text)
    if (c < 0x20 || c == 0x7F) return false;
  return true;
}

}  // namespace

Normalization normalization_of(const GgufHeader& header) {
  const bool unigram = header.string("tokenizer.ggml.model") == "t5";
  return unigram && !header.array("tokenizer.ggml.precompiled_charsmap") ? Normalization::nmt_nfkc
                                                                         : Normalization::none;
}

std::string normalize_text(Normalization normalization, std::string_view text) {
  if (normalization == Normalization::none || is_plain_ascii(text)) return std::string(text);
  const std::string clean = replace_controls(text);
  std::string out;
  size_t begin = 0;
  while (true) {
    const size_t tilde = clean.find(kFullwidthTilde, begin);
    if (tilde == std::string::npos) break;
    out += nfkc(std::string_view(clean).substr(begin, tilde - begin));
    out += kFullwidthTilde;
    begin = tilde + kFullwidthTilde.size();
  }
  return out.empty() ? nfkc(std::string_view(clean).substr(begin))
                     : out + nfkc(std::string_view(clean).substr(begin));
}

}  // namespace cvp::model
