// `cvp plan …` as a user types it. Machines are named ones, so that the results are the same everywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/plan_measure.h"
#include "cli/plan_view.h"
#include "cli/verb_fixture_test.h"
#include "plan/planning_for_tests.h"

namespace cvp::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class PlanVerbs : public VerbFixture {
 protected:
  PlanVerbs() : VerbFixture(120) {}
};

TEST_F(PlanVerbs, CanA3060RunA14BModel) {
  ASSERT_EQ(run("plan", {"14B", "--gpu", "RTX 3060 12GB", "--memory", "32GB"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Yes, Q6_K runs wholly on the GPU"));
  EXPECT_THAT(out_.str(), HasSubstr("-ngl"));
  EXPECT_THAT(out_.str(), HasSubstr("built like Llama 3"));
  ASSERT_EQ(run("plan", {"14B", "--gpu", "RTX 3060 12GB", "--memory", "32GB"}, Lang::zh), 0);
  EXPECT_THAT(out_.str(), HasSubstr("可以：Q6_K 可完全放入显存"));
}

TEST_F(PlanVerbs, JsonHasEveryPlanWithItsRange) {
  ASSERT_EQ(run("plan", {"--json", "8B", "--gpu", "RTX 4090", "--memory", "64GB"}), 0) << err_.str();
  const auto result = json();
  EXPECT_EQ(result.at("best"), "Q8_0");
  for (const auto& plan : result.at("plans").as_array()) {
    const auto& speed = plan.at("decode_tokens_per_second");
    EXPECT_LT(speed.at("low").to_number<double>(), speed.at("value").to_number<double>());
    EXPECT_GT(speed.at("high").to_number<double>(), speed.at("value").to_number<double>());
  }
  EXPECT_GT(result.at("longest_context").to_number<int64_t>(), 8192);
}

TEST_F(PlanVerbs, JsonSaysWhatTheDevicesHold) {
  ASSERT_EQ(run("plan", {"--json", "8B", "--gpu", "RTX 4090", "--count", "2", "--memory", "64GB"}), 0);
  const auto result = json();
  const auto& devices = result.at("devices").as_object();
  ASSERT_EQ(devices.at("gpus").as_array().size(), 2u);
  EXPECT_EQ(result.at("plans").at(0).at("gpus").as_array().size(), 2u);
  const auto& gpu = devices.at("gpus").at(0);
  EXPECT_EQ(gpu.at("name"), "GeForce RTX 4090");
  EXPECT_EQ(gpu.at("total_bytes").to_number<int64_t>(), int64_t{24} << 30);
  EXPECT_LT(gpu.at("usable_bytes").to_number<int64_t>(), gpu.at("total_bytes").to_number<int64_t>());
  EXPECT_EQ(devices.at("host").at("total_bytes").to_number<int64_t>(), int64_t{64} << 30);
  ASSERT_EQ(run("plan", {"--json", "1B", "--cpu", "--memory", "64GB"}), 0);
  EXPECT_TRUE(json().at("devices").at("gpus").as_array().empty());
}

TEST_F(PlanVerbs, MemoryHasARange) {
  ASSERT_EQ(run("plan", {"8B", "-z", "Q4_K_M", "--gpu", "RTX 4090", "--memory", "64GB", "--md"}), 0)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("are estimated. For Q4_K_M"));
  ASSERT_EQ(run("plan", {"--json", "8B", "--gpu", "RTX 4090", "--memory", "64GB"}), 0);
  const auto plans = json();
  for (const auto& plan : plans.at("plans").as_array()) {
    const double value = plan.at("memory_bytes").to_number<double>();
    EXPECT_LT(plan.at("memory_range_bytes").at("low").to_number<double>(), value);
    EXPECT_GT(plan.at("memory_range_bytes").at("high").to_number<double>(), value);
  }
  ASSERT_EQ(run("plan train", {"7B", "--job", "qlora", "--gpu", "RTX 4090"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("together ("));
  ASSERT_EQ(run("plan train", {"--json", "7B", "--job", "qlora", "--gpu", "RTX 4090"}), 0);
  const auto range = json().at("memory_range_bytes");
  EXPECT_EQ(range.at("value"), json().at("memory_per_gpu").at("total"));
  EXPECT_LT(range.at("low").to_number<double>(), range.at("value").to_number<double>());
}

TEST_F(PlanVerbs, ATightFitIsSaid) {
  ASSERT_EQ(run("plan", {"14B", "-z", "Q6_K", "--gpu", "RTX 3060 12GB", "--memory", "32GB", "--md"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("It fits only just"));
  ASSERT_EQ(run("plan", {"14B", "-z", "Q4_K_M", "--gpu", "RTX 3060 12GB", "--memory", "32GB", "--md"}), 0);
  EXPECT_THAT(out_.str(), Not(HasSubstr("It fits only just")));
}

TEST_F(PlanVerbs, FlagsNameTheFileOnlyWhereItIsTheOnePlanned) {
  NamedSubject model{.subject = plan::llama_8b(), .file = "/models/m.gguf"};
  model.subject.stored_as = "F16";
  const plan::Rig rig = plan::desktop(32, {plan::card("12 GB", 12, 360e9, 25e12)});
  InferReport report{.model = model, .rig = rig, .plans = {plan::plan_of(model.subject, "Q4_K_M", rig)}};
  report.best = &report.plans.front();
  EXPECT_EQ(inference_json(report, Lang::en).at("flags").at(2), "MODEL-Q4_K_M.gguf");
  model.subject.stored_as = "Q4_K_M";
  EXPECT_EQ(inference_json(report, Lang::en).at("flags").at(2), "/models/m.gguf");
}

TEST_F(PlanVerbs, WhatDoesNotFitIsSaid) {
  EXPECT_EQ(run("plan", {"405B", "--gpu", "RTX 3060 12GB", "--memory", "32GB"}), 3);
  EXPECT_THAT(out_.str(), HasSubstr("No: even Q2_K is"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("To run it")));
}

TEST_F(PlanVerbs, Markdown) {
  ASSERT_EQ(run("plan", {"8B", "--gpu", "RTX 4090", "--memory", "64GB", "--md"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("| --- |"));
  EXPECT_THAT(out_.str(), HasSubstr("```sh\nllama-server"));
}

TEST_F(PlanVerbs, AFormatOfOtherEnginesIsAnswered) {
  ASSERT_EQ(run("plan", {"70B", "-z", "int4", "--gpu", "A100 80GB", "--memory", "64GB"}), 0) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Yes, INT4 runs wholly on the GPU"));
  EXPECT_THAT(out_.str(), HasSubstr("llama.cpp runs Q4_K_M instead"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("llama-server")));
  ASSERT_EQ(run("plan", {"70B", "-z", "int4", "--gpu", "A100 80GB", "--memory", "64GB", "--json"}), 0);
  EXPECT_FALSE(json().contains("flags"));
}

TEST_F(PlanVerbs, ChineseAnswersAreChineseThroughout) {
  ASSERT_EQ(run("plan", {"qwen3-8b", "--gpu", "RTX 4090", "--memory", "64GB"}, Lang::zh), 0);
  EXPECT_THAT(out_.str(), HasSubstr("GeForce RTX 4090，64 GiB 内存"));
  EXPECT_THAT(out_.str(), HasSubstr("GGUF 文件：huggingface.co/"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("RAM")));
}

TEST_F(PlanVerbs, AContextBeyondTheTrainedOneIsSaidInTheResult) {
  ASSERT_EQ(run("plan", {"llama-2-7b", "--context", "32768", "--gpu", "RTX 4090", "--json"}), 0);
  EXPECT_THAT(std::string(json().at("notes").at(0).as_string()),
              HasSubstr("32,768 tokens are more than the 4,096"));
}

TEST_F(PlanVerbs, NothingIsIgnoredSilently) {
  EXPECT_EQ(run("plan", {"8B", "--gpu", "RTX 4090", "--count", "100000"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--gpu", "RTX 4090", "--context", "512", "--prompt", "1024"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--cards", "4"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--buy", "--gpu", "RTX 4090"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--job", "lora", "--context", "8192"}), 2);
  EXPECT_EQ(run("plan recommend", {"--budget", "500", "--gpu", "RTX 4090"}), 2);
  ASSERT_EQ(run("plan", {"8B", "--buy", "--budget", "2000", "-z", "Q8_0", "--json"}), 0);
  const auto purchases = json();
  for (const auto& purchase : purchases.at("purchases").as_array())
    EXPECT_EQ(purchase.at("quantization"), "Q8_0");
}

TEST_F(PlanVerbs, WrongWords) {
  EXPECT_EQ(run("plan", {""}), 2);
  EXPECT_EQ(run("plan", {"0B"}), 2);
  EXPECT_EQ(run("plan", {"7X"}), 2);
  EXPECT_EQ(run("plan", {"ftp://example.com/m.gguf"}), 2);
  EXPECT_EQ(run("plan", {"all-minilm-l6-v2"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("cvp models pull all-minilm-l6-v2"));
  EXPECT_EQ(run("plan", {folder_.path().string()}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("neither a config.json"));
  EXPECT_EQ(run("plan", {"8B", "--gpu", "RTX 4099"}), 3);
  EXPECT_EQ(run("plan", {"8B", "--cpu", "--gpu", "RTX 4090"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--count", "2"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--gpu", "RTX 4090", "-z", "Q4_XL"}), 3);
  EXPECT_EQ(run("plan", {"8B", "--gpu", "RTX 4090", "--memory", "many"}), 2);
  EXPECT_EQ(run("plan", {"no-such-model"}), 3);
  EXPECT_EQ(run("plan", {"/not/there.gguf"}), 3);
  EXPECT_EQ(run("plan", {"8B", "--measure"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--job", "lora", "--buy"}), 2);
  EXPECT_EQ(run("plan", {"0.001B"}), 2);
  EXPECT_EQ(run("plan", {"8B", "--budget", "100"}), 2);
  EXPECT_EQ(run("models pull", {"--recommended", "bge-small-zh-v1.5"}), 2);
}

TEST_F(PlanVerbs, AChipThatSharesTheMemoryBringsItsOwn) {
  ASSERT_EQ(run("plan", {"--json", "70B", "--gpu", "M2 Ultra", "-z", "Q4_K_M"}), 0)
      << out_.str() << err_.str();
  EXPECT_THAT(std::string(json().at("machine").as_string()), HasSubstr("192 GiB RAM"));
  EXPECT_EQ(json().at("plans").at(0).at("runs_on"), "gpu");
  EXPECT_EQ(run("plan", {"--json", "70B", "--gpu", "M2 Ultra", "-z", "Q4_K_M", "--memory", "64GB"}), 0);
  EXPECT_EQ(run("plan", {"--json", "70B", "--gpu", "M2 Ultra", "-z", "Q4_K_M", "--memory", "32GB"}), 3);
}

TEST_F(PlanVerbs, AFolderWithAConfig) {
  const sys::Path folder = folder_.path() / "my-model";
  ASSERT_TRUE(sys::make_folders(folder));
  ASSERT_TRUE(sys::write_file_atomic(
      folder / "config.json",
      R"({"model_type":"llama","architectures":["LlamaForCausalLM"],"hidden_size":2048,"intermediate_size":8192,
          "num_hidden_layers":16,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,
          "max_position_embeddings":131072,"tie_word_embeddings":true})"));
  ASSERT_EQ(run("plan", {"--json", folder.string(), "--gpu", "RTX 4090", "--memory", "64GB"}), 0)
      << err_.str();
  EXPECT_EQ(json().at("model"), "my-model");
  EXPECT_NEAR(json().at("parameters").to_number<double>(), 1.236e9, 0.001e9);
  ASSERT_TRUE(sys::write_file_atomic(folder / "config.json", R"({"model_type":"llama","hidden_size":-1})"));
  EXPECT_EQ(run("plan", {folder.string(), "--gpu", "RTX 4090"}), 1);
}

TEST_F(PlanVerbs, WhatToBuy) {
  ASSERT_EQ(run("plan", {"8B", "--buy", "--budget", "2000"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("$"));
  EXPECT_EQ(run("plan", {"8B", "--buy", "--budget", "1"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("no GPU with a known price"));
  EXPECT_EQ(run("plan", {"8B", "--buy", "--budget", "1", "--json"}), 3);
  EXPECT_TRUE(json().at("purchases").as_array().empty());
  EXPECT_EQ(run("plan", {"8B", "--buy", "--budget", "cheap"}), 2);
}

TEST_F(PlanVerbs, TableOfPrecisions) {
  ASSERT_EQ(run("plan table", {"llama-2-7b", "llama-2-13b"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("GB    28.0  14.0   7.0   3.5"));
  EXPECT_THAT(out_.str(), HasSubstr("GiB   26.1  13.0   6.5   3.3"));
  EXPECT_THAT(out_.str(), HasSubstr("GB    52.0  26.0  13.0   6.5"));
  EXPECT_THAT(out_.str(), HasSubstr("gradients"));
  ASSERT_EQ(run("plan table", {"--json", "7B"}), 0);
  const auto model = json().at("models").at(0);
  EXPECT_GT(model.at("training_bytes").to_number<double>(), 100e9);
  EXPECT_THAT(std::string(model.at("notes").at(0).as_string()), HasSubstr("built like Llama 3"));
  // A paragraph right below a table's last row would become a row of it.
  ASSERT_EQ(run("plan table", {"--md", "7B"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("|\n\nGB is 10^9 bytes"));
}

TEST_F(PlanVerbs, LlamaOf65BillionParameters) {
  const std::vector<std::string> question = {"--params", "65e9",    "--tokens", "1.4e12",  "--gpu",
                                             "a100-80",  "--count", "2048",     "--price", "1.36"};
  ASSERT_EQ(run("plan train", question), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("21.0 days"));
  EXPECT_THAT(out_.str(), HasSubstr("$1.41 M"));
  EXPECT_THAT(out_.str(), HasSubstr("MFU 0.47"));
  EXPECT_THAT(out_.str(), HasSubstr("planned as pre-training"));
}

TEST_F(PlanVerbs, FineTuningSevenBillion) {
  ASSERT_EQ(run("plan train", {"--json", "7B", "--job", "qlora", "--gpu", "RTX 4090"}), 0) << err_.str();
  const auto result = json();
  EXPECT_EQ(result.at("fits"), true);
  EXPECT_LT(result.at("rent_usd").at("value").to_number<double>(), 50);
  EXPECT_GT(result.at("methods_bytes").at("full").to_number<double>(),
            3 * result.at("methods_bytes").at("lora").to_number<double>());
  // The same through `cvp plan`.
  ASSERT_EQ(run("plan", {"--json", "7B", "--job", "qlora", "--gpu", "RTX 4090"}), 0);
  EXPECT_EQ(json().at("job"), "qlora");
}

TEST_F(PlanVerbs, TrainingContradictions) {
  EXPECT_EQ(run("plan train", {"--gpu", "RTX 4090"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--params", "7B"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--tokens", "few"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--tokens", "1M", "--examples", "5"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--job", "full", "--rank", "8"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--gpu", "RTX 4090", "--count", "4", "--tp", "3"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--gpu", "RTX 4090", "--mfu", "3"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--mfu needs a number such as 0.4"));
  EXPECT_EQ(run("plan train", {"--params", "1", "--gpu", "RTX 4090"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--gpu", "RTX 4090", "--price", "1T"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--cpu"}), 2);
  EXPECT_EQ(run("plan train", {"7B", "--gpu", "RTX 4090", "--memory", "much"}), 2);
}

TEST_F(PlanVerbs, TrainingCountsTheEpochsThatAreAskedFor) {
  ASSERT_EQ(run("plan train", {"--json", "7B", "--gpu", "RTX 4090", "--epochs", "1"}), 0);
  const double once = json().at("tokens").to_number<double>();
  ASSERT_EQ(run("plan train", {"--json", "7B", "--gpu", "RTX 4090"}), 0);
  EXPECT_EQ(json().at("tokens").to_number<double>(), 3 * once);
}

TEST_F(PlanVerbs, TrainingThatDoesNotFitNamesWhatWould) {
  ASSERT_EQ(run("plan train", {"13B", "--job", "qlora", "--gpu", "RTX 5090 Laptop"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("What would: QLoRA fine-tuning with --recompute."));
  const std::vector<std::string> offload = {"--json", "7B",       "--job",    "full", "--offload-optimizer",
                                            "--gpu",  "H100 SXM", "--memory", "4GB"};
  ASSERT_EQ(run("plan train", offload), 0);
  EXPECT_EQ(json().at("fits"), false) << "the optimizer's states do not fit main memory";
  // The ways are compared on the same GPUs, so the one that was asked for is what was planned.
  ASSERT_EQ(run("plan train",
                {"--json", "8B", "--job", "full", "--gpu", "H100 SXM", "--count", "8", "--zero", "3"}),
            0);
  EXPECT_EQ(json().at("methods_bytes").at("full"), json().at("memory_per_gpu").at("total"));
  EXPECT_EQ(json().at("methods_bytes").at("ZeRO-3"), json().at("memory_per_gpu").at("total"));
}

TEST_F(PlanVerbs, MoneyInChineseIsCountedInTenThousands) {
  ASSERT_EQ(run("plan train",
                {"--params", "65e9", "--tokens", "1.4e12", "--gpu", "a100-80", "--count", "2048", "--price",
                 "1.36"},
                Lang::zh),
            0);
  EXPECT_THAT(out_.str(), HasSubstr("141 万美元"));
  EXPECT_THAT(out_.str(), HasSubstr("650 亿参数的模型"));
}

TEST_F(PlanVerbs, RecommendGivesACommandThatInstalls) {
  ASSERT_EQ(run("plan recommend", {"--gpu", "RTX 4090", "--memory", "64GB"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("cvp models pull multilingual-e5-small "));
  ASSERT_EQ(run("plan recommend", {"--json", "--languages", "zh", "--gpu", "RTX 4090", "--memory", "64GB"}),
            0);
  const auto result = json();
  EXPECT_EQ(result.at("embedder"), "bge-small-zh-v1.5");
  EXPECT_FALSE(result.at("chat").as_array().empty());
  EXPECT_EQ(run("plan recommend", {"--languages", "chinese"}), 2);
}

constexpr const char* kBench =
    R"([{"build_number":11669,"n_prompt":512,"n_gen":0,"avg_ts":500},{"n_prompt":0,"n_gen":128,"avg_ts":50,"build_number":11669}])";

TEST_F(PlanVerbs, MeasuringAsksLlamaBenchAndKeepsTheRatio) {
  NamedSubject model{.file = "/models/m.gguf"};
  model.subject.name = "m";
  plan::InferPlan plan{.quantization = "Q4_K_M"};
  plan.speed.decode.value = 100;
  plan.speed.prefill.value = 400;
  plan::Rig rig;
  rig.host.threads = 2;
  std::vector<std::string> asked;
  Bench bench{.argv_prefix = {"/engine/ld.so", "/engine/llama-bench"}};
  bench.run = [&](const sys::SpawnOptions& options, const sys::RunLimits&,
                  const CancelToken&) -> Result<sys::RunResult> {
    asked = options.argv;
    return sys::RunResult{.out = kBench};
  };
  const auto measured = measure(bench, model, plan, rig, clock_, {});
  ASSERT_TRUE(measured) << measured.error().message.en;
  EXPECT_EQ(measured->decode, 50);
  EXPECT_EQ(measured->estimated_prefill, 400);
  EXPECT_THAT(asked, Contains("/models/m.gguf"));
  EXPECT_EQ(asked[1], "/engine/llama-bench");
  plan::Measurements kept{.machine = "here"};
  plan::remember(kept, *measured);
  EXPECT_DOUBLE_EQ(plan::calibration_for(kept, "here", "m", "Q4_K_M").decode, 2);

  bench.run = [](const sys::SpawnOptions&, const sys::RunLimits&,
                 const CancelToken&) -> Result<sys::RunResult> {
    return sys::RunResult{.status = 1, .err = "error: cannot load model\n"};
  };
  const auto failed = measure(bench, model, plan, rig, clock_, {});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message.en, HasSubstr("cannot load model"));
}

TEST_F(PlanVerbs, TheShellLineIsQuoted) {
  EXPECT_EQ(shell_line({"llama-server", "-m", "/a b/m's.gguf"}), "llama-server -m '/a b/m'\\''s.gguf'");
}

}  // namespace
}  // namespace cvp::cli
