#include "plan/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/gguf_writer.h"
#include "plan/parameters.h"
#include "plan/shape_families.h"

namespace cvp::plan {
namespace {

using testing::HasSubstr;

constexpr const char* kLlama =
    R"({"model_type":"llama","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,
        "num_key_value_heads":2,"intermediate_size":128,"vocab_size":100})";

std::string with(std::string_view from, std::string_view to) {
  std::string out(kLlama);
  out.replace(out.find(from), from.size(), to);
  return out;
}

TEST(ShapeOfConfig, ReadsWhatAllFamiliesShare) {
  const auto shape = shape_of_config(std::string_view(kLlama), "config.json");
  ASSERT_TRUE(shape) << shape.error().message.en;
  EXPECT_EQ(shape->architecture, "llama");
  EXPECT_EQ(shape->layers.size(), 2u);
  EXPECT_EQ(shape->key_width, 16u);
  EXPECT_EQ(shape->kv_heads(), 2u);
  EXPECT_FALSE(shape->tied);
}

TEST(ShapeOfConfig, TakesTheLanguagePartOfAModelThatAlsoSees) {
  const std::string config =
      R"({"model_type":"gemma3","text_config":{"model_type":"gemma3_text","hidden_size":64,
          "num_hidden_layers":6,"intermediate_size":128,"sliding_window":8}})";
  const auto shape = shape_of_config(std::string_view(config), "config.json");
  ASSERT_TRUE(shape) << shape.error().message.en;
  EXPECT_EQ(shape->vocabulary, 262208u);
  EXPECT_EQ(shape->layers[0].attention, Attention::sliding);
  EXPECT_EQ(shape->layers[5].attention, Attention::full);
}

TEST(ShapeOfConfig, AListOfLayerTypesDecides) {
  const std::string config =
      R"({"model_type":"gemma3_text","hidden_size":64,"num_hidden_layers":2,"intermediate_size":128,
          "vocab_size":10,"num_attention_heads":2,"sliding_window":8,
          "layer_types":["full_attention","sliding_attention"]})";
  const auto shape = shape_of_config(std::string_view(config), "config.json");
  ASSERT_TRUE(shape) << shape.error().message.en;
  EXPECT_EQ(shape->layers[0].attention, Attention::full);
  EXPECT_EQ(shape->layers[1].attention, Attention::sliding);
}

TEST(ShapeOfConfig, AnUnknownFamilyIsRefusedAndNotGuessed) {
  const auto shape = shape_of_config(std::string_view(with("llama", "mystery")), "config.json");
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().code, Errc::refused);
  EXPECT_THAT(shape.error().message.en, HasSubstr("mystery"));
}

TEST(ShapeOfConfig, ImpossibleNumbersAreNamed) {
  for (const auto& [config, what] :
       {std::pair{with("\"hidden_size\":64", "\"hidden_size\":-1"), "hidden_size"},
        {with("\"hidden_size\":64", "\"hidden_size\":1e9"), "hidden_size"},
        {with("\"hidden_size\":64", "\"hidden_size\":\"64\""), "hidden_size"},
        {with("\"num_hidden_layers\":2", "\"num_hidden_layers\":0"), "layers"},
        {with("\"num_hidden_layers\":2", "\"num_hidden_layers\":99999999"), "num_hidden_layers"},
        {with("\"num_attention_heads\":4", "\"num_attention_heads\":0"), "heads"},
        {with("\"num_key_value_heads\":2", "\"num_key_value_heads\":8"), "more heads"},
        {with("\"vocab_size\":100", "\"vocab_size\":0"), "vocabulary"},
        {with("\"vocab_size\":100", "\"layer_types\":[],\"vocab_size\":100"), "kinds of layers"},
        {std::string("[]"), "object"},
        {std::string("{"), "JSON"},
        {std::string("{}"), "model_type"}}) {
    const auto shape = shape_of_config(std::string_view(config), "config.json");
    ASSERT_FALSE(shape) << config;
    EXPECT_THAT(shape.error().message.en, HasSubstr(what)) << config;
    EXPECT_FALSE(shape.error().message.zh.empty());
  }
  const std::string huge =
      R"({"model_type":"mixtral","hidden_size":16777216,"num_hidden_layers":4096,"num_attention_heads":65536,
          "intermediate_size":16777216,"vocab_size":1073741824,"num_local_experts":65536,
          "num_experts_per_tok":2})";
  const auto shape = shape_of_config(std::string_view(huge), "config.json");
  ASSERT_FALSE(shape);
  EXPECT_THAT(shape.error().message.en, HasSubstr("parameters"));
}

TEST(ShapeFamilies, EachIsThereOnceAndCountsSomething) {
  std::vector<std::string_view> seen;
  for (const Family& family : families()) {
    EXPECT_EQ(std::ranges::count(seen, family.model_type), 0) << family.model_type;
    seen.push_back(family.model_type);
    std::string config = with("\"llama\"", fmt::format("\"{}\"", family.model_type));
    config.insert(1, R"("num_local_experts":4,"num_experts_per_tok":2,"n_routed_experts":4,"num_experts":4,
        "moe_intermediate_size":32,"linear_num_key_heads":2,"linear_num_value_heads":2,
        "linear_value_head_dim":8,"linear_key_head_dim":8,"linear_conv_kernel_dim":4,"kv_lora_rank":8,
        "qk_nope_head_dim":8,"qk_rope_head_dim":8,"v_head_dim":8,)");
    const auto shape = shape_of_config(std::string_view(config), "config.json");
    ASSERT_TRUE(shape) << family.model_type << ": " << shape.error().message.en;
    EXPECT_GT(count_parameters(*shape).total, 0u);
  }
}

