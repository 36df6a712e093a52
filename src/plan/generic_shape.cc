#include "plan/generic_shape.h"

#include <algorithm>
#include <cmath>

namespace cvp::plan {
namespace {

constexpr double kLeast = 1e7, kMost = 1e13;
constexpr double kSmall = 3e9;
constexpr uint32_t kHeadWidth = 128, kKvHeads = 8;
constexpr double kWidthPerLayer = 115;  // 128 in Llama 3 8B, 102 in 70B
// Below this many parameters a step of 256 would be too coarse; K-quants fall back to wider types there, as
// they do with real models of that size.
constexpr double kTiny = 1e8;
// Of all widths of larger models: K-quants work in blocks of 256.
constexpr uint32_t kGrain = 256, kTinyFeedForwardGrain = 64;

uint32_t heads_for(double width, bool tiny) {
  const uint32_t step = tiny ? kHeadWidth : kGrain;
  return static_cast<uint32_t>(std::max(1.0, std::round(width / step))) * (step / kHeadWidth);
}

}  // namespace

Result<Shape> generic_shape(double parameters) {
  if (!(parameters >= kLeast && parameters <= kMost)) {
    return fail(
        Errc::usage,
        parameters < kLeast
            ? text("a model of {:.3g}M parameters is too small", "{:.3g}M 参数的模型太小", parameters / 1e6)
            : text("a model of {:.3g}T parameters is too large", "{:.3g}T 参数的模型太大", parameters / 1e12),
        text("10M to 10T can be planned", "可规划的范围是 10M 到 10T"));
  }
  Shape shape{.architecture = "llama", .key_width = kHeadWidth, .value_width = kHeadWidth};
  const bool small = parameters < kSmall;
  shape.tied = small;
  shape.vocabulary = small ? 32000 : 128256;
  const double wanted = std::cbrt(parameters * kWidthPerLayer / 12);
  const bool tiny = parameters < kTiny;
  const uint32_t heads = heads_for(wanted, tiny);
  shape.width = heads * kHeadWidth;
  const double width = shape.width, layers = std::max(1.0, std::round(width / kWidthPerLayer));
  const uint32_t kv_heads = std::min(heads, kKvHeads);
  const double tables = (small ? 1.0 : 2.0) * shape.vocabulary * width;
  const double attention = 2 * width * width + 2 * width * kv_heads * kHeadWidth;
  const double left = (parameters - tables) / layers - attention;
  const double grain = tiny ? kTinyFeedForwardGrain : kGrain;
  const double feed_forward = std::max(1.0, std::round(left / (3 * width) / grain)) * grain;
  shape.layers.assign(
      static_cast<size_t>(layers),
      {.heads = heads, .kv_heads = kv_heads, .feed_forward_width = static_cast<uint32_t>(feed_forward)});
  return shape;
}

}  // namespace cvp::plan
