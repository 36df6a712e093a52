#include "plan/placement.h"

#include <gtest/gtest.h>

#include "plan/planning_for_tests.h"

namespace cvp::plan {
namespace {

constexpr double kGiB = 1ull << 30;

TEST(Placement, ASmallModelGoesWhollyOntoTheCard) {
  const Rig rig = desktop(32, {card("12 GB", 12, 360e9, 25e12)});
  const InferPlan plan = plan_of(llama_8b(), "Q4_K_M", rig);
  EXPECT_EQ(plan.verdict, Verdict::gpu);
  EXPECT_EQ(plan.placement.gpu_layers, 33u);
  // The input table stays in main memory.
  EXPECT_GE(plan.placement.host.weights, plan.pieces.input_table);
  EXPECT_EQ(plan.placement.gpus[0].weights + plan.placement.host.weights, plan.weight_bytes());
  EXPECT_NEAR(static_cast<double>(plan.placement.gpus[0].cache), 4096.0 * 131072, 1);
}

TEST(Placement, WhatDoesNotFitIsSplitAndItsPartsAddUp) {
  const Rig rig = desktop(64, {card("24 GB", 24, 936e9, 71e12)});
  const InferPlan plan = plan_of(llama_70b(), "Q4_K_M", rig);
  EXPECT_EQ(plan.verdict, Verdict::split);
  EXPECT_GT(plan.placement.gpu_layers, 30u);
  EXPECT_LT(plan.placement.gpu_layers, 60u);
  EXPECT_LE(plan.placement.gpus[0].total(), rig.gpus[0].usable_bytes);
  EXPECT_EQ(plan.placement.gpus[0].weights + plan.placement.host.weights, plan.weight_bytes());
  // One more layer would not have fitted.
  EXPECT_FALSE(place_as(plan.pieces, rig, plan.placement.gpu_layers + 1, 0).fits);
}

TEST(Placement, TheOutputIsPlacedBeforeTheLayers) {
  const Rig rig = desktop(64, {card("24 GB", 24, 936e9, 71e12)});
  const InferPlan plan = plan_of(llama_8b(), "F16", rig);
  const Placement one = place_as(plan.pieces, rig, 1, 0);
  EXPECT_EQ(one.gpus[0].layers, 0u);
  EXPECT_EQ(one.gpus[0].weights, plan.pieces.output);
  EXPECT_EQ(one.gpus[0].cache, 0u);
  EXPECT_EQ(place_as(plan.pieces, rig, 2, 0).gpus[0].layers, 1u);
}

TEST(Placement, ExpertsMoveToMainMemoryFirst) {
  const Rig rig = desktop(64, {card("12 GB", 12, 360e9, 25e12)});
  const InferPlan plan = plan_of(mixtral(), "Q4_K_M", rig);
  EXPECT_EQ(plan.verdict, Verdict::split);
  EXPECT_EQ(plan.placement.gpu_layers, 33u);
  EXPECT_GT(plan.placement.host_expert_layers, 10u);
  EXPECT_LT(plan.placement.host_expert_layers, 32u);
}

TEST(Placement, TwoCardsShareTheLayersByTheirMemory) {
  const Rig rig = desktop(64, {card("24 GB", 24, 936e9, 71e12), card("12 GB", 12, 360e9, 25e12)});
  const InferPlan plan = plan_of(llama_8b(), "Q8_0", rig);
  EXPECT_EQ(plan.verdict, Verdict::gpu);
  EXPECT_NEAR(plan.placement.gpus[0].layers, 21, 1);
  EXPECT_EQ(plan.placement.gpus[0].layers + plan.placement.gpus[1].layers, 32u);
}

TEST(Placement, OnTheCpuSomeWeightsAreHeldTwice) {
  const InferPlan plan = plan_of(llama_8b(), "Q4_K_M", desktop(32));
  EXPECT_EQ(plan.verdict, Verdict::cpu);
  EXPECT_GT(static_cast<double>(plan.placement.host.repacked), 2.5 * kGiB);
  EXPECT_LT(plan.placement.host.repacked, plan.weight_bytes());
  EXPECT_EQ(plan_of(llama_8b(), "Q8_0", desktop(32)).placement.host.repacked, 0u);
  // Where there is a GPU, llama.cpp rearranges nothing.
  const Rig with_card = desktop(64, {card("4 GB", 4, 200e9, 10e12)});
  EXPECT_EQ(plan_of(llama_8b(), "Q4_K_M", with_card).placement.host.repacked, 0u);
}

TEST(Placement, TooLargeSaysHowMuchIsMissing) {
  const InferPlan plan = plan_of(llama_70b(), "F16", desktop(32));
  EXPECT_EQ(plan.verdict, Verdict::no);
  EXPECT_NEAR(static_cast<double>(plan.placement.missing_bytes) / kGiB, 131.4 + 1.3 - 28.8 + 0.5, 3);
}

TEST(Placement, AGpuThatSharesTheMemoryCountsOnce) {
  Device apple = card("M-series", 16, 100e9, 5e12);
  apple.vendor = Vendor::apple;
  apple.shares_host_memory = true;
  const Rig rig = desktop(16, {apple});
  EXPECT_FALSE(plan_of(llama_8b(), "F16", rig).placement.fits);
  EXPECT_TRUE(plan_of(llama_8b(), "Q4_K_M", rig).placement.fits);
}

TEST(Placement, TheRangeIsThatOfWhatIsEstimated) {
  const Rig rig = desktop(32, {card("12 GB", 12, 360e9, 25e12)});
  const Placement placed = plan_of(llama_8b(), "Q4_K_M", rig).placement;
  const DeviceLoad& gpu = placed.gpus[0];
  EXPECT_DOUBLE_EQ(gpu.range().value, static_cast<double>(gpu.total()));
  EXPECT_GT(gpu.range().low, static_cast<double>(gpu.weights + gpu.cache));
  EXPECT_LT(gpu.range().high, 1.2 * static_cast<double>(gpu.total()));
  EXPECT_NEAR(placed.range().value, static_cast<double>(placed.total()), 1);
}

TEST(Placement, ThousandsOfLayersAreSplitInSteps) {
  ModelPieces pieces = plan_of(llama_8b(), "Q4_K_M", desktop(32)).pieces;
  pieces.layers.assign(4000, {.weights = 10 << 20});
  const Placement placed = place(pieces, desktop(64, {card("12 GB", 12, 360e9, 25e12)}));
  EXPECT_TRUE(placed.fits);
  EXPECT_GT(placed.gpu_layers, 900u);
}

TEST(Placement, AbsurdSizesDoNotWrapAround) {
  ModelPieces pieces = plan_of(llama_8b(), "Q4_K_M", desktop(32)).pieces;
  for (LayerPiece& layer : pieces.layers) layer.weights = layer.repacked = layer.cache = UINT64_MAX / 64;
  pieces.compute = UINT64_MAX / 2;
  for (const Rig& rig : {desktop(32), desktop(32, {card("24 GB", 24, 936e9, 71e12)})}) {
    const Placement placed = place(pieces, rig);
    EXPECT_FALSE(placed.fits);
    EXPECT_GT(placed.missing_bytes, 1ull << 50);
  }
}

TEST(Placement, AbsurdContextsAreRefused) {
  for (const RunOptions& run : {RunOptions{.context_tokens = 0}, RunOptions{.users = 0},
                                RunOptions{.context_tokens = 1ull << 40}, RunOptions{.users = 1u << 30}}) {
    const auto plan = plan_inference(llama_8b(), "Q4_K_M", desktop(32), {.run = run}, {});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, Errc::usage);
  }
}

}  // namespace
}  // namespace cvp::plan
