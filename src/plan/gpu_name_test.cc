#include "plan/gpu_name.h"

#include <gtest/gtest.h>

#include "plan/driver_strings_for_tests.h"

namespace cvp::plan {
namespace {

constexpr uint64_t kGib = 1ull << 30;

TEST(GpuName, DriverStringsMeanWhatTheyMean) {
  for (const DriverString& want : kDriverStrings) {
    SCOPED_TRACE(want.text);
    const GpuName name = decode_gpu_name(want.text);
    EXPECT_EQ(name.canonical, want.canonical);
    EXPECT_EQ(series_id(name.series), want.series);
    if (!name.known()) continue;
    EXPECT_EQ(name.architecture, want.architecture);
    EXPECT_EQ(name.compute_capability, want.compute);
    EXPECT_EQ(name.form, want.form);
    EXPECT_EQ(name.memory_bytes / kGib, static_cast<uint64_t>(want.memory_gib));
  }
}

TEST(GpuName, ACanonicalNameMeansItself) {
  for (const DriverString& want : kDriverStrings) {
    if (want.canonical.empty()) continue;
    const GpuName again = decode_gpu_name(want.canonical);
    EXPECT_EQ(again.canonical, want.canonical);
    EXPECT_EQ(again.form, want.form) << want.canonical;
  }
}

TEST(GpuName, PartsAreTakenApart) {
  const GpuName name = decode_gpu_name("NVIDIA GeForce RTX 4070 Ti SUPER 16 GB");
  EXPECT_EQ(name.vendor, Vendor::nvidia);
  EXPECT_EQ(name.prefix, "RTX");
  EXPECT_EQ(name.number, "4070");
  EXPECT_EQ(name.suffix, "Ti SUPER");
  EXPECT_EQ(name.generation, "RTX 40");
  EXPECT_EQ(name.tier, 70);
  EXPECT_EQ(name.memory_bytes, 16 * kGib);
  EXPECT_EQ(decode_gpu_name("RX 9070 XT").tier, 7);
  EXPECT_EQ(decode_gpu_name("RX 6750 XT").tier, 7);
  EXPECT_EQ(decode_gpu_name("RX 560D").tier, 6);
}

TEST(GpuName, VendorsAreToldApart) {
  EXPECT_EQ(decode_gpu_name("M4").vendor, Vendor::apple);
  EXPECT_EQ(decode_gpu_name("Tesla M4").vendor, Vendor::nvidia);
  EXPECT_EQ(decode_gpu_name("NVIDIA M40").series, GpuSeries::data_center);
  EXPECT_EQ(decode_gpu_name("T4").series, GpuSeries::data_center);
  EXPECT_EQ(decode_gpu_name("NVIDIA T400").series, GpuSeries::quadro);
}

TEST(GpuName, SlicesArePartsOfACard) {
  EXPECT_EQ(decode_gpu_name("NVIDIA A10-8Q").slice, "8Q");
  const GpuName mig = decode_gpu_name("NVIDIA A100-SXM4-40GB MIG 1g.5gb");
  EXPECT_EQ(mig.slice, "1G.5GB");
  EXPECT_EQ(mig.canonical, "A100 SXM4 40GB");
  EXPECT_EQ(decode_gpu_name("Ascend 910B").slice, "");
}

TEST(GpuName, NothingIsMadeUp) {
  for (const char* text : {"", " ", "GPU", "graphics card", "RTX", "RTX 99999999999999999999", "Radeon",
                           "Arc", "JM12", "((((", "[]", "]["}) {
    const GpuName name = decode_gpu_name(text);
    EXPECT_TRUE(!name.known() || name.series == GpuSeries::arc_integrated) << text << " " << name.canonical;
  }
  EXPECT_FALSE(decode_gpu_name(std::string(257, 'A')).known());
  EXPECT_FALSE(decode_gpu_name(std::string(100000, '(')).known());
  EXPECT_EQ(decode_gpu_name("RTX 4090 99999999999GB").memory_bytes, 0u);
}

TEST(GpuName, EveryByteStringIsTaken) {
  uint32_t state = 12345;  // the seed
  const std::string letters = "RTXGM 4090(]-/[)iéA.\xff\x00Ti";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    state = state * 1664525 + 1013904223;
    const size_t length = state >> 27;
    for (size_t i = 0; i < length; ++i) {
      state = state * 1664525 + 1013904223;
      text.push_back(letters[(state >> 16) % letters.size()]);
    }
    const GpuName name = decode_gpu_name(text);
    ASSERT_EQ(name.known(), !name.canonical.empty()) << text;
  }
}

TEST(GpuName, AnyMixOfWordsNamesAProductThatNamesItself) {
  const std::vector<std::string> words{
      "RTX",    "GTX",    "Quadro", "Tesla", "4090",  "3060",  "Ti",     "SUPER", "A100", "SXM4", "80GB",
      "Laptop", "Max-Q",  "Radeon", "RX",    "7900",  "XTX",   "Pro",    "W7900", "Arc",  "A770", "M3",
      "Max",    "(40)",   "Ascend", "910B3", "GB200", "TITAN", "X",      "6000",  "Ada",  "/",    "[",
      "]",      "MI300X", "Vega",   "64",    "780M",  "Orin",  "H20-3e", "GPU"};
  uint32_t state = 54321;  // the seed
  const auto draw = [&](size_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % below;
  };
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t i = draw(6) + 1; i > 0; --i) text += words[draw(words.size())] + " ";
    const GpuName name = decode_gpu_name(text);
    if (!name.known()) continue;
    const GpuName again = decode_gpu_name(name.canonical);
    ASSERT_EQ(again.canonical, name.canonical) << text;
    ASSERT_EQ(again.series, name.series) << text;
  }
}

TEST(GpuName, VendorsHaveIds) {
  for (const std::string& id : vendor_ids()) {
    ASSERT_TRUE(parse_vendor(id)) << id;
    EXPECT_EQ(vendor_id(*parse_vendor(id)), id);
    EXPECT_FALSE(vendor_text(*parse_vendor(id)).zh.empty());
  }
  EXPECT_EQ(parse_vendor("英伟达"), Vendor::nvidia);
  EXPECT_EQ(parse_vendor("华为"), Vendor::huawei);
  EXPECT_EQ(parse_vendor("摩尔线程"), Vendor::moore_threads);
  EXPECT_EQ(parse_vendor("Moore Threads"), Vendor::moore_threads);
  EXPECT_EQ(parse_vendor("AMD"), Vendor::amd);
  EXPECT_FALSE(parse_vendor("unknown"));
  EXPECT_FALSE(parse_vendor("未知"));
  EXPECT_FALSE(parse_vendor("3dfx"));
}

}  // namespace
}  // namespace cvp::plan
