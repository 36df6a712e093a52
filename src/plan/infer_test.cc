#include "plan/infer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/planning_for_tests.h"

namespace cvp::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;

std::vector<InferPlan> all_plans(const Subject& subject, const Rig& rig) {
  std::vector<InferPlan> out;
  for (const std::string_view name : compared_quantizations())
    out.push_back(plan_of(subject, std::string(name), rig));
  return out;
}

TEST(Infer, QuantizationsGetSmallerAndLoseMore) {
  const auto plans = all_plans(llama_8b(), desktop(64));
  for (size_t i = 1; i < plans.size(); ++i) {
    EXPECT_LT(plans[i].file_bytes, plans[i - 1].file_bytes) << plans[i].quantization;
    if (plans[i - 1].loss) {
      EXPECT_GT(plans[i].loss->small_percent, plans[i - 1].loss->small_percent);
    }
  }
  EXPECT_TRUE(plans.front().lossless);
  EXPECT_NEAR(plans.front().bits_per_weight, 16, 0.01);
}

TEST(Infer, TheBestOnACardIsTheOneThatLosesLeastAndFits) {
  const auto of = [](double gib) {
    const auto plans = all_plans(llama_8b(), desktop(64, {card("card", gib, 500e9, 50e12)}));
    const InferPlan* best = best_plan(plans);
    return best == nullptr ? "none" : best->quantization;
  };
  EXPECT_EQ(of(24), "Q8_0");
  EXPECT_EQ(of(8), "Q6_K");
  EXPECT_EQ(of(6.5), "Q5_K_M");
  EXPECT_EQ(of(6), "Q4_K_M");
}

TEST(Infer, OnACpuFourBitsAreEnough) {
  const auto plans = all_plans(llama_8b(), desktop(64));
  ASSERT_NE(best_plan(plans), nullptr);
  EXPECT_EQ(best_plan(plans)->quantization, "Q4_K_M");
  const auto nothing = all_plans(llama_70b(), desktop(8));
  EXPECT_EQ(best_plan(nothing), nullptr);
}

TEST(Infer, FlagsSayWhatWasPlanned) {
  const Rig one = desktop(64, {card("24 GB", 24, 936e9, 71e12)});
  InferQuery query{.run = {.context_tokens = 8192, .users = 4}};
  query.run.key = query.run.value = model::TensorType::q8_0;
  const InferPlan plan = plan_of(llama_8b(), "Q4_K_M", one, query);
  EXPECT_THAT(engine_flags(plan, one, "m.gguf"),
              ElementsAre("llama-server", "-m", "m.gguf", "-c", "32768", "-np", "4", "-ngl", "33", "-fa",
                          "on", "-ctk", "q8_0", "-ctv", "q8_0"));
  const Rig two = desktop(64, {card("24 GB", 24, 936e9, 71e12), card("12 GB", 12, 360e9, 25e12)});
  EXPECT_THAT(engine_flags(plan_of(llama_8b(), "Q4_K_M", two), two, "m.gguf"), IsSupersetOf({"-ts"}));
  EXPECT_THAT(engine_flags(plan_of(mixtral(), "Q4_K_M", one), one, "m.gguf"),
              IsSupersetOf({"-np", "1", "--n-cpu-moe"}));
  EXPECT_THAT(engine_flags(plan_of(llama_8b(), "Q4_K_M", desktop(64)), desktop(64), "m.gguf"),
              IsSupersetOf({"-t", "8"}));
}

TEST(Infer, UnknownQuantizationsAreNotGuessed) {
  const auto plan = plan_inference(llama_8b(), "Q4_XL", desktop(64), {}, {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::not_found);
  EXPECT_NE(plan.error().hint.en.find("Q4_K_M"), std::string::npos);
}

TEST(Infer, AFileIsPlannedAsItIsHoweverItsQuantizationIsSpelled) {
  Subject file = llama_8b();
  file.weights = quantized(std::move(file.weights), file.shape, *find_quantization("Q4_K_M"));
  file.stored_as = "Q4_K_M";
  file.file_bytes = 12345;
  for (const char* spelled : {"", "Q4_K_M", "q4_k_m"})
    EXPECT_EQ(plan_of(file, spelled, desktop(64)).file_bytes, 12345u) << spelled;
  EXPECT_GT(plan_of(file, "Q8_0", desktop(64)).file_bytes, 8e9);
}

TEST(Infer, TheLongestContextFitsAndNoMore) {
  const Rig rig = desktop(64, {card("8 GB", 8, 448e9, 40e12)});
  const Subject subject = llama_8b();
  Subject open = subject;
  open.shape.context_tokens = 0;
  const uint64_t tokens = longest_context(open, "Q4_K_M", rig, {});
  EXPECT_GT(tokens, 8192u);
  EXPECT_EQ(plan_of(open, "Q4_K_M", rig, {.run = {.context_tokens = tokens}}).verdict, Verdict::gpu);
  EXPECT_NE(plan_of(open, "Q4_K_M", rig, {.run = {.context_tokens = tokens + 1024}}).verdict, Verdict::gpu);
  EXPECT_EQ(longest_context(subject, "Q4_K_M", rig, {}), 8192u);
}

}  // namespace
}  // namespace cvp::plan
