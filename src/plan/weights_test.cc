#include "plan/weights.h"

#include <gtest/gtest.h>

namespace cvp::plan {
namespace {

TEST(WeightsOfSafetensors, SortByNameAndLeaveOutWhatIsNotLearned) {
  const std::map<std::string, model::SafeTensorInfo, std::less<>> tensors = {
      {"model.embed_tokens.weight", {"BF16", {10, 4}, 0, 80}},
      {"model.layers.3.mlp.down_proj.weight", {"F8_E4M3", {4, 8}, 80, 32}},
      {"model.layers.3.self_attn.q_proj.weight", {"F32", {4, 4}, 112, 64}},
      {"model.layers.3.mlp.experts.7.up_proj.weight", {"F16", {8, 4}, 176, 64}},
      {"model.layers.3.mlp.gate.weight", {"F16", {8, 4}, 240, 64}},
      {"model.layers.3.input_layernorm.weight", {"F16", {4}, 304, 8}},
      {"lm_head.weight", {"F16", {10, 4}, 312, 80}},
      {"h.0.attn.bias", {"F32", {1, 1, 8, 8}, 392, 256}},
      {"embeddings.position_ids", {"I64", {1, 8}, 648, 64}}};
  const std::vector<Weight> weights = weights_of_safetensors(tensors);
  const auto find = [&](std::string_view name) -> const Weight* {
    for (const Weight& weight : weights)
      if (weight.name == name) return &weight;
    return nullptr;
  };
  EXPECT_EQ(weights.size(), 7u);
  EXPECT_EQ(find("model.embed_tokens.weight")->part, Part::input_table);
  EXPECT_EQ(find("model.embed_tokens.weight")->type, model::TensorType::bf16);
  EXPECT_EQ(find("model.layers.3.mlp.down_proj.weight")->part, Part::feed_forward);
  EXPECT_EQ(find("model.layers.3.mlp.down_proj.weight")->layer, 3);
  EXPECT_EQ(find("model.layers.3.mlp.down_proj.weight")->dims, (std::vector<uint64_t>{8, 4}));
  EXPECT_EQ(find("model.layers.3.self_attn.q_proj.weight")->part, Part::attention);
  EXPECT_EQ(find("model.layers.3.mlp.experts.7.up_proj.weight")->part, Part::experts);
  EXPECT_EQ(find("model.layers.3.mlp.gate.weight")->part, Part::router);
  EXPECT_EQ(find("model.layers.3.input_layernorm.weight")->part, Part::norm);
  EXPECT_EQ(find("lm_head.weight")->part, Part::output_head);
}

}  // namespace
}  // namespace cvp::plan
