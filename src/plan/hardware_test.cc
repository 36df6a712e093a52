#include "plan/hardware.h"

#include <gmock/gmock.h>

#include "plan/gpu_explain.h"
#include "plan/gpu_name.h"

namespace cvp::plan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kGib = 1ull << 30;

const GpuCatalogue& catalogue() {
  static const GpuCatalogue loaded = GpuCatalogue::load().value();
  return loaded;
}

sys::Hardware host(unsigned cores, uint64_t gib) {
  sys::Hardware out;
  out.cpu = {
      .architecture = "x86_64", .cores = cores, .threads = cores, .usable_threads = cores, .isa = {"AVX2"}};
  out.memory = {gib * kGib, gib * kGib};
  out.disks = {{.device = "nvme0n1", .bytes = 1'000'000'000'000}};
  return out;
}

sys::GpuDevice card(std::string name, uint64_t gib) {
  return {
      .name = std::move(name), .bus = "0000:01:00.0", .driver = "nvidia 550.54", .memory_bytes = gib * kGib};
}

std::string said(const Machine& machine) {
  std::string out;
  for (const Shortfall& shortfall : shortfalls(machine)) {
    EXPECT_FALSE(shortfall.what.zh.empty());
    EXPECT_FALSE(shortfall.remedy.zh.empty());
    out += shortfall.what.en + "\n";
  }
  return out;
}

TEST(Machine, GpusGetTheirFacts) {
  sys::Hardware found = host(16, 64);
  found.gpus = {card("NVIDIA GeForce RTX 4090", 24), card("NVIDIA GeForce RTX 4090 Laptop GPU", 16),
                card("NVIDIA Graphics Device", 80)};
  const Machine machine = describe_machine(found, catalogue());
  ASSERT_EQ(machine.gpus.size(), 3u);
  EXPECT_EQ(machine.gpus[0].bandwidth(), 1008e9);
  EXPECT_EQ(machine.gpus[1].bandwidth(), 576e9);
  EXPECT_EQ(machine.gpus[2].bandwidth(), 0);
  EXPECT_EQ(machine.gpus[2].memory_bytes(), 80 * kGib);
  EXPECT_TRUE(machine.host.gpus.empty());
}

TEST(Machine, ADriversMemoryThatDoesNotFitIsAnotherCard) {
  sys::Hardware found = host(16, 64);
  found.gpus = {card("NVIDIA GeForce RTX 4090", 36), card("NVIDIA A100-SXM4-40GB MIG 1g.5gb", 5)};
  const Machine machine = describe_machine(found, catalogue());
  EXPECT_FALSE(machine.gpus[0].facts);
  EXPECT_EQ(machine.gpus[0].memory_bytes(), 36 * kGib);
  EXPECT_FALSE(machine.gpus[1].facts) << "a slice has no figures of its own";
}

TEST(Machine, MemoryTellsProductsOfOneChipApart) {
  sys::Hardware found = host(16, 64);
  for (const uint64_t gib : {20, 24, 16, 12}) {
    found.gpus.push_back(
        {.name = "Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [Radeon RX 7900 XT/7900 XTX/7900M]",
         .driver = "amdgpu",
         .memory_bytes = gib * kGib});
  }
  found.gpus.push_back(
      {.name = "GA104 [GeForce RTX 3060 Ti/3070]", .driver = "nouveau", .memory_bytes = 8 * kGib});
  const Machine machine = describe_machine(found, catalogue());
  EXPECT_EQ(machine.gpus[0].name.canonical, "Radeon RX 7900 XT");
  EXPECT_EQ(machine.gpus[1].name.canonical, "Radeon RX 7900 XTX");
  EXPECT_FALSE(machine.gpus[2].name.known());
  EXPECT_FALSE(machine.gpus[3].name.known());
  EXPECT_FALSE(machine.gpus[4].name.known()) << "both have 8 GB";
}

TEST(Machine, IntegratedGraphicsUseTheHostsMemory) {
  sys::Hardware found = host(8, 32);
  found.gpus = {{.name = "AMD Radeon 780M Graphics", .driver = "amdgpu", .memory_bytes = kGib / 2},
                {.name = "Intel Corporation AlderLake-S GT1 [UHD Graphics 770]",
                 .driver = "i915",
                 .shares_host_memory = true}};
  const Machine machine = describe_machine(found, catalogue());
  EXPECT_TRUE(machine.gpus[0].device.shares_host_memory);
  EXPECT_EQ(machine.gpus[0].memory_bytes(), 32 * kGib);
  EXPECT_EQ(machine.gpus[1].memory_bytes(), 0u);
}

