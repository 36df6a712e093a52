#if defined(__x86_64__)
#include <immintrin.h>

#include "vector/dot.h"

namespace cvp::vector {

__attribute__((target("avx2,fma"))) void dot_rows_avx2(const float* rows, size_t count, size_t dimension,
                                                       const float* query, float* out) {
  for (size_t r = 0; r < count; ++r) {
    const float* row = rows + r * dimension;
    // Two accumulators hide the latency of the multiply-add.
    __m256 a = _mm256_setzero_ps(), b = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 16 <= dimension; i += 16) {
      a = _mm256_fmadd_ps(_mm256_loadu_ps(row + i), _mm256_loadu_ps(query + i), a);
      b = _mm256_fmadd_ps(_mm256_loadu_ps(row + i + 8), _mm256_loadu_ps(query + i + 8), b);
    }
    a = _mm256_add_ps(a, b);
    const __m128 half = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
    float sum = _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
    for (; i < dimension; ++i) sum += row[i] * query[i];
    out[r] = sum;
  }
}

__attribute__((target("avx512f"))) void dot_rows_avx512(const float* rows, size_t count, size_t dimension,
                                                        const float* query, float* out) {
  for (size_t r = 0; r < count; ++r) {
    const float* row = rows + r * dimension;
    __m512 a = _mm512_setzero_ps(), b = _mm512_setzero_ps();
    size_t i = 0;
    for (; i + 32 <= dimension; i += 32) {
      a = _mm512_fmadd_ps(_mm512_loadu_ps(row + i), _mm512_loadu_ps(query + i), a);
      b = _mm512_fmadd_ps(_mm512_loadu_ps(row + i + 16), _mm512_loadu_ps(query + i + 16), b);
    }
    float sum = _mm512_reduce_add_ps(_mm512_add_ps(a, b));
    for (; i < dimension; ++i) sum += row[i] * query[i];
    out[r] = sum;
  }
}

}  // namespace cvp::vector
#endif
