// The forms in which OpenID Connect writes bytes: base64, percent signs, SHA-2.
#pragma once
#include <string>
#include <string_view>

namespace cvp::serve {

std::string base64(std::string_view bytes);
/// Without padding, for addresses and tokens.
std::string base64url(std::string_view bytes);
/// Everything but letters, digits and - . _ ~ as %XX.
std::string percent_encoded(std::string_view text);

/// Raw bytes; bits: 256, 384 or 512.
std::string sha2(int bits, std::string_view bytes);
/// HMAC with SHA-256, raw bytes.
std::string keyed_hash(std::string_view key, std::string_view bytes);

}  // namespace cvp::serve
