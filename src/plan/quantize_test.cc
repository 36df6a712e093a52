#include <gtest/gtest.h>

#include <algorithm>

#include "plan/known_models.h"
#include "plan/weights.h"

namespace cvp::plan {
namespace {

const Shape& shape(const std::string& id) {
  static const KnownModels models = KnownModels::load().value();
  return *models.find(id).value()->shape;
}

std::vector<Weight> stored(const Shape& shape, std::string_view quantization) {
  return quantized(weights_of_shape(shape), shape, *find_quantization(quantization));
}

/// llama.cpp's tools/quantize/README.md, "meta-llama/Llama-3.1-8B", bits/weight.
constexpr std::pair<std::string_view, double> kPublished[] = {
    {"IQ1_S", 2.0042},  {"IQ1_M", 2.1460},   {"IQ2_XXS", 2.3824}, {"IQ2_XS", 2.5882}, {"IQ2_S", 2.7403},
    {"IQ2_M", 2.9294},  {"IQ3_XXS", 3.2548}, {"IQ3_XS", 3.4977},  {"IQ3_S", 3.6606},  {"IQ3_M", 3.7628},
    {"IQ4_XS", 4.4597}, {"IQ4_NL", 4.6818},  {"Q2_K_S", 2.9697},  {"Q2_K", 3.1593},   {"Q3_K_S", 3.6429},
    {"Q3_K_L", 4.2979}, {"Q4_K_S", 4.6672},  {"Q4_K_M", 4.8944},  {"Q5_K_S", 5.5704}, {"Q5_K_M", 5.7036},
    {"Q6_K", 6.5633},   {"Q8_0", 8.5008},    {"F16", 16.0005}};

TEST(Quantize, MixesWeighWhatLlamaCppPublishes) {
  const Shape& llama = shape("llama-3.1-8b");
  for (const auto& [name, bits] : kPublished) {
    const WeightBytes bytes = weight_bytes(stored(llama, name));
    EXPECT_NEAR(8.0 * static_cast<double>(bytes.total) / 8'030'261'248.0, bits, 0.00006) << name;
  }
}

struct PublishedFile {
  const char* model;
  const char* quantization;
  uint64_t bytes;
};
/// Sizes of files as their repositories on Hugging Face list them.
constexpr PublishedFile kFiles[] = {
    {"phi-3-mini", "Q4_K_M", 2'393'231'072},  {"llama-2-7b", "Q4_K_M", 4'081'004'224},
    {"llama-2-13b", "Q4_K_M", 7'865'956'224}, {"llama-3.1-8b", "Q4_K_M", 4'920'739'232},
    {"qwen2.5-7b", "Q4_K_M", 4'683'074'240},  {"qwen3-30b-a3b", "Q4_K_M", 18'556'686'912}};

TEST(Quantize, FilesWeighWhatTheirPublishersList) {
  for (const PublishedFile& file : kFiles) {
    const double predicted =
        static_cast<double>(gguf_file_bytes(stored(shape(file.model), file.quantization), shape(file.model)));
    EXPECT_NEAR(predicted / static_cast<double>(file.bytes), 1, 0.001) << file.model;
  }
}

const Weight& named(const std::vector<Weight>& weights, std::string_view name) {
  const auto found = std::ranges::find(weights, name, &Weight::name);
  EXPECT_NE(found, weights.end()) << name;
  return *found;
}

TEST(Quantize, RowsThatDoNotDivideFallBack) {
  // Gemma 3 270M is 640 wide: no multiple of 256.
  const std::vector<Weight> weights = stored(shape("gemma-3-270m"), "Q4_K_M");
  EXPECT_EQ(named(weights, "blk.5.attn_q.weight").type, model::TensorType::q5_0);
  EXPECT_EQ(named(weights, "blk.5.attn_output.weight").type, model::TensorType::q4_k);
  EXPECT_EQ(named(weights, "token_embd.weight").type, model::TensorType::q8_0);
  EXPECT_EQ(named(weights, "blk.5.attn_norm.weight").type, model::TensorType::f32);
}

TEST(Quantize, NamesAreFoundInAnySpelling) {
  EXPECT_EQ(find_quantization("q4_k_m")->name, "Q4_K_M");
  EXPECT_EQ(find_quantization("Q4-K-M")->name, "Q4_K_M");
  EXPECT_EQ(find_quantization("fp16")->name, "F16");
  EXPECT_EQ(find_quantization("int4")->name, "INT4");
  EXPECT_EQ(find_quantization("Q4_K_XXL"), nullptr);
  EXPECT_EQ(find_quantization(""), nullptr);
}

TEST(Quantize, OtherEnginesFormatsKeepTablesWide) {
  const std::vector<Weight> weights = stored(shape("llama-2-7b"), "NF4");
  EXPECT_EQ(named(weights, "token_embd.weight").bytes, 2u * 32000 * 4096);
  EXPECT_NEAR(static_cast<double>(named(weights, "blk.0.ffn_up.weight").bytes), 4096.0 * 11008 * 4.127 / 8,
              2);
}

TEST(Quantize, MixturesOfExpertsInMxfp4) {
  const std::vector<Weight> weights = stored(shape("gpt-oss-20b"), "MXFP4");
  EXPECT_EQ(named(weights, "blk.0.ffn_up_exps.weight").type, model::TensorType::mxfp4);
  EXPECT_EQ(named(weights, "blk.0.attn_q.weight").type, model::TensorType::q8_0);
}

TEST(WeightBytes, AreSumsByPart) {
  const Shape& llama = shape("llama-2-7b");
  const WeightBytes bytes = weight_bytes(weights_of_shape(llama));
  uint64_t parts = 0;
  for (const uint64_t part : bytes.by_part) parts += part;
  EXPECT_EQ(parts, bytes.total);
  EXPECT_EQ(bytes.of(Part::input_table), 2u * 32000 * 4096);
}

TEST(FileBytes, OfSafetensorsAreTwoAParameterAndAHeader) {
  // total_size of Meta-Llama-3-8B's model.safetensors.index.json, which leaves out the headers.
  const double bytes = static_cast<double>(safetensors_file_bytes(shape("llama-3-8b")));
  EXPECT_NEAR(bytes / 16'060'522'496.0, 1, 0.00001);
  EXPECT_GT(bytes, 16'060'522'496.0);
}

}  // namespace
}  // namespace cvp::plan
