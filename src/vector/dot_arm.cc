#if defined(__aarch64__)
#include <arm_neon.h>

#include "vector/dot.h"

namespace cvp::vector {

void dot_rows_neon(const float* rows, size_t count, size_t dimension, const float* query, float* out) {
  for (size_t r = 0; r < count; ++r) {
    const float* row = rows + r * dimension;
    float32x4_t a = vdupq_n_f32(0), b = vdupq_n_f32(0);
    size_t i = 0;
    for (; i + 8 <= dimension; i += 8) {
      a = vfmaq_f32(a, vld1q_f32(row + i), vld1q_f32(query + i));
      b = vfmaq_f32(b, vld1q_f32(row + i + 4), vld1q_f32(query + i + 4));
    }
    float sum = vaddvq_f32(vaddq_f32(a, b));
    for (; i < dimension; ++i) sum += row[i] * query[i];
    out[r] = sum;
  }
}

}  // namespace cvp::vector
#endif
