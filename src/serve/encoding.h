// Forms in which bytes are written and vouched for: base64, SHA-2, HMAC.
#pragma once
#include <string>
#include <string_view>

namespace cvp::serve {

std::string base64(std::string_view bytes);
/// Without padding, for addresses and tokens.
std::string base64url(std::string_view bytes);

/// Raw bytes; bits: 256, 384 or 512.
std::string sha2(int bits, std::string_view bytes);
/// HMAC with SHA-256, raw bytes.
std::string keyed_hash(std::string_view key, std::string_view bytes);

}  // namespace cvp::serve
