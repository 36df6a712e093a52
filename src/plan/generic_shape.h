#pragma once
#include "base/result.h"
#include "plan/shape.h"

namespace cvp::plan {

/// A dense model of about this many parameters, built as Llama 3 is: grouped queries with 8 heads of keys,
/// heads 128 wide, 128,256 tokens (32,000 and a tied table below 3e9). For questions that name a size and no
/// model. Errc::usage outside of 1e7 to 1e13.
Result<Shape> generic_shape(double parameters);

}  // namespace cvp::plan
