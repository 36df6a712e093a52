#include <iterator>

#include "model/bert_gguf.h"
#include "model/byte_reader.h"

namespace cvp::model {
namespace {

/// A tensor with weight and bias that stands once or once in a layer.
struct Part {
  std::string_view gguf, hf, packed;
};

constexpr Part kLinears[] = {
    {"attn_q", "attention.self.query", "q"}, {"attn_k", "attention.self.key", "k"},
    {"attn_v", "attention.self.value", "v"}, {"attn_output", "attention.output.dense", "ao"},
    {"ffn_up", "intermediate.dense", "fi"},  {"ffn_down", "output.dense", "fo"},
};
constexpr Part kNorms[] = {
    {"attn_output_norm", "attention.output.LayerNorm", "aln"},
    {"layer_output_norm", "output.LayerNorm", "oln"},
};

void add_norm(std::vector<BertTensor>& tensors, const std::string& gguf, const std::string& hf,
              const std::string& packed, uint64_t width) {
  tensors.push_back({gguf + ".weight", hf + ".weight", packed + ".w", {width}, BertTensor::Kind::vector});
  tensors.push_back({gguf + ".bias", hf + ".bias", packed + ".b", {width}, BertTensor::Kind::vector});
}

void add_layer(std::vector<BertTensor>& tensors, const BertShape& shape, uint32_t layer) {
  const std::string gguf = fmt::format("blk.{}.", layer), hf = fmt::format("encoder.layer.{}.", layer),
                    packed = fmt::format("l{}.", layer);
  for (const auto& part : kLinears) {
    const uint64_t in = part.packed == "fo" ? shape.feed_forward : shape.width;
    const uint64_t out = part.packed == "fi" ? shape.feed_forward : shape.width;
    const std::string g = gguf + std::string(part.gguf), h = hf + std::string(part.hf),
                      p = packed + std::string(part.packed);
    tensors.push_back({g + ".weight", h + ".weight", p + ".w", {in, out}, BertTensor::Kind::linear});
    tensors.push_back({g + ".bias", h + ".bias", p + ".b", {out}, BertTensor::Kind::vector});
  }
  for (const auto& part : kNorms)
    add_norm(tensors, gguf + std::string(part.gguf), hf + std::string(part.hf),
             packed + std::string(part.packed), shape.width);
}

}  // namespace

Result<void> check_shape(const BertShape& shape, const std::string& name) {
  struct Limit {
    std::string_view what;
    uint64_t value, most;
  };
  const Limit limits[] = {{"layers", shape.layers, 256},
                          {"width", shape.width, 1 << 14},
                          {"feed-forward width", shape.feed_forward, 1 << 16},
                          {"heads", shape.heads, 1 << 10},
                          {"vocabulary", shape.vocabulary, 1 << 21},
                          {"positions", shape.positions, 1 << 20},
                          {"token types", shape.token_types, 16}};
  for (const auto& limit : limits)
    if (limit.value == 0 || limit.value > limit.most)
      return corrupt_file(name, text("its shape is impossible ({}: {})", "模型的尺寸不合理（{}：{}）",
                                     limit.what, limit.value));
  if (shape.width % shape.heads != 0)
    return corrupt_file(name, text("its width {} is no multiple of its {} heads",
                                   "宽度 {} 不是注意力头数 {} 的倍数", shape.width, shape.heads));
  return {};
}

std::vector<BertTensor> bert_tensors(const BertShape& shape) {
  using Kind = BertTensor::Kind;
  const uint64_t width = shape.width;
  std::vector<BertTensor> tensors;
  tensors.push_back({"token_embd.weight",
                     "embeddings.word_embeddings.weight",
                     "emb.word",
                     {width, shape.vocabulary},
                     Kind::vocabulary});
  tensors.push_back({"position_embd.weight",
                     "embeddings.position_embeddings.weight",
                     "emb.pos",
                     {width, shape.positions},
                     Kind::table});
  tensors.push_back({"token_types.weight",
                     "embeddings.token_type_embeddings.weight",
                     "emb.type",
                     {width, shape.token_types},
                     Kind::table});
  add_norm(tensors, "token_embd_norm", "embeddings.LayerNorm", "emb.ln", width);
  for (uint32_t layer = 0; layer < shape.layers; ++layer) add_layer(tensors, shape, layer);
  return tensors;
}

}  // namespace cvp::model
