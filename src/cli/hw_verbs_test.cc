// The verbs of `cvp hw` on a machine that is made up.
#include <gmock/gmock.h>

#include "cli/hw_verbs.h"
#include "cli/verb_fixture_test.h"

namespace cvp::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kGib = 1ull << 30;

class FakeProbe : public sys::HardwareProbe {
 public:
  sys::Hardware read() const override { return hardware; }
  Result<double> measure_memory_bandwidth(const CancelToken&) const override {
    ++measured;
    return 48e9;
  }
  sys::Hardware hardware;
  mutable int measured = 0;
};

class HwVerbs : public VerbFixture {
 protected:
  void SetUp() override {
    probe_.hardware.cpu = {.model = "Test CPU",
                           .architecture = "x86_64",
                           .sockets = 1,
                           .cores = 2,
                           .threads = 4,
                           .usable_threads = 4,
                           .isa = {"AVX2"}};
    probe_.hardware.memory = {16 * kGib, 12 * kGib};
    probe_.hardware.gpus = {{.name = "NVIDIA GeForce RTX 4090 Laptop GPU",
                             .bus = "0000:01:00.0",
                             .driver = "nvidia 550",
                             .memory_bytes = 16 * kGib}};
  }

  FakeProbe probe_;
};

TEST_F(HwVerbs, ShowsTheMachineAndWhereItFallsShort) {
  EXPECT_EQ(run(hw_show_verb(probe_), {}), 0);
  EXPECT_THAT(out(), HasSubstr("Test CPU"));
  EXPECT_THAT(out(), HasSubstr("reads at 48.0 GB/s"));
  EXPECT_THAT(out(), HasSubstr("GeForce RTX 4090 Laptop GPU: 16.0 GiB"));
  EXPECT_THAT(out(), HasSubstr("576 GB/s"));
  EXPECT_THAT(out(), Not(HasSubstr("1,008"))) << "the desktop card's";
  EXPECT_THAT(out(), HasSubstr("2 CPU cores for one GPU:"));
}

TEST_F(HwVerbs, MeasuresOnlyWhenAllowed) {
  EXPECT_EQ(run(hw_show_verb(probe_), {"--no-measure", "--json"}), 0);
  EXPECT_EQ(probe_.measured, 0);
  EXPECT_EQ(json().at("memory").at("read_bytes_per_s").to_number<double>(), 0);
  EXPECT_EQ(json().at("gpus").as_array()[0].at("decoded").at("form").as_string(), "laptop");
  EXPECT_FALSE(json().at("shortfalls").as_array().empty());
}

TEST_F(HwVerbs, ExplainsNamesAndTheBasics) {
  EXPECT_EQ(run(hw_explain_verb(), {"RTX", "4060", "Ti", "16GB"}), 0);
  EXPECT_THAT(out(), HasSubstr("Ada Lovelace"));
  EXPECT_THAT(out(), HasSubstr("288 GB/s"));
  EXPECT_EQ(run(hw_explain_verb(), {}), 0);
  EXPECT_THAT(out(), HasSubstr("CUDA is NVIDIA's way"));
  EXPECT_EQ(run(hw_explain_verb(), {"RTX 4090 Laptop 24GB"}), 0);
  EXPECT_THAT(out(), HasSubstr("it is sold with 16 GB"));
  EXPECT_EQ(run(hw_explain_verb(), {"RTX 6000"}), 2);
  EXPECT_EQ(run(hw_explain_verb(), {"Voodoo 2"}), 3);
  EXPECT_EQ(run(hw_explain_verb(), {""}), 2);
}

TEST_F(HwVerbs, ComparesWithTheOrderThatPlayersUse) {
  EXPECT_EQ(run(hw_compare_verb(), {"RX 5500 XT", "RX 480", "RX 570"}), 0);
  EXPECT_THAT(out(), HasSubstr("Radeon RX 5500 XT 8GB stands before Radeon RX 480 8GB in games, with less"));
  EXPECT_EQ(run(hw_compare_verb(), {"RTX 3090"}), 2);
  EXPECT_EQ(run(hw_compare_verb(), {"RTX 3090", ""}), 2);
  EXPECT_EQ(run(hw_compare_verb(), {"RTX 3090", "RTX 3O90"}), 3);
}

TEST_F(HwVerbs, WhatSeveralShareIsSaidOnce) {
  EXPECT_EQ(run(hw_compare_verb(), {"RX 5700 XT", "RX 5700", "A100"}, Lang::zh), 0);
  EXPECT_THAT(out(), HasSubstr("· RX 5700 XT、RX 5700：FP16"));
  EXPECT_EQ(run(hw_compare_verb(), {"--json", "A100", "H100"}, Lang::zh), 0);
  ASSERT_EQ(json().at("notes").as_array().size(), 2u);
  EXPECT_THAT(std::string(json().at("notes").at(0).as_string()),
              HasSubstr("也可能是 A100 SXM4 80GB、A100 PCIe 40GB、A100 PCIe 80GB"));
}

TEST_F(HwVerbs, ListsByFilterAndOrder) {
  EXPECT_EQ(run(hw_list_verb(), {"--vendor", "nvidia", "--min-memory", "24GB", "--form", "card", "--sort",
                                 "bandwidth", "--json"}),
            0);
  double last = 1e99;
  const auto result = json();
  ASSERT_GT(result.at("gpus").as_array().size(), 10u);
  for (const auto& gpu : result.at("gpus").as_array()) {
    EXPECT_EQ(gpu.at("vendor").as_string(), "nvidia");
    EXPECT_GE(gpu.at("facts").at("memory_bytes").at("value").to_number<double>(), 24.0 * kGib);
    const auto& facts = gpu.at("facts").as_object();
    if (!facts.contains("bandwidth_bytes_per_s")) continue;
    const double bandwidth = facts.at("bandwidth_bytes_per_s").at("value").to_number<double>();
    EXPECT_LE(bandwidth, last);
    last = bandwidth;
  }
  EXPECT_EQ(run(hw_list_verb(), {"--vendor", "3dfx"}), 2);
  EXPECT_EQ(run(hw_list_verb(), {"--vendor", "华为", "--json"}), 0);
  const auto huawei = json();
  for (const auto& gpu : huawei.at("gpus").as_array()) EXPECT_EQ(gpu.at("vendor").as_string(), "huawei");
  EXPECT_EQ(run(hw_list_verb(), {"--min-memory", "a lot"}), 2);
  EXPECT_EQ(run(hw_list_verb(), {"--sort", "beauty"}), 2);
  EXPECT_EQ(run(hw_list_verb(), {"--min-memory", "9TB"}), 3);
  EXPECT_EQ(run(hw_list_verb(), {"--min-memory", "9TB", "--json"}), 3);
}

}  // namespace
}  // namespace cvp::cli
