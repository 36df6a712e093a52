#include "plan/shape.h"

#include <algorithm>

#include "model/byte_reader.h"
#include "plan/weights.h"

namespace cvp::plan {
namespace {

constexpr double kMaxParameters = 1e15;

template <class Of>
uint32_t most(const std::vector<LayerShape>& layers, Of of) {
  uint32_t out = 0;
  for (const LayerShape& layer : layers) out = std::max(out, of(layer));
  return out;
}

}  // namespace

uint32_t Shape::heads() const {
  return most(layers, [](const LayerShape& l) { return l.heads; });
}
uint32_t Shape::kv_heads() const {
  return most(layers, [](const LayerShape& l) { return l.kv_heads; });
}
uint32_t Shape::feed_forward_width() const {
  return most(layers, [](const LayerShape& l) { return l.feed_forward_width; });
}
uint32_t Shape::attention_layers() const {
  return static_cast<uint32_t>(
      std::ranges::count_if(layers, [](const LayerShape& l) { return l.attention != Attention::none; }));
}

Result<void> check_shape(const Shape& shape, const std::string& name) {
  const auto wrong = [&](const Text& what) { return model::corrupt_file(name, what); };
  if (shape.layers.empty()) return wrong(text("it does not say how many layers there are", "没有写明层数"));
  if (shape.width == 0) return wrong(text("it does not say how wide a layer is", "没有写明层的宽度"));
  if (shape.vocabulary == 0)
    return wrong(text("it does not say how large the vocabulary is", "没有写明词表大小"));
  const uint32_t heads = shape.heads();
  if (shape.attention_layers() > 0 && heads == 0)
    return wrong(text("it does not say how many attention heads there are", "没有写明注意力头数"));
  if (shape.kv_heads() > heads)
    return wrong(text("it has more heads of keys ({}) than of queries ({})",
                      "键值头数（{}）多于查询头数（{}）", shape.kv_heads(), heads));
  if (shape.experts.active > shape.experts.count)
    return wrong(text("it sends a token to {} of {} experts", "每个词元要用 {} 个专家，但总共只有 {} 个",
                      shape.experts.active, shape.experts.count));
  double parameters = 0;
  for (const Weight& weight : weights_of_shape(shape)) {
    double elements = 1;
    for (const uint64_t dim : weight.dims) elements *= static_cast<double>(dim);
    parameters += elements;
  }
  if (parameters > kMaxParameters)
    return wrong(text("it would have {:.1e} parameters", "参数量将达到 {:.1e}，不合常理", parameters));
  return {};
}

}  // namespace cvp::plan
