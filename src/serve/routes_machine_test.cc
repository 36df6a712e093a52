#include "serve/plan_arguments.h"
#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class MachineRoutes : public ServeTest {
 protected:
  /// The only verb that was run since the last call.
  std::vector<std::string> asked() {
    EXPECT_EQ(host_.verbs_.size(), 1u);
    auto out = host_.verbs_.empty() ? std::vector<std::string>() : host_.verbs_.front();
    host_.verbs_.clear();
    return out;
  }
  void print(const std::string& json) {
    host_.answer_verb_ = [json](const auto&, Lang) { return boost::json::parse(json); };
  }

  Browser reader_ = sign_in("reader");
};

TEST_F(MachineRoutes, HardwareIsReadAgainAfterTenSeconds) {
  print(R"({"cpu": {"model": "Test CPU"}})");
  EXPECT_EQ(get(reader_, "/api/hardware").object().at("cpu").at("model"), "Test CPU");
  EXPECT_THAT(asked(), ElementsAre("hw", "show"));
  EXPECT_EQ(get(reader_, "/api/hardware").status, 200);
  EXPECT_TRUE(host_.verbs_.empty());
  clock_.advance(10'000);
  EXPECT_EQ(get(reader_, "/api/hardware").status, 200);
  EXPECT_THAT(asked(), ElementsAre("hw", "show"));
}

TEST_F(MachineRoutes, AnErrorIsNotKept) {
  host_.answer_verb_ = [](const auto&, Lang) -> Result<boost::json::value> {
    return fail(Errc::failed, text("no probe", "无法读取硬件"));
  };
  EXPECT_EQ(get(reader_, "/api/hardware").status, 500);
  print("{}");
  EXPECT_EQ(get(reader_, "/api/hardware").status, 200);
}

TEST_F(MachineRoutes, CataloguesAreKeptForEachLanguage) {
  host_.answer_verb_ = [](const auto&, Lang lang) -> Result<boost::json::value> {
    return boost::json::parse(lang == Lang::zh ? R"({"models": [{"note": "中文"}]})"
                                               : R"({"models": [{"note": "English"}]})");
  };
  const auto note = [&](const std::string& lang) {
    const auto got = send(reader_, "GET", "/api/catalogue", "", {{"accept-language", lang}}).json();
    return std::string(got.at("items").at(0).at("note").as_string());
  };
  EXPECT_EQ(note("zh"), "中文");
  EXPECT_EQ(note("en"), "English");
  clock_.advance(1e8);
  EXPECT_EQ(note("zh"), "中文");
  EXPECT_EQ(note("en"), "English");
  ASSERT_EQ(host_.verbs_.size(), 2u);
  EXPECT_THAT(host_.verbs_[0], ElementsAre("models", "list", "--all"));
}

TEST_F(MachineRoutes, GpusAreFiltered) {
  print(R"({"gpus": [{"name": "A"}]})");
  EXPECT_EQ(get(reader_, "/api/gpus").json().at("items").at(0).at("name"), "A");
  EXPECT_THAT(asked(), ElementsAre("hw", "list"));
  print(R"({"gpus": []})");
  const auto filtered = get(reader_, "/api/gpus?vendor=--help&min_memory=24GB").json();
  EXPECT_TRUE(filtered.at("items").as_array().empty());
  EXPECT_THAT(asked(), ElementsAre("hw", "list", "--vendor=--help", "--min-memory=24GB"));
  EXPECT_EQ(get(reader_, "/api/gpus").json().at("items").as_array().size(), 1u);
  EXPECT_TRUE(host_.verbs_.empty());
  EXPECT_EQ(get(reader_, "/api/gpus?sort=price").status, 400);
}

TEST_F(MachineRoutes, NobodyIsTold) {
  for (const char* path : {"/api/hardware", "/api/gpus", "/api/catalogue"})
    EXPECT_EQ(get({}, path).status, 401) << path;
  EXPECT_EQ(post({}, "/api/plan", {{"model", "14B"}}).status, 401);
  EXPECT_TRUE(host_.verbs_.empty());
}

TEST_F(MachineRoutes, PlansOnThisMachineAndOnOthers) {
  print(R"({"plans": []})");
  EXPECT_EQ(post(reader_, "/api/plan", {{"model", "14B"}}).status, 200);
  EXPECT_THAT(asked(), ElementsAre("plan", "--job=infer", "--context=4096", "--users=1", "--", "14B"));
  const boost::json::object body{{"model", "Qwen3 8B"}, {"precision", "Q4_K_M"},  {"context", 8192},
                                 {"users", 4},          {"hardware", "RTX 4090"}, {"count", 2},
                                 {"job", "infer"}};
  EXPECT_EQ(post(reader_, "/api/plan", body).status, 200);
  EXPECT_THAT(asked(), ElementsAre("plan", "--job=infer", "--context=8192", "--users=4",
                                   "--quantization=Q4_K_M", "--gpu=RTX 4090", "--count=2", "--", "qwen3-8b"));
}

TEST_F(MachineRoutes, TrainingIsPlannedFromTheSameForm) {
  print(R"({"model": "x"})");
  const boost::json::object body{{"model", "7B"}, {"precision", nullptr}, {"context", 4096},
                                 {"users", 1},    {"hardware", "here"},   {"count", 3},
                                 {"job", "qlora"}};
  EXPECT_EQ(post(reader_, "/api/plan", body).status, 200);
  EXPECT_THAT(asked(), ElementsAre("plan", "--job=qlora", "--", "7B"));
}

TEST_F(MachineRoutes, NothingOfABodyBecomesAnOptionAFileOrADownload) {
  for (const char* model : {"--help", "-z", "/etc/passwd", "../x", ".", "~/m", "model.gguf", "config.json",
                            "a.safetensors", "hf:Qwen/Qwen3-8B-GGUF", "ms:a/b", "http://127.0.0.1/m.gguf",
                            "https://x", "file:x", "C:\\m", "a/b"}) {
    const Got got = post(reader_, "/api/plan", {{"model", model}});
    EXPECT_EQ(got.status, 400) << model;
    EXPECT_EQ(post(reader_, "/api/plan/buy", {{"model", model}}).status, 400) << model;
  }
  EXPECT_EQ(post(reader_, "/api/plan", {{"model", "nobody-knows-this"}}).status, 404);
  EXPECT_EQ(post(reader_, "/api/plan", {{"model", ""}}).status, 400);
  EXPECT_EQ(post(reader_, "/api/plan", {{"model", std::string(101, 'x')}}).status, 400);
  EXPECT_TRUE(host_.verbs_.empty());
}

TEST_F(MachineRoutes, WrongBodiesOfPlans) {
  const auto status = [&](const boost::json::object& body) {
    return post(reader_, "/api/plan", body).status;
  };
  EXPECT_EQ(status({}), 400);
  EXPECT_EQ(status({{"model", 14}}), 400);
  EXPECT_EQ(status({{"model", "14B"}, {"context", 0}}), 400);
  EXPECT_EQ(status({{"model", "14B"}, {"users", "two"}}), 400);
  EXPECT_EQ(status({{"model", "14B"}, {"job", "cook"}}), 400);
  EXPECT_EQ(status({{"model", "14B"}, {"hardware", "H100"}, {"count", 65}}), 400);
  EXPECT_EQ(status({{"model", "14B"}, {"measure", true}}), 400);
  EXPECT_TRUE(host_.verbs_.empty());
}

TEST_F(MachineRoutes, OnlyAdminsSeeWhereModelsLie) {
  const std::string file = (folder_.path() / "models" / "m" / "model.gguf").string();
  print(R"({"flags": ["llama-server", "-m", ")" + file + R"("]})");
  EXPECT_EQ(post(reader_, "/api/plan", {{"model", "14B"}}).json().at("flags").at(2), "model.gguf");
  const Browser admin = sign_in("admin", store::Role::admin);
  EXPECT_EQ(post(admin, "/api/plan", {{"model", "14B"}}).json().at("flags").at(2).as_string(), file);
}

TEST_F(MachineRoutes, WhatCannotBePlannedIsNoMatterOfRights) {
  host_.answer_verb_ = [](const auto&, Lang) -> Result<boost::json::value> {
    return fail(Errc::refused, text("its weights are not published", "权重没有公开"));
  };
  const Got got = post(reader_, "/api/plan", {{"model", "gpt-4"}});
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.error(), "usage");
}

