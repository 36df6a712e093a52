#include "plan/generic_shape.h"

#include <algorithm>
#include <cmath>

namespace cvp::plan {
namespace {

constexpr double kLeast = 1e7, kMost = 1e13;
constexpr double kSmall = 3e9;
constexpr uint32_t kHeadWidth = 128, kKvHeads = 8;
constexpr double kWidthPerLayer = 115;  // 128 in Llama 3 8B, 102 in 70B
constexpr double kFeedForwardGrain = 64;

}  // namespace

Result<Shape> generic_shape(double parameters) {
  if (!(parameters >= kLeast && parameters <= kMost)) {
    return fail(
        Errc::usage,
        text("a model of {:.3g} parameters cannot be planned", "无法规划 {:.3g} 参数的模型", parameters),
        text("between 10M and 10,000B", "应在 10M 到 10000B 之间"));
  }
  Shape shape{.architecture = "llama", .key_width = kHeadWidth, .value_width = kHeadWidth};
  const bool small = parameters < kSmall;
  shape.tied = small;
  shape.vocabulary = small ? 32000 : 128256;
  const double wanted = std::cbrt(parameters * kWidthPerLayer / 12);
  const auto heads = static_cast<uint32_t>(std::max(1.0, std::round(wanted / kHeadWidth)));
  shape.width = heads * kHeadWidth;
  const double width = shape.width, layers = std::max(1.0, std::round(width / kWidthPerLayer));
  const uint32_t kv_heads = std::min(heads, kKvHeads);
  const double tables = (small ? 1.0 : 2.0) * shape.vocabulary * width;
  const double attention = 2 * width * width + 2 * width * kv_heads * kHeadWidth;
  const double left = (parameters - tables) / layers - attention;
  const double feed_forward =
      std::max(1.0, std::round(left / (3 * width) / kFeedForwardGrain)) * kFeedForwardGrain;
  shape.layers.assign(
      static_cast<size_t>(layers),
      {.heads = heads, .kv_heads = kv_heads, .feed_forward_width = static_cast<uint32_t>(feed_forward)});
  return shape;
}

}  // namespace cvp::plan
