// `cvp models list|show|search|compare` and `cvp params` as a user types them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/model_facts_view.h"
#include "cli/screen_text.h"
#include "cli/verb_fixture_test.h"
#include "model/gguf_writer.h"
#include "testing/http_stub.h"

namespace cvp::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ModelVerbs : public VerbFixture {
 protected:
  ModelVerbs() : VerbFixture(120) { open({"hub.hugging_face=" + stub_.url("/hf")}); }

  /// A model of one layer: 8×20 + 8×8 + 8 numbers.
  std::string write_gguf() {
    const sys::Path path = folder_.path() / "m.gguf";
    auto writer = model::GgufWriter::create(path);
    writer->set("general.architecture", "llama");
    writer->set("general.name", "Small");
    for (const auto& [key, value] :
         {std::pair{"block_count", 1u}, {"embedding_length", 8u}, {"attention.head_count", 2u}})
      writer->set(std::string("llama.") + key, value);
    writer->declare("token_embd.weight", std::vector<uint64_t>{8, 20}, model::TensorType::f32);
    writer->declare("blk.0.attn_k.weight", std::vector<uint64_t>{8, 8}, model::TensorType::f32);
    writer->declare("output_norm.weight", std::vector<uint64_t>{8}, model::TensorType::f32);
    EXPECT_TRUE(writer->write_header());
    for (const size_t elements : {160, 64, 8}) EXPECT_TRUE(writer->write(std::string(4 * elements, '\0')));
    EXPECT_TRUE(writer->finish());
    return path.string();
  }

  cvp::testing::HttpStub stub_;
};

class NarrowScreen : public VerbFixture {
 protected:
  NarrowScreen() : VerbFixture(70) {}
};

TEST_F(NarrowScreen, NotesOfTheListAreWrapped) {
  for (const Lang lang : {Lang::en, Lang::zh}) {
    ASSERT_EQ(run("models list", {}, lang), 0);
    std::istringstream lines(out());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 70u) << line;
  }
}

