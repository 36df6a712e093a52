#include "plan/speed.h"

#include <gtest/gtest.h>

#include "plan/planning_for_tests.h"

namespace cvp::plan {
namespace {

double decode(const Subject& subject, const std::string& quantization, const Rig& rig,
              const InferQuery& query = {}) {
  return plan_of(subject, quantization, rig, query).speed.decode.value;
}

TEST(Speed, CardsThatWereMeasured) {
  // XiongjieDai's table: 3090 115.4 and 47.4, 4090 130.6, 2 × 3090 with 70B 16.57 tokens/s.
  const Device c3090 = card("3090", 24, 936e9, 71e12), c4090 = card("4090", 24, 1008e9, 165e12);
  EXPECT_NEAR(decode(llama_8b(), "Q4_K_M", desktop(64, {c3090})), 115.4, 0.15 * 115.4);
  EXPECT_NEAR(decode(llama_8b(), "F16", desktop(64, {c3090})), 47.4, 0.15 * 47.4);
  EXPECT_NEAR(decode(llama_8b(), "Q4_K_M", desktop(64, {c4090})), 130.6, 0.15 * 130.6);
  EXPECT_NEAR(decode(llama_70b(), "Q4_K_M", desktop(64, {c3090, c3090})), 16.57, 0.15 * 16.57);
}

TEST(Speed, ASecondCardDoesNotSpeedUpOneUser) {
  const Device c3090 = card("3090", 24, 936e9, 71e12);
  const double one = decode(llama_8b(), "Q4_K_M", desktop(64, {c3090}));
  const double two = decode(llama_8b(), "Q4_K_M", desktop(64, {c3090, c3090}));
  EXPECT_LT(two, one);
  EXPECT_GT(two, 0.95 * one);
}

TEST(Speed, WhatIsLeftInMainMemoryDecides) {
  const Device card24 = card("3090", 24, 936e9, 71e12);
  const double split = decode(llama_70b(), "Q4_K_M", desktop(64, {card24}));
  const double cpu = decode(llama_70b(), "Q4_K_M", desktop(64));
  EXPECT_GT(split, cpu);
  EXPECT_LT(split, 4 * cpu);
}

TEST(Speed, OfAMixtureOnlyTheActiveExpertsAreRead) {
  const Rig rig = desktop(128, {card("H100", 80, 3350e9, 989e12)});
  const double mixture = decode(mixtral(), "Q4_K_M", rig), dense = decode(llama_70b(), "Q4_K_M", rig);
  EXPECT_GT(mixture, 2 * dense);
  // Many users touch nearly all experts.
  InferQuery many{.run = {.context_tokens = 1024, .users = 16}};
  EXPECT_LT(decode(mixtral(), "Q4_K_M", rig, many), 0.6 * mixture);
}

TEST(Speed, ManyUsersShareTheReading) {
  const Rig rig = desktop(64, {card("4090", 24, 1008e9, 165e12)});
  const InferPlan one = plan_of(llama_8b(), "Q4_K_M", rig, {.run = {.context_tokens = 1024}});
  const InferPlan eight = plan_of(llama_8b(), "Q4_K_M", rig, {.run = {.context_tokens = 1024, .users = 8}});
  EXPECT_LT(eight.speed.decode.value, one.speed.decode.value);
  EXPECT_GT(eight.speed.decode_all.value, 4 * one.speed.decode.value);
}

TEST(Speed, AFullContextIsSlower) {
  const Rig rig = desktop(64, {card("4090", 24, 1008e9, 165e12)});
  const InferPlan plan = plan_of(llama_8b(), "Q4_K_M", rig, {.run = {.context_tokens = 32768}});
  EXPECT_LT(plan.speed_full.decode.value, 0.7 * plan.speed.decode.value);
}

TEST(Speed, UnknownBandwidthIsSaidNotGuessed) {
  const InferPlan plan = plan_of(llama_8b(), "Q4_K_M", desktop(64, {card("?", 24, 0, 0)}));
  EXPECT_EQ(plan.verdict, Verdict::gpu);
  EXPECT_FALSE(plan.speed.known);
}

TEST(Speed, ACalibrationScalesAndNarrows) {
  InferQuery query;
  const InferPlan before = plan_of(llama_8b(), "Q4_K_M", desktop(64), query);
  query.calibration = {.decode = 2, .prefill = 0.5, .decode_range = 0.15, .prefill_range = 0.15};
  const InferPlan after = plan_of(llama_8b(), "Q4_K_M", desktop(64), query);
  EXPECT_DOUBLE_EQ(after.speed.decode.value, before.speed.decode.value / 2);
  EXPECT_DOUBLE_EQ(after.speed.prefill.value, before.speed.prefill.value * 2);
  EXPECT_NEAR(after.speed.decode.high / after.speed.decode.value, 1.15, 1e-9);
}

}  // namespace
}  // namespace cvp::plan
