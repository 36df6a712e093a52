#include "plan/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::plan {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kGib = 1ull << 30;

sys::Hardware host() {
  sys::Hardware out;
  out.cpu = {.model = "test CPU", .cores = 8, .threads = 16, .usable_threads = 16, .isa = {"AVX2", "FMA"}};
  out.memory = {.total_bytes = 32 * kGib, .available_bytes = 20 * kGib};
  return out;
}

MachineGpu gpu(const char* name, uint64_t memory, const char* driver) {
  MachineGpu out;
  out.device = {.name = name, .driver = driver, .memory_bytes = memory};
  out.name.vendor = Vendor::nvidia;
  return out;
}

TEST(Device, TheHostKeepsSomethingForItself) {
  const Rig rig = rig_of({.host = host()});
  EXPECT_TRUE(rig.gpus.empty());
  EXPECT_EQ(rig.host.threads, 8u);
  EXPECT_LT(rig.host.usable_bytes, 30 * kGib);
  EXPECT_GT(rig.host.usable_bytes, 27 * kGib);
  EXPECT_EQ(rig.name, "test CPU, 32 GiB RAM");
}

TEST(Device, LittleMemoryIsNotCalledNone) {
  sys::Hardware small = host();
  small.memory.total_bytes = kGib / 2;
  EXPECT_EQ(rig_of({.host = small}).name, "test CPU, 512 MiB RAM");
}

TEST(Device, AMeasuredBandwidthPlansAsItWillLater) {
  const Rig now = with_bandwidth(rig_of({.host = host()}), 38e9), later = rig_of({.host = host()}, 38e9);
  EXPECT_DOUBLE_EQ(now.host.bandwidth, later.host.bandwidth);
  EXPECT_EQ(now.host.bandwidth_assumed, later.host.bandwidth_assumed);
  EXPECT_EQ(now.name, later.name);
}

TEST(Device, AnUnmeasuredBandwidthIsAssumedAndSaid) {
  const Rig assumed = rig_of({.host = host()});
  EXPECT_TRUE(assumed.host.bandwidth_assumed);
  ASSERT_TRUE(assumed_bandwidth(assumed));
  EXPECT_THAT(assumed_bandwidth(assumed)->en, HasSubstr("45 GB/s assumed"));
  const Rig measured = rig_of({.host = host()}, 38e9);
  EXPECT_FALSE(assumed_bandwidth(measured));
  EXPECT_DOUBLE_EQ(measured.host.bandwidth, 38e9);
}

TEST(Device, GpusThatCannotBeUsedAreLeftOutWithAReason) {
  Machine machine{.host = host(),
                  .gpus = {gpu("works", 8 * kGib, "nvidia 550"), gpu("no driver", 8 * kGib, ""),
                           gpu("no memory", 0, "nvidia 550")}};
  machine.gpus[0].device.free_bytes = 5 * kGib;
  const Rig rig = rig_of(machine);
  ASSERT_EQ(rig.gpus.size(), 1u);
  EXPECT_EQ(rig.gpus[0].name, "works");
  EXPECT_EQ(rig.gpus[0].usable_bytes, 5 * kGib);
  std::string notes;
  for (const Text& note : rig.notes) notes += note.en + "\n";
  EXPECT_THAT(notes, HasSubstr("no driver is left out"));
  EXPECT_THAT(notes, HasSubstr("no memory is left out"));
  // A named machine has no drivers, and all its cards count.
  machine.named = "three cards";
  EXPECT_EQ(rig_of(machine).gpus.size(), 2u);
}

TEST(Device, OneLineNamesTheMachine) {
  Machine machine{.host = host(),
                  .gpus = {gpu("A", 8 * kGib, "d"), gpu("A", 8 * kGib, "d"), gpu("B", 8 * kGib, "d")}};
  const Rig rig = rig_of(machine);
  EXPECT_EQ(rig.name, "2 × A + B, 32 GiB RAM");
  EXPECT_EQ(without_gpus(rig).name, "test CPU, 32 GiB RAM");
}

TEST(Device, FactsOfTheCatalogue) {
  Gpu facts;
  facts.name = {.vendor = Vendor::apple,
                .series = GpuSeries::apple_m,
                .canonical = "M2 Ultra",
                .form = GpuForm::integrated};
  facts.memory_bytes.value = 192.0 * kGib;
  facts.bandwidth.value = 800e9;
  facts.fp32.value = 27.2e12;
  const Device device = device_of(facts);
  EXPECT_TRUE(device.shares_host_memory);
  EXPECT_EQ(device.usable_bytes, 144 * kGib);
  EXPECT_DOUBLE_EQ(device.compute, 27.2e12);
}

}  // namespace
}  // namespace cvp::plan
