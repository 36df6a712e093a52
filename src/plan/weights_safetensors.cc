#include <algorithm>
#include <charconv>

#include "plan/weights.h"

namespace cvp::plan {
namespace {

using model::TensorType;

/// What a part of a tensor's name says that it is for; the first that occurs decides.
constexpr std::pair<std::string_view, Part> kWords[] = {
    {"embed_tokens", Part::input_table},
    {"word_embeddings.", Part::input_table},
    {"tok_embeddings", Part::input_table},
    {"wte.", Part::input_table},
    {"lm_head", Part::output_head},
    {"output_layer.", Part::output_head},
    {"embed_out", Part::output_head},
    {"shared_expert_gate", Part::router},
    {"shared_expert", Part::shared_experts},
    {"mlp.gate.", Part::router},
    {"block_sparse_moe.gate.", Part::router},
    {"mlp.router.", Part::router},
    {"norm", Part::norm},
    {"LayerNorm", Part::norm},
    {".ln_", Part::norm},
    {"experts", Part::experts},
    {"linear_attn", Part::recurrent},
    {"mixer.", Part::recurrent},
    {"attn", Part::attention},
    {"attention", Part::attention},
    {"mlp", Part::feed_forward},
    {"feed_forward", Part::feed_forward},
    {"intermediate.", Part::feed_forward},
};

Part part_of(std::string_view name) {
  const auto found = std::ranges::find_if(
      kWords, [&](const auto& word) { return name.find(word.first) != std::string_view::npos; });
  return found != std::end(kWords) ? found->second : Part::other;
}

/// The number in "model.layers.7.…", "h.7.…"; -1 where there is none.
int32_t layer_of(std::string_view name) {
  for (const std::string_view word : {"layers.", "h.", "layer.", "blocks."}) {
    const size_t at = name.find(word);
    if (at == std::string_view::npos) continue;
    int32_t layer = -1;
    const auto parsed = std::from_chars(name.data() + at + word.size(), name.data() + name.size(), layer);
    if (parsed.ec == std::errc() && layer >= 0) return layer;
  }
  return -1;
}

TensorType type_of(std::string_view type) {
  if (type == "F8_E4M3" || type == "F8_E5M2" || type == "U8" || type == "BOOL") return TensorType::i8;
  if (type == "U16") return TensorType::i16;
  if (type == "U32") return TensorType::i32;
  if (type == "U64") return TensorType::i64;
  return model::tensor_type_named(type).value_or(TensorType::f16);
}

/// Tables that older files of transformers store beside the weights: computed, not learned.
bool is_buffer(std::string_view name, size_t dims) {
  constexpr size_t kMaskDims = 4;  // of GPT-2's causal mask, which is called like a bias
  return name.ends_with("position_ids") || name.ends_with("inv_freq") || name.ends_with("masked_bias") ||
         (dims == kMaskDims && (name.ends_with("attn.bias") || name.ends_with("attention.bias")));
}

}  // namespace

std::vector<Weight> weights_of_safetensors(
    const std::map<std::string, model::SafeTensorInfo, std::less<>>& tensors) {
  std::vector<Weight> out;
  out.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    if (is_buffer(name, tensor.shape.size())) continue;
    Weight weight{.name = name,
                  .dims = {tensor.shape.rbegin(), tensor.shape.rend()},
                  .part = part_of(name),
                  .layer = layer_of(name),
                  .type = type_of(tensor.type),
                  .bytes = tensor.bytes};
    out.push_back(std::move(weight));
  }
  return out;
}

}  // namespace cvp::plan
