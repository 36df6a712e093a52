#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::engine {

/// The vectors of an OpenAI-style reply {"data":[{"index":0,"embedding":[…] or "base64…"}, …]}, in the order
/// of the indexes. Base64 is little-endian 32-bit floats. Errc::corrupt where a vector is missing, doubled or
/// not numbers.
Result<std::vector<std::vector<float>>> parse_embeddings(std::string_view body, size_t expected,
                                                         const std::string& who);

}  // namespace cvp::engine
