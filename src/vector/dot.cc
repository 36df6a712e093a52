#include "vector/dot.h"

#include "sys/host.h"

namespace cvp::vector {

void dot_rows_portable(const float* rows, size_t count, size_t dimension, const float* query, float* out) {
  for (size_t r = 0; r < count; ++r) {
    const float* row = rows + r * dimension;
    float sum = 0;
    for (size_t i = 0; i < dimension; ++i) sum += row[i] * query[i];
    out[r] = sum;
  }
}

DotRows choose_dot_rows() {
  [[maybe_unused]] const sys::CpuFeatures cpu = sys::cpu_features();
#if defined(__x86_64__)
  if (cpu.avx512) return dot_rows_avx512;
  if (cpu.avx2 && cpu.fma) return dot_rows_avx2;
#elif defined(__aarch64__)
  if (cpu.neon) return dot_rows_neon;
#endif
  return dot_rows_portable;
}

}  // namespace cvp::vector
