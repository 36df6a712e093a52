// Limits that more than one room must agree on. A limit of one room stands in that room.
#pragma once
#include <cstddef>
#include <cstdint>

namespace cvp::limits {

inline constexpr uint64_t kDocumentBytes = 256ull << 20;     // an original file
inline constexpr uint64_t kDocumentTextBytes = 64ull << 20;  // the text that a parser may return
inline constexpr size_t kQuestionBytes = 16 << 10;
inline constexpr size_t kSearchResults = 1000;

}  // namespace cvp::limits
