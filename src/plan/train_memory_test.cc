#include "plan/train_memory.h"

#include <gtest/gtest.h>

namespace cvp::plan {
namespace {

constexpr double kGB = 1e9, kGiB = 1024.0 * 1024 * 1024;

/// Llama 2 7B.
TrainNet seven() {
  return {.parameters = 6738415616,
          .active_parameters = 6738415616,
          .table_parameters = 2 * 32000.0 * 4096,
          .adapter_widths = 32 * (4 * 2 * 4096.0 + 3 * (4096.0 + 11008)),
          .layers = 32,
          .width = 4096,
          .heads = 32,
          .kv_heads = 32,
          .head_width = 128,
          .vocabulary = 32000,
          .feed_forward_width = 11008};
}

TrainMemory memory(const TrainOptions& options) {
  auto out = train_memory(seven(), options);
  EXPECT_TRUE(out) << out.error().message.en;
  return out.value_or(TrainMemory{});
}

TEST(TrainMemory, StatesPerParameter) {
  const double n = seven().parameters;
  struct Case {
    Precision precision;
    Optimizer optimizer;
    double bytes;
  };
  for (const Case& c : {Case{Precision::mixed, Optimizer::adamw, 16},
                        {Precision::mixed_wide, Optimizer::adamw, 18},
                        {Precision::fp32, Optimizer::adamw, 16},
                        {Precision::bf16, Optimizer::adamw, 8},
                        {Precision::mixed, Optimizer::adamw_8bit, 10},
                        {Precision::bf16, Optimizer::sgd, 4}}) {
    const TrainMemory m = memory({.precision = c.precision, .optimizer = c.optimizer});
    EXPECT_DOUBLE_EQ((m.weights + m.gradients + m.optimizer) / n, c.bytes);
  }
}

TEST(TrainMemory, ZeroDividesAsThePaperSays) {
  // ZeRO paper, figure 1: 7.5B parameters on 64 GPUs: 120, 31.4, 16.6 and 1.9 GB.
  TrainNet net = seven();
  net.parameters = 7.5e9;
  const double expected[] = {120, 31.4, 16.6, 1.9};
  for (uint32_t stage = 0; stage <= 3; ++stage) {
    const auto m = train_memory(net, {.zero_stage = stage, .data_parallel = 64});
    ASSERT_TRUE(m);
    EXPECT_NEAR((m->weights + m->gradients + m->optimizer) / kGB, expected[stage], 0.06) << stage;
  }
}

TEST(TrainMemory, AdaptersOfRank16AreFortyMillion) {
  EXPECT_DOUBLE_EQ(memory({.adapter_rank = 16}).trained_parameters, 39976960);
}

TEST(TrainMemory, FourBitBaseOfSevenBillion) {
  // Measured: 3.60 GiB for the base of Llama 2 7B in NF4 with double quantization.
  TrainOptions options{.adapter_rank = 16, .four_bit_base = true};
  const TrainMemory m = memory(options);
  EXPECT_NEAR((m.weights - 2 * m.trained_parameters) / kGiB, 3.60, 0.02);
}

TEST(TrainMemory, ActivationsOfALayer) {
  TrainOptions options{.sequence_tokens = 1, .micro_batch = 1};
  EXPECT_NEAR(layer_activations(seven(), options), 131600, 200);
  options = {.recompute = true, .sequence_tokens = 4096, .micro_batch = 2};
  const TrainMemory little = memory(options);
  options.recompute = false;
  EXPECT_LT(little.activations * 5, memory(options).activations);
  options.flash_attention = false;
  EXPECT_GT(memory(options).activations, 2 * memory({.sequence_tokens = 4096, .micro_batch = 2}).activations);
}

TEST(TrainMemory, QloraTakesWhatWasMeasuredAtEverySequence) {
  // Qwen's own table: GB of Q-LoRA of Qwen-7B by tokens of the sequence, with recomputation.
  constexpr std::pair<uint32_t, double> kMeasured[] = {
      {256, 11.5}, {1024, 12.3}, {2048, 13.9}, {4096, 16.9}, {8192, 23.5}};
  TrainNet net = seven();
  net.parameters = 7721324544;
  net.table_parameters = 2 * 151936.0 * 4096;
  net.vocabulary = 151936;
  for (const auto& [tokens, gb] : kMeasured) {
    const auto m = train_memory(
        net, {.adapter_rank = 64, .four_bit_base = true, .recompute = true, .sequence_tokens = tokens});
    ASSERT_TRUE(m);
    EXPECT_NEAR(m->total() / kGB, gb, 0.15 * gb) << tokens;
    EXPECT_TRUE(m->range().covers(gb * kGB)) << tokens;
  }
}

TEST(TrainMemory, PreferenceTrainingKeepsMoreModels) {
  const double sft = memory({}).total();
  EXPECT_GT(memory({.job = TrainJob::dpo}).total(), sft + 12 * kGB);
  EXPECT_GT(memory({.job = TrainJob::ppo}).total(), 2 * sft);
  EXPECT_EQ(memory({.job = TrainJob::dpo, .adapter_rank = 16}).other_models, 0);
  // Of ppo's other models, two are frozen (2 bytes a parameter) and the value model is divided as the policy
  // is.
  const double n = seven().parameters;
  const double expected[] = {4 + 16, 4 + 4 + 12.0 / 8, 4 + 2 + 14.0 / 8, (4 + 16) / 8.0};
  for (uint32_t stage = 0; stage <= 3; ++stage) {
    const TrainMemory m = memory({.job = TrainJob::ppo, .zero_stage = stage, .data_parallel = 8});
    EXPECT_NEAR(m.other_models / n, expected[stage], 1e-9) << stage;
  }
}

TEST(TrainMemory, OffloadMovesTheOptimizerToTheHost) {
  const TrainMemory here = memory({}), there = memory({.offload_optimizer = true});
  EXPECT_DOUBLE_EQ(there.host, here.optimizer);
  EXPECT_EQ(there.optimizer, 0);
  // The value model of ppo has an optimizer too.
  EXPECT_DOUBLE_EQ(memory({.job = TrainJob::ppo, .offload_optimizer = true}).host, 2 * here.optimizer);
}

TEST(TrainMemory, ContradictionsAreRefused) {
  const auto code = [](const TrainOptions& options) {
    const auto made = train_memory(seven(), options);
    return made ? Errc::failed : made.error().code;
  };
  EXPECT_EQ(code({.four_bit_base = true}), Errc::usage);
  EXPECT_EQ(code({.job = TrainJob::pretrain, .adapter_rank = 8}), Errc::usage);
  EXPECT_EQ(code({.zero_stage = 4}), Errc::usage);
  EXPECT_EQ(code({.zero_stage = 3, .pipeline_parallel = 2}), Errc::usage);
  EXPECT_EQ(code({.pipeline_parallel = 64}), Errc::usage);
  EXPECT_EQ(code({.tensor_parallel = 64}), Errc::usage);
  EXPECT_EQ(code({.sequence_tokens = 0}), Errc::usage);
  EXPECT_EQ(code({.data_parallel = 0}), Errc::usage);
  EXPECT_FALSE(train_memory({}, {}));
}

TEST(TrainMemory, ARecurrentModelHasNoHeadsToDivide) {
  TrainNet net = seven();
  net.heads = net.kv_heads = 0;
  EXPECT_TRUE(train_memory(net, {}));
  EXPECT_FALSE(train_memory(net, {.tensor_parallel = 2}));
}

TEST(TrainMemory, ANetworkFromItsSizeAlone) {
  const TrainNet net = train_net(65e9);
  EXPECT_TRUE(net.assumed);
  EXPECT_NEAR(net.layers, 80, 8);
  EXPECT_NEAR(net.width, 8192, 512);
  for (const double parameters : {1.0, 1e6, 1e15}) {
    const auto m = train_memory(train_net(parameters), {});
    ASSERT_TRUE(m);
    EXPECT_GT(m->total(), 0);
  }
}

}  // namespace
}  // namespace cvp::plan
