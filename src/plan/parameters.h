// How many numbers a model has learned, and how many of them work on one token.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "plan/shape.h"
#include "plan/weights.h"

namespace cvp::plan {

/// "7B" is `total`. A tied table counts once.
struct ParameterCount {
  uint64_t total = 0;
  uint64_t active = 0;  // that one token passes through: total less the experts it is not sent to
  uint64_t by_part[kParts] = {};
  uint64_t of(Part part) const { return by_part[static_cast<size_t>(part)]; }
};
ParameterCount count_parameters(std::span<const Weight> weights, const Shape& shape);
ParameterCount count_parameters(const Shape& shape);

/// A plain network of fully connected layers: 3-4-4-1 has 3×4 + 4×4 + 4×1 weights and 4 + 4 + 1 biases.
struct MlpLayer {
  uint64_t inputs = 0, outputs = 0, weights = 0, biases = 0;
};
struct MlpCount {
  std::vector<MlpLayer> layers;
  uint64_t weights = 0, biases = 0;
  uint64_t total() const { return weights + biases; }
};
/// Errc::usage where there are fewer than two widths, one is 0, or a product does not fit.
Result<MlpCount> count_mlp(std::span<const uint64_t> widths);

}  // namespace cvp::plan
