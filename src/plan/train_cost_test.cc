#include "plan/train_cost.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "plan/published.h"

namespace cvp::plan {
namespace {

Gpu data_center(const char* architecture) {
  Gpu gpu;
  gpu.name.vendor = Vendor::nvidia;
  gpu.name.series = GpuSeries::data_center;
  gpu.name.architecture = architecture;
  return gpu;
}

CostInput pretraining(double parameters, double tokens, double peak, const Gpu& gpu) {
  CostInput in{
      .net = train_net(parameters), .options = {.job = TrainJob::pretrain}, .tokens = tokens, .peak = peak};
  in.mfu = default_mfu(gpu, in.options);
  return in;
}

TEST(TrainCost, LlamaOf65BillionTakesThreeWeeksAndAMillionAndAHalf) {
  CostInput in = pretraining(65e9, 1.4e12, 312e12, data_center("Ampere"));
  in.gpus = 2048;
  in.price = {1.36, 1.36, 1.36};
  in.watts = 400;
  const auto cost = train_cost(in);
  ASSERT_TRUE(cost);
  EXPECT_DOUBLE_EQ(cost->total_flop, 6 * 65e9 * 1.4e12);
  EXPECT_NEAR(cost->hours.value / 24, 21, 0.5);
  EXPECT_NEAR(cost->rent->value, 1.4e6, 0.05e6);
  EXPECT_NEAR(cost->energy_kwh->value, cost->gpu_hours.value * 0.44, 1);
}

TEST(TrainCost, EveryPublishedRunLiesInTheRange) {
  const auto runs = training_runs();
  ASSERT_TRUE(runs) << runs.error().message.en;
  std::vector<double> errors;
  for (const TrainingRun& run : *runs) {
    const bool hopper = run.gpu.starts_with("H100");
    const auto cost = train_cost(pretraining(run.parameters, run.tokens, hopper ? 989e12 : 312e12,
                                             data_center(hopper ? "Hopper" : "Ampere")));
    ASSERT_TRUE(cost);
    EXPECT_TRUE(cost->gpu_hours.covers(run.gpu_hours))
        << run.model << ": " << cost->gpu_hours.low << " to " << cost->gpu_hours.high;
    errors.push_back(std::abs(cost->gpu_hours.value / run.gpu_hours - 1));
  }
  std::ranges::sort(errors);
  EXPECT_LE(errors[errors.size() / 2], 0.2);
}

TEST(TrainCost, JobsTakeDifferentWork) {
  EXPECT_EQ(flop_factor({.job = TrainJob::sft}), 6);
  EXPECT_EQ(flop_factor({.job = TrainJob::sft, .adapter_rank = 16}), 4);
  EXPECT_EQ(flop_factor({.job = TrainJob::dpo}), 8);
  EXPECT_GT(flop_factor({.job = TrainJob::ppo}), 3 * flop_factor({.job = TrainJob::dpo}));
}

TEST(TrainCost, RecomputationTakesAThirdLonger) {
  CostInput in = pretraining(7e9, 1e9, 312e12, data_center("Ampere"));
  const double once = train_cost(in)->gpu_hours.value;
  in.options.recompute = true;
  EXPECT_NEAR(train_cost(in)->gpu_hours.value, once * 4 / 3, 1e-9);
  // Of adapters, 4 FLOP a parameter become 6; with both models of ppo, 36 become 40.
  in.options.job = TrainJob::sft;
  in.options.adapter_rank = 16;
  EXPECT_DOUBLE_EQ(train_cost(in)->recomputed, 0.5);
  in.options = {.job = TrainJob::ppo, .recompute = true};
  EXPECT_DOUBLE_EQ(train_cost(in)->recomputed, 4.0 / 36);
}

TEST(TrainCost, LongSequencesCostAttention) {
  CostInput in = pretraining(7e9, 1e9, 312e12, data_center("Ampere"));
  in.net.assumed = false;
  in.options.sequence_tokens = 1024;
  const double at_1k = train_cost(in)->attention_share;
  in.options.sequence_tokens = 65536;
  EXPECT_LT(at_1k, 0.05);
  EXPECT_GT(train_cost(in)->attention_share, 0.5);
  // Llama 2 7B at 4,096 tokens: 12 · 32 · 4,096 · 4,096 FLOP a token, with adapters as without.
  in.net.attention_width = 32 * 4096;
  in.options = {.job = TrainJob::sft, .sequence_tokens = 4096};
  const TrainCost full = *train_cost(in);
  EXPECT_NEAR(full.attention_share * full.flop_per_token, 6'442'450'944.0, 1);
  in.options.adapter_rank = 16;
  const TrainCost adapters = *train_cost(in);
  EXPECT_NEAR(adapters.attention_share * adapters.flop_per_token, 6'442'450'944.0, 1);
}

TEST(TrainCost, AbsurdNumbersAreRefused) {
  for (int which = 0; which < 5; ++which) {
    CostInput in = pretraining(7e9, 1e9, 312e12, data_center("Ampere"));
    if (which == 0) in.tokens = 0;
    if (which == 1) in.tokens = 1e30;
    if (which == 2) in.gpus = -1;
    if (which == 3) in.peak = 0;
    if (which == 4) in.mfu.value = 1.5;
    const auto cost = train_cost(in);
    ASSERT_FALSE(cost) << which;
    EXPECT_EQ(cost.error().code, Errc::usage);
  }
}

}  // namespace
}  // namespace cvp::plan