TEST_F(MachineRoutes, WhatToBuy) {
  print(R"({"model": "x", "purchases": []})");
  EXPECT_EQ(post(reader_, "/api/plan/buy", {{"model", "8B"}, {"budget", nullptr}}).status, 200);
  EXPECT_THAT(asked(), ElementsAre("plan", "--buy", "--context=4096", "--users=1", "--", "8B"));
  EXPECT_EQ(post(reader_, "/api/plan/buy", {{"model", "8B"}, {"users", 3}, {"budget", 2000}}).status, 200);
  EXPECT_THAT(asked(),
              ElementsAre("plan", "--buy", "--context=4096", "--users=3", "--budget=2000", "--", "8B"));
  EXPECT_EQ(post(reader_, "/api/plan/buy", {{"model", "8B"}, {"budget", 0}}).status, 200);
  EXPECT_THAT(asked(), Contains("--budget=1"));
  EXPECT_EQ(post(reader_, "/api/plan/buy", {{"model", "8B"}, {"budget", -1}}).status, 400);
  EXPECT_EQ(post(reader_, "/api/plan/buy", {{"model", "8B"}, {"hardware", "H100"}}).status, 400);
}

TEST_F(MachineRoutes, Recommends) {
  print(R"({"chat": []})");
  const boost::json::object body{{"languages", boost::json::array{"zh", "en"}},
                                 {"documents", 50},
                                 {"users", 2},
                                 {"first_token_s", 10},
                                 {"budget", nullptr}};
  EXPECT_EQ(post(reader_, "/api/recommend", body).status, 200);
  EXPECT_THAT(asked(), ElementsAre("plan", "recommend", "--documents=50", "--users=2", "--seconds=10",
                                   "--languages=zh,en"));
  EXPECT_EQ(post(reader_, "/api/recommend").status, 200);
  EXPECT_THAT(asked(), Not(Contains(StartsWith("--languages"))));
  EXPECT_EQ(post(reader_, "/api/recommend", {{"languages", boost::json::array{"-z"}}}).status, 400);
  EXPECT_EQ(post(reader_, "/api/recommend", {{"languages", boost::json::array{"english"}}}).status, 400);
  const Got budget = post(reader_, "/api/recommend", {{"budget", 500}});
  EXPECT_EQ(budget.status, 400);
  EXPECT_THAT(budget.body, HasSubstr("/api/plan/buy"));
  EXPECT_TRUE(host_.verbs_.empty());
}

TEST(PlanSubject, IsWhatIsKnownAlready) {
  const sys::TempFolder home = *sys::TempFolder::create();
  const plan::KnownModels known = *plan::KnownModels::load();
  const auto subject = [&](const std::string& typed) { return plan_subject(typed, home.path(), known); };
  for (const char* size : {"14B", "7b", "500M", "65e9", "70亿", "6,738,415,616", "1.5 B"})
    EXPECT_EQ(*subject(size), size);
  EXPECT_EQ(*subject("Llama 2 70B"), "llama-2-70b");
  EXPECT_EQ(*subject("smollm2-135m-instruct"), "smollm2-135m-instruct");
  EXPECT_EQ(subject("14B/../../x").error().code, Errc::usage);
  EXPECT_EQ(subject("a house").error().code, Errc::not_found);
}

}  // namespace
}  // namespace cvp::serve
