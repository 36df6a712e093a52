// Inner products of many rows with one query, by the widest instructions this processor has.
#pragma once
#include <cstddef>

namespace cvp::vector {

/// out[r] = sum_i rows[r * dimension + i] * query[i] for r < count. Exact f32 arithmetic; the order of
/// additions differs by kernel.
using DotRows = void (*)(const float* rows, size_t count, size_t dimension, const float* query, float* out);

void dot_rows_portable(const float* rows, size_t count, size_t dimension, const float* query, float* out);
#if defined(__x86_64__)
void dot_rows_avx2(const float* rows, size_t count, size_t dimension, const float* query, float* out);
void dot_rows_avx512(const float* rows, size_t count, size_t dimension, const float* query, float* out);
#elif defined(__aarch64__)
void dot_rows_neon(const float* rows, size_t count, size_t dimension, const float* query, float* out);
#endif

/// The best kernel for this processor.
DotRows choose_dot_rows();

}  // namespace cvp::vector
