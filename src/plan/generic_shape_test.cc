#include "plan/generic_shape.h"

#include <gtest/gtest.h>

#include "plan/parameters.h"

namespace cvp::plan {
namespace {

TEST(GenericShape, HasAboutTheParametersAskedFor) {
  for (const double parameters : {1e8, 5e8, 1.5e9, 3e9, 7e9, 14e9, 32e9, 70e9, 405e9, 1e12}) {
    const auto shape = generic_shape(parameters);
    ASSERT_TRUE(shape) << parameters;
    EXPECT_NEAR(static_cast<double>(count_parameters(*shape).total), parameters, 0.05 * parameters);
  }
}

TEST(GenericShape, AbsurdSizesAreRefused) {
  for (const double parameters : {0.0, -1.0, 1e6, 1e14})
    EXPECT_FALSE(generic_shape(parameters)) << parameters;
}

}  // namespace
}  // namespace cvp::plan
