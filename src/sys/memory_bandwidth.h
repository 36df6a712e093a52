#pragma once
#include <cstdint>

#include "base/cancel.h"
#include "base/result.h"

namespace cvp::sys {

/// How much to stream through: four times the caches, at least 128 MiB, at most 4 GiB and a quarter of what
/// is free.
uint64_t bandwidth_buffer_bytes(uint64_t cache_bytes, uint64_t available_bytes);

/// Bytes/s of the best pass within about 0.4 s. Errc::unavailable for less than 64 KiB a thread,
/// Errc::cancelled.
Result<double> measure_read_bandwidth(unsigned threads, uint64_t buffer_bytes, const CancelToken& cancel);

}  // namespace cvp::sys
