#include "model/spec.h"

#include <gtest/gtest.h>

#include "model/gguf_writer.h"
#include "model/test_files.h"

namespace cvp::model {
namespace {

class SpecTest : public ::testing::Test {
 protected:
  SpecTest() : folder_(std::move(*sys::TempFolder::create())) {}

  Result<ModelSpec> spec_of(const std::function<void(GgufWriter&)>& fill) {
    const sys::Path path = folder_.path() / "m.gguf";
    {
      auto writer = GgufWriter::create(path);
      fill(*writer);
      writer->declare("w", std::vector<uint64_t>{64, 2}, TensorType::q4_0);
      EXPECT_TRUE(writer->write_header());
      EXPECT_TRUE(writer->write(std::string(72, '\0')));
      EXPECT_TRUE(writer->finish());
    }
    const auto file = GgufFile::open(path);
    return model_spec(file->header(), "m.gguf");
  }

  sys::TempFolder folder_;
};

void qwen(GgufWriter& w) {
  w.set("general.architecture", "qwen2");
  w.set("general.file_type", uint32_t{15});
  w.set("qwen2.block_count", uint32_t{28});
  w.set("qwen2.embedding_length", uint32_t{1536});
  w.set("qwen2.feed_forward_length", uint32_t{8960});
  w.set("qwen2.attention.head_count", uint32_t{12});
  w.set("qwen2.attention.head_count_kv", uint32_t{2});
  w.set("qwen2.context_length", uint32_t{32768});
  w.set("tokenizer.chat_template", "<|im_start|>");
}

TEST_F(SpecTest, GroupedHeadsGiveTheCacheBytes) {
  const auto spec = spec_of(qwen);
  ASSERT_TRUE(spec) << spec.error().message.en;
  EXPECT_EQ(spec->cache_bytes_per_token, 28u * 1024);
  EXPECT_EQ(spec->key_width, 128u);
  EXPECT_EQ(spec->quantization, "Q4_K_M");
  EXPECT_EQ(spec->parameters, 128u);
  EXPECT_EQ(spec->weight_bytes, 72u);
  EXPECT_EQ(spec->chat_template, "chatml");
  EXPECT_FALSE(spec->is_encoder);
  const CatalogueEntry entry = entry_of(*spec, "mine");
  EXPECT_EQ(entry.role, ModelRole::chat);
  EXPECT_EQ(entry.chat_template, "chatml");
  EXPECT_EQ(entry.context_tokens, 32768u);
}

TEST_F(SpecTest, AMixIsCalledByItsOwnName) {
  for (const auto& [type, name] :
       {std::pair{21u, "Q2_K_S"}, {27u, "IQ3_M"}, {31u, "IQ1_M"}, {37u, "TQ2_0"}}) {
    const auto spec = spec_of([type](GgufWriter& w) {
      w.set("general.architecture", "qwen2");
      w.set("general.file_type", uint32_t{type});
    });
    ASSERT_TRUE(spec) << name;
    EXPECT_EQ(spec->quantization, name);
  }
}

TEST_F(SpecTest, HeadsMayDifferByLayer) {
  const auto spec = spec_of([](GgufWriter& w) {
    w.set("general.architecture", "lfm2");
    w.set("lfm2.block_count", uint32_t{3});
    w.set("lfm2.embedding_length", uint32_t{64});
    w.set("lfm2.attention.head_count", uint32_t{4});
    w.set("lfm2.attention.head_count_kv", std::vector<int32_t>{0, 2, 1});
  });
  ASSERT_TRUE(spec) << spec.error().message.en;
  EXPECT_EQ(spec->cache_bytes_per_token, 3u * (16 + 16) * 2);
  EXPECT_EQ(spec->quantization, "Q4_0");
}

TEST_F(SpecTest, LatentAttentionKeepsOneCompressedKey) {
  const auto spec = spec_of([](GgufWriter& w) {
    w.set("general.architecture", "deepseek2");
    w.set("deepseek2.block_count", uint32_t{61});
    w.set("deepseek2.attention.head_count", uint32_t{128});
    w.set("deepseek2.attention.head_count_kv", uint32_t{1});
    w.set("deepseek2.attention.key_length", uint32_t{576});
    w.set("deepseek2.attention.value_length", uint32_t{512});
    w.set("deepseek2.attention.key_length_mla", uint32_t{192});
    w.set("deepseek2.attention.kv_lora_rank", uint32_t{512});
    w.set("deepseek2.rope.dimension_count", uint32_t{64});
  });
  ASSERT_TRUE(spec) << spec.error().message.en;
  EXPECT_EQ(spec->cache_bytes_per_token, 70'272u);
}

TEST_F(SpecTest, EncodersHaveNoCache) {
  const auto spec = spec_of([](GgufWriter& w) {
    w.set("general.architecture", "bert");
    w.set("bert.block_count", uint32_t{12});
    w.set("bert.embedding_length", uint32_t{384});
    w.set("bert.attention.head_count", uint32_t{12});
    w.set("bert.attention.causal", false);
    w.set("bert.pooling_type", uint32_t{2});
  });
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->cache_bytes_per_token, 0u);
  EXPECT_EQ(spec->pooling, "cls");
  EXPECT_EQ(entry_of(*spec, "mine").role, ModelRole::embedding);
}

TEST_F(SpecTest, ContradictionsAreNamed) {
  EXPECT_EQ(spec_of([](GgufWriter&) {}).error().code, Errc::corrupt);
  const auto huge = spec_of([](GgufWriter& w) {
    w.set("general.architecture", "x");
    w.set("x.block_count", uint32_t{4'000'000'000});
  });
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.en.find("x.block_count"), std::string::npos);
  EXPECT_FALSE(spec_of([](GgufWriter& w) {
    w.set("general.architecture", "x");
    w.set("x.block_count", uint32_t{2});
    w.set("x.attention.head_count_kv", std::vector<int32_t>{1, 2, 3});
  }));
}

TEST(SpecFileTest, TheDefaultChatModel) {
  const auto path = test_model("qwen2.5-coder-1.5b-instruct");
  if (!path) GTEST_SKIP() << "the model is not on this machine";
  const auto file = GgufFile::open(*path);
  ASSERT_TRUE(file);
  const auto spec = model_spec(file->header(), "qwen");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->cache_bytes_per_token, 28u * 1024);
  EXPECT_EQ(spec->layers, 28u);
  EXPECT_EQ(spec->vocabulary, 151936u);
  EXPECT_EQ(spec->chat_template, "chatml");
  EXPECT_NEAR(static_cast<double>(spec->parameters), 1.54e9, 0.3e9);
}

}  // namespace
}  // namespace cvp::model
