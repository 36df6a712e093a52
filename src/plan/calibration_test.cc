#include "plan/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::plan {
namespace {

constexpr const char* kBench = R"(ggml: some line before
[
  {"build_number": 11669, "model_n_params": 1543714304, "n_prompt": 512, "n_gen": 0, "avg_ts": 166.25, "stddev_ts": 1.5},
  {"build_number": 11669, "model_n_params": 1543714304, "n_prompt": 0, "n_gen": 128, "avg_ts": 43.5, "stddev_ts": 0.25}
]
)";

MeasuredRun run(const std::string& model, double decode_ratio, double prefill_ratio) {
  return {.model = model,
          .quantization = "Q4_K_M",
          .decode = 100 * decode_ratio,
          .prefill = 1000 * prefill_ratio,
          .estimated_decode = 100,
          .estimated_prefill = 1000,
          .engine = "build 11669",
          .unix_seconds = 1'700'000'000};
}

TEST(Calibration, ReadsLlamaBench) {
  const auto result = parse_llama_bench(kBench);
  ASSERT_TRUE(result) << result.error().message.en;
  EXPECT_DOUBLE_EQ(result->decode, 43.5);
  EXPECT_DOUBLE_EQ(result->prefill, 166.25);
  EXPECT_EQ(result->build, 11669u);
  for (const char* broken : {"", "[]", "[{}]", "error: no such model", "[{\"n_prompt\":512,\"avg_ts\":1}]",
                             "[1,2]", "[{\"n_prompt\":512,\"avg_ts\":-1},{\"n_gen\":1,\"avg_ts\":1}]"}) {
    EXPECT_FALSE(parse_llama_bench(broken)) << broken;
  }
}

TEST(Calibration, LlamaBenchSplitsTheModelAsPlanned) {
  Rig rig;
  rig.host.threads = 6;
  Placement placement{.gpu_layers = 20};
  const auto plain = llama_bench_arguments("m.gguf", placement, rig);
  EXPECT_THAT(plain, testing::IsSupersetOf({"m.gguf", "-t", "6", "-ngl", "20", "json"}));
  EXPECT_THAT(plain, testing::Not(testing::Contains("-ncmoe")));
  placement.host_expert_layers = 7;
  EXPECT_THAT(llama_bench_arguments("m.gguf", placement, rig), testing::IsSupersetOf({"-ncmoe", "7"}));
}

TEST(Calibration, WhatWasMeasuredHereCountsMost) {
  Measurements m{.machine = "this"};
  remember(m, run("a", 0.5, 2));
  remember(m, run("b", 2, 2));
  const SpeedCalibration own = calibration_for(m, "this", "a", "Q4_K_M");
  EXPECT_DOUBLE_EQ(own.decode, 2);
  EXPECT_DOUBLE_EQ(own.prefill, 0.5);
  const SpeedCalibration other = calibration_for(m, "this", "c", "Q4_K_M");
  EXPECT_NEAR(other.decode, 1, 1e-12);
  EXPECT_NEAR(other.prefill, 0.5, 1e-12);
  EXPECT_GT(other.decode_range, other.prefill_range);
  EXPECT_GT(other.prefill_range, own.prefill_range);
  EXPECT_FALSE(calibration_for(m, "another machine", "a", "Q4_K_M").measured());
}

TEST(Calibration, SurvivesTheFile) {
  Measurements m{.machine = "this", .memory_bandwidth = 42e9};
  remember(m, run("a", 0.5, 2));
  remember(m, run("a", 0.7, 2));
  ASSERT_EQ(m.runs.size(), 1u);
  const auto back = parse_measurements(format_measurements(m), "speed.json");
  ASSERT_TRUE(back) << back.error().message.en;
  EXPECT_EQ(back->machine, "this");
  EXPECT_DOUBLE_EQ(back->memory_bandwidth, 42e9);
  ASSERT_EQ(back->runs.size(), 1u);
  EXPECT_DOUBLE_EQ(back->runs[0].decode, 70);
  EXPECT_FALSE(parse_measurements("{\"machine\":1}", "speed.json"));
  EXPECT_FALSE(parse_measurements("half a fi", "speed.json"));
  const auto old =
      parse_measurements(R"({"machine":"m","runs":[{"formula":0,"model":"a","decode":1}]})", "speed.json");
  ASSERT_TRUE(old);
  EXPECT_TRUE(old->runs.empty());
}

TEST(Calibration, KeepsAtMostAHundred) {
  Measurements m;
  for (int i = 0; i < 150; ++i) remember(m, run(std::to_string(i), 1, 1));
  EXPECT_EQ(m.runs.size(), 100u);
  EXPECT_EQ(m.runs.back().model, "149");
}

}  // namespace
}  // namespace cvp::plan
