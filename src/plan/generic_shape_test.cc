#include "plan/generic_shape.h"

#include <gtest/gtest.h>

#include "plan/parameters.h"
#include "plan/weights.h"

namespace cvp::plan {
namespace {

TEST(GenericShape, HasAboutTheParametersAskedFor) {
  for (const double parameters : {1e8, 5e8, 1.5e9, 3e9, 7e9, 14e9, 32e9, 70e9, 405e9, 1e12}) {
    const auto shape = generic_shape(parameters);
    ASSERT_TRUE(shape) << parameters;
    EXPECT_NEAR(static_cast<double>(count_parameters(*shape).total), parameters, 0.05 * parameters);
  }
}

TEST(GenericShape, KQuantsNeedNoWiderTypes) {
  const Quantization* q6 = find_quantization("Q6_K");
  ASSERT_NE(q6, nullptr);
  for (const double parameters : {5e8, 1.5e9, 8e9, 14e9, 65e9}) {
    const auto shape = generic_shape(parameters);
    ASSERT_TRUE(shape) << parameters;
    const auto weights = quantized(weights_of_shape(*shape), *shape, *q6);
    const double bits = 8.0 * static_cast<double>(gguf_file_bytes(weights, *shape)) / parameters;
    EXPECT_NEAR(bits, 6.56, 0.25) << parameters;
  }
}

TEST(GenericShape, AbsurdSizesAreRefused) {
  for (const double parameters : {0.0, -1.0, 1e6, 1e14})
    EXPECT_FALSE(generic_shape(parameters)) << parameters;
  EXPECT_EQ(generic_shape(1e6).error().message.en, "a model of 1M parameters is too small");
}

}  // namespace
}  // namespace cvp::plan