class ShapeOfGguf : public testing::Test {
 protected:
  ShapeOfGguf() : folder_(std::move(*sys::TempFolder::create())) {}

  Result<Shape> shape(const std::function<void(model::GgufWriter&)>& fill) {
    const sys::Path path = folder_.path() / "m.gguf";
    auto writer = model::GgufWriter::create(path);
    fill(*writer);
    EXPECT_TRUE(writer->write_header());
    for (const uint64_t bytes : tensor_bytes_) EXPECT_TRUE(writer->write(std::string(bytes, '\0')));
    EXPECT_TRUE(writer->finish());
    const auto file = model::GgufFile::open(path);
    EXPECT_TRUE(file);
    return shape_of_gguf(file->header(), "m.gguf");
  }
  void declare(model::GgufWriter& w, const std::string& name, std::vector<uint64_t> dims) {
    uint64_t bytes = 4;
    for (const uint64_t dim : dims) bytes *= dim;
    w.declare(name, dims, model::TensorType::f32);
    tensor_bytes_.push_back(bytes);
  }
  void numbers(model::GgufWriter& w, const std::string& architecture,
               std::initializer_list<std::pair<const char*, uint32_t>> values) {
    w.set("general.architecture", architecture);
    for (const auto& [key, value] : values) w.set(architecture + "." + key, value);
  }

  sys::TempFolder folder_;
  std::vector<uint64_t> tensor_bytes_;
};

TEST_F(ShapeOfGguf, LayersAreWhatTheirTensorsSay) {
  const auto made = shape([&](model::GgufWriter& w) {
    numbers(w, "gemma3",
            {{"block_count", 6},
             {"embedding_length", 8},
             {"feed_forward_length", 16},
             {"attention.head_count", 4},
             {"attention.head_count_kv", 2},
             {"attention.key_length", 16},
             {"attention.value_length", 16},
             {"attention.sliding_window", 4}});
    declare(w, "token_embd.weight", {8, 20});
    declare(w, "output_norm.weight", {8});
    for (int i = 0; i < 6; ++i) {
      const std::string layer = fmt::format("blk.{}.", i);
      declare(w, layer + "attn_k.weight", {8, 32});
      declare(w, layer + "attn_q_norm.weight", {16});
      declare(w, layer + "ffn_down.weight", {16, 8});
    }
  });
  ASSERT_TRUE(made) << made.error().message.en;
  EXPECT_TRUE(made->tied);
  EXPECT_EQ(made->vocabulary, 20u);
  EXPECT_EQ(made->head_norm, HeadNorm::head);
  EXPECT_EQ(made->layers[4].attention, Attention::sliding);
  EXPECT_EQ(made->layers[5].attention, Attention::full);
  EXPECT_EQ(made->feed_forward_width(), 16u);
}

TEST_F(ShapeOfGguf, LatentAttentionNeedsItsKeys) {
  const auto fill = [&](bool expanded) {
    return [this, expanded](model::GgufWriter& w) {
      numbers(w, "deepseek2",
              {{"block_count", 1},
               {"embedding_length", 8},
               {"attention.head_count", 4},
               {"attention.head_count_kv", 1},
               {"attention.kv_lora_rank", 8},
               {"rope.dimension_count", 2}});
      if (!expanded) w.set("deepseek2.attention.key_length_mla", uint32_t{6});
      declare(w, "token_embd.weight", {8, 20});
      declare(w, "blk.0.attn_kv_a_mqa.weight", {8, 10});
    };
  };
  EXPECT_EQ(shape(fill(false))->layers[0].attention, Attention::latent);
  tensor_bytes_.clear();
  EXPECT_EQ(shape(fill(true))->layers[0].attention, Attention::full);
}

TEST_F(ShapeOfGguf, HybridsHaveLayersWithoutAttention) {
  const auto made = shape([&](model::GgufWriter& w) {
    numbers(w, "qwen3next",
            {{"block_count", 2},
             {"embedding_length", 8},
             {"attention.head_count", 4},
             {"attention.head_count_kv", 2},
             {"ssm.inner_size", 16},
             {"ssm.state_size", 4},
             {"ssm.conv_kernel", 4},
             {"ssm.group_count", 2},
             {"ssm.time_step_rank", 4}});
    declare(w, "token_embd.weight", {8, 20});
    declare(w, "output.weight", {8, 20});
    declare(w, "blk.0.attn_qkv.weight", {8, 32});
    declare(w, "blk.0.ssm_out.weight", {16, 8});
    declare(w, "blk.1.attn_k.weight", {8, 4});
  });
  ASSERT_TRUE(made) << made.error().message.en;
  EXPECT_EQ(made->layers[0].attention, Attention::none);
  EXPECT_TRUE(made->layers[0].recurrent);
  EXPECT_EQ(made->layers[1].attention, Attention::full);
  EXPECT_EQ(made->attention_layers(), 1u);
  EXPECT_EQ(made->recurrent.kind, RecurrentShape::Kind::delta_net);
}

TEST_F(ShapeOfGguf, OnePartOfSeveralIsRefused) {
  const auto made = shape([&](model::GgufWriter& w) {
    numbers(w, "llama", {{"block_count", 1}, {"embedding_length", 8}, {"attention.head_count", 2}});
    w.set("split.count", uint32_t{3});
    declare(w, "token_embd.weight", {8, 20});
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::refused);
  EXPECT_THAT(made.error().message.en, HasSubstr("one of 3 parts"));
}

TEST_F(ShapeOfGguf, AHeaderThatSaysTooLittleIsCorrupt) {
  const auto made = shape([&](model::GgufWriter& w) {
    numbers(w, "llama", {{"block_count", 1}});
    declare(w, "token_embd.weight", {8, 20});
  });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace cvp::plan
