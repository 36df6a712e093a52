#include "plan/parameters.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cvp::plan {
namespace {

Shape shape(std::string_view config) {
  const auto made = shape_of_config(config, "config.json");
  EXPECT_TRUE(made) << made.error().message.en;
  return made.value();
}

TEST(Parameters, OfAnMlpAreWeightsAndBiases) {
  const auto count = count_mlp(std::vector<uint64_t>{3, 4, 4, 1});
  ASSERT_TRUE(count);
  EXPECT_EQ(count->weights, 32u);
  EXPECT_EQ(count->biases, 9u);
  EXPECT_EQ(count->total(), 41u);
  EXPECT_EQ(count->layers.size(), 3u);
  EXPECT_EQ(count->layers[1].weights, 16u);
}

TEST(Parameters, AnAbsurdMlpIsWrongUse) {
  for (const std::vector<uint64_t>& widths : {std::vector<uint64_t>{},
                                              {3},
                                              {3, 0, 1},
                                              {UINT64_MAX, 2},
                                              {1ull << 40, 1ull << 40},
                                              std::vector<uint64_t>(2000, 1)}) {
    const auto count = count_mlp(widths);
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().code, Errc::usage);
  }
}

TEST(Parameters, OfAMixtureCountAllAndTheActiveOnes) {
  const Shape mixtral = shape(
      R"({"model_type":"mixtral","hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,
          "num_key_value_heads":8,"intermediate_size":14336,"vocab_size":32000,"num_local_experts":8,
          "num_experts_per_tok":2})");
  const ParameterCount count = count_parameters(mixtral);
  EXPECT_EQ(count.total, 46'702'792'704u);
  EXPECT_EQ(count.active, 12'879'925'248u);
  EXPECT_EQ(count.of(Part::experts), 32ull * 8 * 3 * 4096 * 14336);
  EXPECT_EQ(count.of(Part::router), 32ull * 8 * 4096);
}

TEST(Parameters, LatentAttentionAndSharedExperts) {
  const Shape deepseek = shape(
      R"({"model_type":"deepseek_v3","hidden_size":7168,"num_hidden_layers":61,"num_attention_heads":128,
          "intermediate_size":18432,"moe_intermediate_size":2048,"n_routed_experts":256,"n_shared_experts":1,
          "num_experts_per_tok":8,"first_k_dense_replace":3,"q_lora_rank":1536,"kv_lora_rank":512,
          "qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"vocab_size":129280})");
  const ParameterCount count = count_parameters(deepseek);
  EXPECT_NEAR(static_cast<double>(count.total), 671.03e9, 0.005e9);
  EXPECT_NEAR(static_cast<double>(count.active), 37.55e9, 0.005e9);
  EXPECT_NEAR(static_cast<double>(count.active - count.of(Part::input_table)), 36.6e9, 0.05e9);
  EXPECT_EQ(std::ranges::count(deepseek.layers, true, &LayerShape::routed), 58);
}

TEST(Parameters, ATiedTableCountsOnce) {
  const char* config =
      R"({"model_type":"qwen2","hidden_size":896,"num_hidden_layers":24,"num_attention_heads":14,
          "num_key_value_heads":2,"intermediate_size":4864,"vocab_size":151936,"tie_word_embeddings":true})";
  const ParameterCount count = count_parameters(shape(config));
  EXPECT_EQ(count.total, 494'032'768u);
  EXPECT_EQ(count.of(Part::output_head), 0u);
}

}  // namespace
}  // namespace cvp::plan
