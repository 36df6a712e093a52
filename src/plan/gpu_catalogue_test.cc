#include <gmock/gmock.h>

#include <set>

#include "plan/gpu.h"
#include "plan/gpu_name.h"
#include "plan/gpu_toml.h"

namespace cvp::plan {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kGib = 1ull << 30;

const GpuCatalogue& catalogue() {
  static const GpuCatalogue loaded = [] {
    auto result = GpuCatalogue::load();
    EXPECT_TRUE(result) << result.error().message.en;
    return result ? std::move(*result) : GpuCatalogue();
  }();
  return loaded;
}

std::string found(std::string_view name, uint64_t gib = 0) {
  const auto match = catalogue().find(name, gib * kGib);
  return match ? match->gpu->name.canonical : "-" + std::string(match.error().hint.en);
}

TEST(GpuCatalogue, EveryFactHasASource) {
  ASSERT_GE(catalogue().all().size(), 270u);
  std::set<std::string> names, used;
  for (const Gpu& gpu : catalogue().all()) {
    SCOPED_TRACE(gpu.name.canonical);
    EXPECT_TRUE(names.insert(gpu.name.canonical).second);
    for (const Fact* fact :
         {&gpu.year, &gpu.memory_bytes, &gpu.bandwidth, &gpu.fp32, &gpu.fp16, &gpu.fp16_fast, &gpu.bf16,
          &gpu.int8, &gpu.cuda_cores, &gpu.tensor_cores, &gpu.watts, &gpu.price_usd}) {
      EXPECT_EQ(fact->value > 0, !fact->source.empty());
      if (fact->source.empty()) continue;
      used.insert(fact->source);
      EXPECT_NE(catalogue().source(fact->source), nullptr) << fact->source;
      EXPECT_EQ(fact->checked, fact->source != "unverified");
    }
    EXPECT_EQ(gpu.note.en.empty(), gpu.note.zh.empty());
  }
  EXPECT_GT(used.size(), 20u);
}

TEST(GpuCatalogue, TheGrammarSaysTheSameAsTheCatalogue) {
  for (const Gpu& gpu : catalogue().all()) {
    const GpuName name = decode_gpu_name(gpu.name.canonical);
    SCOPED_TRACE(gpu.name.canonical);
    EXPECT_TRUE(name.known());
    EXPECT_EQ(name.architecture, gpu.name.architecture);
    EXPECT_EQ(name.compute_capability, gpu.name.compute_capability);
    if (name.memory_bytes > 0) {
      EXPECT_EQ(static_cast<double>(name.memory_bytes), gpu.memory_bytes.value);
    }
  }
}

TEST(GpuCatalogue, FiguresOfOneChipAgree) {
  for (const Gpu& gpu : catalogue().all()) {
    SCOPED_TRACE(gpu.name.canonical);
    // NVIDIA: two operations a core and clock, clocks between 0.6 and 3 GHz.
    if (gpu.cuda_cores && gpu.fp32) {
      const double ghz = gpu.fp32.value / gpu.cuda_cores.value / 2 / 1e9;
      EXPECT_GT(ghz, 0.6);
      EXPECT_LT(ghz, 3.0);
    }
    if (gpu.bf16 && gpu.fp16 && gpu.name.vendor == Vendor::nvidia) {
      EXPECT_EQ(gpu.bf16.value, gpu.fp16.value);
    }
    if (gpu.fp16_fast) {
      EXPECT_GE(gpu.fp16_fast.value, gpu.fp16.value);
    }
  }
}

TEST(GpuCatalogue, FindsWhatPeopleType) {
  EXPECT_EQ(found("rtx 4090"), "GeForce RTX 4090");
  EXPECT_EQ(found("RTX 3060 12GB"), "GeForce RTX 3060 12GB");
  EXPECT_EQ(found("a100-80"), "A100 SXM4 80GB");
  EXPECT_EQ(found("a100-80g"), "A100 SXM4 80GB");
  EXPECT_EQ(found("7900 xtx"), "Radeon RX 7900 XTX");
  EXPECT_EQ(found("M4 Max"), "Apple M4 Max (40-core GPU)");
  EXPECT_EQ(found("Tesla V100", 32), "Tesla V100 SXM2 32GB");
}

TEST(GpuCatalogue, OtherEditionsAreNamed) {
  const auto match = catalogue().find("RTX 4060 Ti");
  ASSERT_TRUE(match);
  ASSERT_EQ(match->also.size(), 1u);
  EXPECT_EQ(match->also[0]->name.canonical, "GeForce RTX 4060 Ti 16GB");
}

TEST(GpuCatalogue, ADriversMemoryPicksTheEdition) {
  EXPECT_EQ(found("NVIDIA GeForce RTX 4060 Ti", 16), "GeForce RTX 4060 Ti 16GB");
  const auto t4 = catalogue().find("Tesla T4", 15360ull << 20);
  ASSERT_TRUE(t4);
  EXPECT_EQ(t4->gpu->name.canonical, "Tesla T4");
}

TEST(GpuCatalogue, ALaptopNeverInheritsFromTheDesktop) {
  for (const Gpu& gpu : catalogue().all()) {
    if (gpu.name.series != GpuSeries::geforce || gpu.name.form == GpuForm::laptop) continue;
    const std::string laptop =
        "GeForce " + gpu.name.prefix + " " + gpu.name.number + " " + gpu.name.suffix + " Laptop GPU";
    const auto match = catalogue().find(laptop);
    if (match) {
      EXPECT_EQ(match->gpu->name.form, GpuForm::laptop) << laptop;
    }
    if (!match) {
      EXPECT_THAT(match.error().hint.en, HasSubstr("laptop's chip")) << laptop;
    }
  }
  const auto absurd = catalogue().find("RTX 4090 Laptop GPU 24GB");
  ASSERT_FALSE(absurd);
  EXPECT_EQ(absurd.error().code, Errc::not_found);
  EXPECT_THAT(absurd.error().message.en, HasSubstr("GeForce RTX 4090 Laptop GPU with 24 GB"));
  EXPECT_THAT(absurd.error().hint.en, HasSubstr("16 GB"));
}

TEST(GpuCatalogue, AnAmbiguousNumberIsAskedBack) {
  const auto match = catalogue().find("RTX 6000");
  ASSERT_FALSE(match);
  EXPECT_EQ(match.error().code, Errc::usage);
  for (const char* name :
       {"Quadro RTX 6000", "RTX A6000", "RTX 6000 Ada Generation", "RTX PRO 6000 Blackwell"})
    EXPECT_THAT(match.error().hint.en, HasSubstr(name));
  EXPECT_EQ(found("RTX 6000", 24), "Quadro RTX 6000");
}

TEST(GpuCatalogue, ADescriptionGetsTheListThatAnswersIt) {
  EXPECT_EQ(found("24 GB laptop card"),
            "-`cvp hw list --form laptop --min-memory 24GB` shows those with that memory");
  EXPECT_EQ(found("a card with 16GB"), "-`cvp hw list --min-memory 16GB` shows those with that memory");
}

TEST(GpuCatalogue, SizesOfMemoryAreSortedAsNumbers) {
  const auto match = catalogue().find("RTX 3060 24GB");
  ASSERT_FALSE(match);
  EXPECT_THAT(match.error().hint.en, HasSubstr("8 GB, 12 GB"));
}

TEST(GpuCatalogue, AnUnknownNameGetsTheNearest) {
  const auto match = catalogue().find("RTX 4900");
  ASSERT_FALSE(match);
  EXPECT_EQ(match.error().code, Errc::not_found);
  EXPECT_THAT(match.error().hint.en, HasSubstr("RTX 4090"));
  const auto far = catalogue().find("RTX 9999");
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().hint.en, "`cvp hw list` shows all");
  EXPECT_FALSE(catalogue().find(""));
  EXPECT_FALSE(catalogue().find(std::string(5000, 'x')));
}

TEST(GpuToml, WrongFieldsAreNamed) {
  const std::vector<SourceEntry> sources{{.source = {.key = "s"}}};
  const std::string good = "[[gpu]]\nname = \"GeForce RTX 4090\"\narchitecture = \"Ada Lovelace\"\n";
  ASSERT_TRUE(parse_gpus(good + "watts = [450, \"s\"]\n", "f", sources));
  for (const char* bad : {"watts = 450", "watts = [450]", "watts = [450, \"nobody\"]", "watts = [-1, \"s\"]",
                          "watts = [1e99, \"s\"]", "wats = [450, \"s\"]", "devices = 0", "note = \"x\"",
                          "memory_gib = [nan, \"s\"]", "compute = \"8.9\""}) {
    const auto read = parse_gpus(good + bad + "\n", "f", sources);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, Errc::corrupt);
  }
  EXPECT_FALSE(parse_gpus("[[gpu]]\nname = \"RTX 4090\"\n", "f", sources)) << "not the canonical name";
  EXPECT_FALSE(parse_gpus("gpu = 1", "f", sources));
  EXPECT_FALSE(parse_sources("[source.x]\n", "f"));
}

}  // namespace
}  // namespace cvp::plan