TEST(Machine, AnImaginedOneHasTheCards) {
  const Gpu& gpu = *catalogue().find("A100 SXM4 80GB")->gpu;
  const Machine machine = imagine_machine(gpu, 8, host(64, 1024));
  EXPECT_EQ(machine.named, "8 × A100 SXM4 80GB");
  ASSERT_EQ(machine.gpus.size(), 8u);
  EXPECT_EQ(machine.gpus[7].memory_bytes(), 80 * kGib);
  EXPECT_THAT(said(machine), Not(HasSubstr("no driver")));
  EXPECT_EQ(imagine_machine(gpu, 100'000, host(64, 1024)).gpus.size(), 1024u);
}

TEST(Shortfalls, AGoodMachineHasNone) {
  sys::Hardware found = host(16, 64);
  found.gpus = {card("NVIDIA GeForce RTX 4090", 24)};
  EXPECT_EQ(said(describe_machine(found, catalogue())), "");
}

TEST(Shortfalls, AWeakHostIsNamed) {
  sys::Hardware found = host(2, 16);
  found.gpus = {card("NVIDIA GeForce RTX 4090", 24)};
  found.gpus[0].pcie_lanes = 4;
  const std::string lines = said(describe_machine(found, catalogue()));
  EXPECT_THAT(lines, HasSubstr("2 CPU cores for one GPU:"));
  EXPECT_THAT(lines, HasSubstr("16 GiB of memory is less than the 24 GiB"));
  EXPECT_THAT(lines, HasSubstr("PCIe ×4 only"));
}

TEST(Shortfalls, DriversAndOldCardsAreNamed) {
  sys::Hardware found = host(16, 64);
  found.gpus = {card("NVIDIA GeForce RTX 3090", 24), card("NVIDIA GeForce GTX 1080", 8),
                card("Tesla K80", 24)};
  found.gpus[0].driver = "nouveau";
  found.gpus[1].driver = "";
  const std::string lines = said(describe_machine(found, catalogue()));
  EXPECT_THAT(lines, HasSubstr("RTX 3090 runs on nouveau"));
  EXPECT_THAT(lines, HasSubstr("GTX 1080 has no driver"));
  EXPECT_THAT(lines, HasSubstr("GTX 1080 (compute capability 6.1) is not supported by CUDA 13"));
  EXPECT_THAT(lines, HasSubstr("K80 (compute capability 3.7) is too old"));
}

TEST(Shortfalls, AHostAloneIsJudgedByItself) {
  Machine machine{.host = host(4, 4)};
  machine.host.cpu.isa = {"SSE4.2"};
  machine.host.memory_bandwidth = 8.8e9;
  machine.host.disks[0].rotational = true;
  const std::string lines = said(machine);
  EXPECT_THAT(lines, HasSubstr("no AVX2"));
  EXPECT_THAT(lines, HasSubstr("4.0 GiB of memory"));
  EXPECT_THAT(lines, HasSubstr("more than 2.0 tokens"));
  EXPECT_THAT(lines, HasSubstr("spinning disks"));
  machine.host.load = 3;
  EXPECT_THAT(said(machine), Not(HasSubstr("tokens"))) << "measured while others computed";
  EXPECT_EQ(said({}), "") << "nothing is known, nothing is claimed";
}

TEST(Explain, EveryNameOfTheCatalogueIsExplained) {
  for (const Gpu& gpu : catalogue().all()) {
    const auto parts = explain_gpu_name(gpu.name);
    EXPECT_GE(parts.size(), 3u) << gpu.name.canonical;
    for (const NamePart& part : parts) {
      EXPECT_FALSE(part.part.empty()) << gpu.name.canonical << ": " << part.meaning.en;
      EXPECT_FALSE(part.meaning.zh.empty());
    }
  }
  EXPECT_TRUE(explain_gpu_name({}).empty());
  EXPECT_EQ(hardware_lessons().size(), 5u);
}

TEST(Explain, PartsStandInTheNamesOrder) {
  const auto parts = explain_gpu_name(decode_gpu_name("RTX 4060 Ti 16GB"));
  std::string order;
  for (const NamePart& part : parts) order += part.part.en + "|";
  EXPECT_EQ(order, "NVIDIA|GeForce|RTX|4060|60|Ti|16GB|");
  EXPECT_EQ(parts[0].part.zh, "英伟达（NVIDIA）");
  EXPECT_THAT(parts[1].meaning.en, Not(HasSubstr("GeForce"))) << "said before it";
}

}  // namespace
}  // namespace cvp::plan
