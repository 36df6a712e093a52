#include "plan/parameters.h"

#include "model/byte_reader.h"

namespace cvp::plan {

ParameterCount count_parameters(std::span<const Weight> weights, const Shape& shape) {
  ParameterCount out;
  uint64_t idle = 0;
  for (const Weight& weight : weights) {
    const uint64_t elements = weight.elements();
    out.total += elements;
    out.by_part[static_cast<size_t>(weight.part)] += elements;
    if (weight.part == Part::experts && shape.experts.count > 0)
      idle += elements / shape.experts.count * (shape.experts.count - shape.experts.active);
  }
  out.active = out.total - idle;
  return out;
}

ParameterCount count_parameters(const Shape& shape) {
  return count_parameters(weights_of_shape(shape), shape);
}

Result<MlpCount> count_mlp(std::span<const uint64_t> widths) {
  constexpr size_t kMaxLayers = 1000;
  constexpr uint64_t kMaxParameters = uint64_t{1} << 62;
  if (widths.size() < 2)
    return fail(
        Errc::usage,
        text("a network needs at least an input and an output width", "网络至少要有输入宽度和输出宽度"),
        text("for example 3-4-4-1", "例如 3-4-4-1"));
  if (widths.size() > kMaxLayers)
    return fail(Errc::usage, text("at most {} widths can be counted", "最多支持 {} 个宽度", kMaxLayers));
  MlpCount out;
  for (size_t i = 0; i + 1 < widths.size(); ++i) {
    MlpLayer layer{.inputs = widths[i], .outputs = widths[i + 1], .biases = widths[i + 1]};
    if (layer.inputs == 0 || layer.outputs == 0)
      return fail(Errc::usage, text("a layer needs at least one unit", "每层至少要有一个神经元"));
    const bool fits = !__builtin_mul_overflow(layer.inputs, layer.outputs, &layer.weights) &&
                      !__builtin_add_overflow(out.weights, layer.weights, &out.weights) &&
                      !__builtin_add_overflow(out.biases, layer.biases, &out.biases) &&
                      out.weights < kMaxParameters && out.biases < kMaxParameters;
    if (!fits)
      return fail(Errc::usage, text("the layer {}-{} is impossibly large", "{}-{} 这一层大得不合理",
                                    layer.inputs, layer.outputs));
    out.layers.push_back(layer);
  }
  return out;
}

}  // namespace cvp::plan
