#include "plan/known_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "plan/parameters.h"

namespace cvp::plan {
namespace {

using testing::HasSubstr;

const KnownModels& shipped() {
  static const KnownModels models = KnownModels::load().value();
  return models;
}

TEST(KnownModels, TheShippedFilesKeepTheirSchema) {
  const auto models = KnownModels::load();
  ASSERT_TRUE(models) << models.error().message.en;
  EXPECT_GE(models->all().size(), 120u);
  for (const ModelFacts& model : models->all()) {
    SCOPED_TRACE(model.id);
    EXPECT_FALSE(model.access == Access::weights && model.licence.empty());
    EXPECT_TRUE(model.commercial == Commercial::unknown || !model.licence_note.empty());
    EXPECT_EQ(model.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-"), std::string::npos);
  }
}

TEST(KnownModels, EveryShapeCountsToThePublishedNumber) {
  size_t exact = 0;
  for (const ModelFacts& model : shipped().all()) {
    if (!model.shape || model.parameters == 0) continue;
    SCOPED_TRACE(model.id);
    const double counted = static_cast<double>(count_parameters(*model.shape).total);
    // Gemma 3's published numbers count what sees pictures as well; Kimi K2 is published as “1T”.
    const double tolerance = model.family == "gemma-3" ? 0.1 : model.family == "kimi" ? 0.03 : 0.01;
    EXPECT_LE(std::abs(counted - model.parameters) / model.parameters, tolerance)
        << static_cast<uint64_t>(counted);
    if (counted == model.parameters) ++exact;
  }
  EXPECT_GE(exact, 85u);
}

TEST(KnownModels, AreFoundByAnySpelling) {
  for (const char* name : {"llama-2-7b", "Llama 2 7B", "LLAMA2-7b", "llama2_7b"}) {
    const auto found = shipped().find(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ((*found)->id, "llama-2-7b");
  }
  EXPECT_EQ(shipped().find("qwen2.5-coder-1.5b-instruct").value()->id, "qwen2.5-coder-1.5b")
      << "as `cvp models pull` calls it";
  EXPECT_EQ((*shipped().find("文心一言"))->id, "ernie-bot");
  EXPECT_EQ((*shipped().find("qwen3-30b"))->id, "qwen3-30b-a3b");  // the only one that begins so
}

TEST(KnownModels, WhatIsAmbiguousOrUnknownOffersNames) {
  const auto several = shipped().find("qwen3");
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, Errc::not_found);
  EXPECT_THAT(several.error().hint.en, HasSubstr("qwen3-8b"));
  const auto misspelt = shipped().find("lama-2-7b");
  ASSERT_FALSE(misspelt);
  EXPECT_THAT(misspelt.error().hint.en, HasSubstr("llama-2-7b"));
  const auto far = shipped().find("zebra-crossing");
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().hint.en, "`cvp models list --all` shows those that are");
  EXPECT_FALSE(shipped().find(""));
}

constexpr std::string_view kGood = R"(
[[family]]
id = "f"
name = "F"
maker = "M"
country = "CN"
access = "weights"
commercial = "yes"
licence = "MIT"
licence_note = { en = "Free.", zh = "自由。" }
languages = ["zh"]
context_tokens = 4096
sources = [{ url = "https://example.org/a", says = ["licence", "commercial", "languages", "context_tokens"] }]
[[family.model]]
id = "f-1b"
name = "F 1B"
released = "2024-01"
parameters = 1e9
sources = [{ url = "https://example.org/b", says = ["released"] }]
unverified = ["parameters"]
)";

TEST(KnownModels, AModelTakesFromItsFamilyAndKeepsEachSource) {
  const auto models = KnownModels::parse(kGood, "f.toml");
  ASSERT_TRUE(models) << models.error().message.en;
  const ModelFacts& model = models->all().at(0);
  EXPECT_EQ(model.licence, "MIT");
  EXPECT_EQ(model.sources.at("licence"), "https://example.org/a");
  EXPECT_EQ(model.sources.at("released"), "https://example.org/b");
  EXPECT_EQ(model.unverified, std::vector<std::string>{"parameters"});
  EXPECT_TRUE(model.has_language("zh"));
  EXPECT_FALSE(model.has_language("en"));
  EXPECT_EQ(model.family, "f");
}

std::string changed(std::string_view from, std::string_view to) {
  std::string out(kGood);
  out.replace(out.find(from), from.size(), to);
  return out;
}

TEST(KnownModels, AFactWithoutSourceIsRefused) {
  const auto models = KnownModels::parse(changed("unverified = [\"parameters\"]", ""), "f.toml");
  ASSERT_FALSE(models);
  EXPECT_EQ(models.error().code, Errc::corrupt);
  EXPECT_THAT(models.error().message.en, HasSubstr("parameters of f-1b has no source"));
}

TEST(KnownModels, WrongFieldsAreNamed) {
  for (const auto& [from, to, field] :
       {std::tuple{"access = \"weights\"", "access = \"some\"", "access"},
        std::tuple{"parameters = 1e9", "parameters = -1", "parameters"},
        std::tuple{"zh = \"自由。\"", "zh = \"\"", "licence_note"},
        std::tuple{"https://example.org/b", "example.org/b", "sources"},
        std::tuple{"\"released\"] }", "\"relaesed\"] }", ""},
        std::tuple{"languages = [\"zh\"]", "languages = \"zh\"", "languages"}}) {
    const auto models = KnownModels::parse(changed(from, to), "f.toml");
    ASSERT_FALSE(models) << to;
    EXPECT_THAT(models.error().message.en, HasSubstr(field));
  }
  EXPECT_FALSE(KnownModels::parse("[[family]]\nid = 1", "f.toml"));
  EXPECT_FALSE(KnownModels::parse("family = 3", "f.toml"));
  EXPECT_FALSE(KnownModels::parse("[[", "f.toml"));
  EXPECT_FALSE(KnownModels::parse(std::string(kGood) + std::string(kGood), "f.toml"));  // a name twice
}

}  // namespace
}  // namespace cvp::plan
