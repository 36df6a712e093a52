#include "vector/dot.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "sys/host.h"

namespace cvp::vector {
namespace {

struct Kernel {
  const char* name;
  bool usable;
  DotRows dot;
};

std::vector<Kernel> kernels() {
  const sys::CpuFeatures cpu = sys::cpu_features();
  std::vector<Kernel> out = {{"chosen", true, choose_dot_rows()}};
#if defined(__x86_64__)
  out.push_back({"avx2", cpu.avx2 && cpu.fma, dot_rows_avx2});
  out.push_back({"avx512", cpu.avx512, dot_rows_avx512});
#elif defined(__aarch64__)
  out.push_back({"neon", cpu.neon, dot_rows_neon});
#endif
  return out;
}

TEST(Dot, KernelsAgreeWithPortableAtEveryLength) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> number(-1, 1);
  constexpr size_t kRows = 5;
  for (size_t dimension = 1; dimension <= 130; ++dimension) {
    std::vector<float> rows(kRows * dimension), query(dimension), expected(kRows), got(kRows);
    for (float& x : rows) x = number(random);
    for (float& x : query) x = number(random);
    dot_rows_portable(rows.data(), kRows, dimension, query.data(), expected.data());
    for (const Kernel& kernel : kernels()) {
      if (!kernel.usable) continue;
      kernel.dot(rows.data(), kRows, dimension, query.data(), got.data());
      for (size_t r = 0; r < kRows; ++r)
        EXPECT_NEAR(got[r], expected[r], 1e-4) << kernel.name << " " << dimension;
    }
  }
}

}  // namespace
}  // namespace cvp::vector
