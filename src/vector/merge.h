#pragma once
#include "store/sqlite.h"

namespace cvp::vector {

/// Joins neighbouring full-text segments, the smallest pair first, until at most this many are left: a term
/// then costs few rows.
inline constexpr size_t kMaxSegments = 12;
Result<void> merge_segments(store::Database& writer);

}  // namespace cvp::vector
