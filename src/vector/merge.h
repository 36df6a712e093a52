// Upkeep of the full-text segments in the file.
#pragma once
#include <span>

#include "store/sqlite.h"
#include "vector/postings.h"

namespace cvp::vector {

/// Joins neighbouring segments, the smallest pair first, until at most this many are left: a term then costs
/// few rows.
inline constexpr size_t kMaxSegments = 12;
Result<void> merge_segments(store::Database& writer);

/// Takes the terms of removed chunks out of the file, so that nothing of their words is left in it. Slots
/// ascend and stay as holes. The log is emptied too, unless a reader is in the way.
Result<void> purge_slots(store::Database& writer, std::span<const Slot> slots);

}  // namespace cvp::vector