TEST(ContextText, LargeNumbersHaveEveryComma) {
  EXPECT_EQ(context_text(1'000'000), "1,000,000");
  EXPECT_EQ(context_text(131'072), "128K");
  EXPECT_EQ(context_text(512), "512");
}

TEST_F(ModelVerbs, ListShowsWhatCanBeInstalledAsBefore) {
  ASSERT_EQ(run("models list", {}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("multilingual-e5-small"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("gpt-4")));
}

TEST_F(ModelVerbs, FiltersNarrowTheKnownModels) {
  ASSERT_EQ(run("models list", {"--json", "--open", "--language", "zh", "--max", "8B", "--commercial"}), 0);
  const auto models = json().at("models").as_array();
  EXPECT_GT(models.size(), 20u);
  for (const auto& model : models) {
    EXPECT_EQ(model.at("access"), "open weights");
    EXPECT_LE(model.at("parameters").to_number<double>(), 8e9 * 1.06);
    EXPECT_NE(model.at("commercial"), "no");
  }
  ASSERT_EQ(run("models list", {"--all"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("gpt-4"));
  EXPECT_EQ(run("models list", {"--max", "many"}), 2);
  EXPECT_EQ(run("models list", {"--min", "9B", "--max", "8B"}), 2);
  EXPECT_EQ(run("models list", {"--language", "xx", "--max", "1M"}), 3);
  EXPECT_EQ(run("models list", {"--language", "xx", "--max", "1M", "--json"}), 3);
  EXPECT_EQ(run("models list", {"--language", "chinese"}), 2);
  EXPECT_EQ(run("models list", {"--open", "--service"}), 2);
}

TEST_F(ModelVerbs, SearchFindsByMakerInEitherLanguage) {
  ASSERT_EQ(run("models search", {"智谱"}, Lang::zh), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("chatglm2-6b"));
  EXPECT_THAT(out_.str(), HasSubstr("glm-130b"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("llama")));
  EXPECT_EQ(run("models search", {"nothing-is-called-so"}), 3);
}

TEST_F(ModelVerbs, ShowGivesFactsWithSourcesAndSaysWhatIsNotConfirmed) {
  ASSERT_EQ(run("models show", {"llama-2-7b"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("https://arxiv.org/abs/2307.09288"));
  EXPECT_THAT(out_.str(), HasSubstr("700 million"));
  ASSERT_EQ(run("models show", {"文心一言"}, Lang::zh), 0);
  EXPECT_THAT(out_.str(), HasSubstr("未经核实"));
  ASSERT_EQ(run("models show", {"--json", "qwen2.5-coder-1.5b-instruct"}), 0);
  EXPECT_EQ(json().at("facts").at("id"), "qwen2.5-coder-1.5b");
  EXPECT_EQ(run("models show", {"lama-2-7b"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("llama-2-7b"));
}

TEST_F(ModelVerbs, CompareStandsSideBySide) {
  ASSERT_EQ(run("models compare", {"qwen3-8b", "llama-3.1-8b", "gpt-4"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Qwen3 8B"));
  EXPECT_THAT(out_.str(), HasSubstr("not known"));
  EXPECT_EQ(run("models compare", {"qwen3-8b"}), 2);
  EXPECT_EQ(run("models compare", {"qwen3-8b", ""}), 2);
  EXPECT_EQ(run("models compare", {"qwen3-8b", "nobody"}), 3);
}

TEST_F(ModelVerbs, ManyModelsAreComparedInSeveralTables) {
  ASSERT_EQ(
      run("models compare",
          {"qwen3-8b", "llama-3.1-8b", "glm-4-9b", "phi-4", "gemma-3-4b", "yi-6b", "llama-2-7b"}, Lang::zh),
      0);
  const std::string shown = out_.str();
  EXPECT_NE(shown.find("训练词元数"), shown.rfind("训练词元数"));
  EXPECT_THAT(shown, HasSubstr("Alibaba（中国）"));
  EXPECT_THAT(shown, HasSubstr("中文、英文"));
  EXPECT_THAT(shown, Not(HasSubstr("multilingual")));
  for (const char* name : {"Llama 3.1 8B", "Phi-4 14B", "Gemma 3 4B", "Yi 6B", "Llama 2 7B"})
    EXPECT_THAT(shown, HasSubstr(name));
}

TEST_F(ModelVerbs, ParamsOfANetwork) {
  ASSERT_EQ(run("params", {"--mlp", "3-4-4-1"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("32 weights + 9 biases = 41 parameters"));
  ASSERT_EQ(run("params", {"--mlp", "3-4-4-1"}, Lang::zh), 0);
  EXPECT_THAT(out_.str(), HasSubstr("32 个权重 + 9 个偏置 = 41 个参数"));
  for (const char* wrong : {"3", "3-", "-3-4", "3-a", "3--4", "3-0"})
    EXPECT_EQ(run("params", {"--mlp=" + std::string(wrong)}), 2) << wrong;
  EXPECT_EQ(run("params", {}), 2);
  EXPECT_EQ(run("params", {"llama-2-7b", "--mlp", "3-4"}), 2);
}

TEST_F(ModelVerbs, ParamsOfAKnownModel) {
  ASSERT_EQ(run("params", {"llama-2-7b"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("6,738,415,616"));
  EXPECT_THAT(out_.str(), HasSubstr("blk.*.attn_q.weight"));
  EXPECT_EQ(run("params", {"gpt-4"}), 3);
}

TEST_F(ModelVerbs, ParamsOfAFileHereOrElsewhere) {
  const std::string file = write_gguf();
  ASSERT_EQ(run("params", {"--json", file}), 0) << err_.str();
  EXPECT_EQ(json().at("parameters"), 232);
  EXPECT_EQ(json().at("tensors").as_array().size(), 3u);
  stub_.route("/hf/Org/Repo/resolve/main/m.gguf", {.body = sys::read_file(file, 1 << 20).value()});
  ASSERT_EQ(run("params", {"--json", "hf:Org/Repo/m.gguf"}), 0) << err_.str();
  EXPECT_EQ(json().at("parameters"), 232);
  stub_.route("/hf/Org/Repo/resolve/main/config.json",
              {.body = R"({"model_type":"llama","hidden_size":4096,"num_hidden_layers":32,
                           "num_attention_heads":32,"intermediate_size":11008,"vocab_size":32000})"});
  ASSERT_EQ(run("params", {"--json", "hf:Org/Repo"}), 0) << err_.str();
  EXPECT_EQ(json().at("parameters"), 6'738'415'616);
  EXPECT_EQ(run("params", {"hf:Org/Nothing/x.gguf"}), 3);
  EXPECT_EQ(run("params", {"hf:Org"}), 2);
}

TEST_F(ModelVerbs, ParamsOfASafetensorsFile) {
  const std::string header =
      R"({"model.layers.0.mlp.up_proj.weight":{"dtype":"F16","shape":[3,4],"data_offsets":[0,24]},)"
      R"("lm_head.weight":{"dtype":"F16","shape":[2],"data_offsets":[24,28]}})";
  const uint64_t length = header.size();
  const std::string bytes =
      std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + header + std::string(28, 'd');
  const sys::Path path = folder_.path() / "model.safetensors";
  ASSERT_TRUE(sys::write_file_atomic(path, bytes));
  for (const std::string& named : {path.string(), folder_.path().string()}) {
    ASSERT_EQ(run("params", {"--json", named}), 0) << err_.str();
    EXPECT_EQ(json().at("parameters"), 14);
    EXPECT_EQ(json().at("parts").at("feed_forward"), 12);
  }
}

}  // namespace
}  // namespace cvp::cli
