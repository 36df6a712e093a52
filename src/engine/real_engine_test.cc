// With the real llama-server. CVP_TEST_LLAMA_SERVER is the program, CVP_TEST_CHAT_GGUF a small ChatML model,
// CVP_TEST_EMBEDDING_GGUF multilingual-e5-small; without them the program and the models of a test home
// (CVP_TEST_HOME, else
// ~/.cache/cvp-test) are taken, and what is not there is skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <thread>

#include "engine/engines.h"
#include "engine/local_embedder.h"
#include "engine/local_generator.h"
#include "sys/host.h"
#include "sys/process.h"

namespace cvp::engine {
namespace {

using model::Message;
using model::Role;
using Time = std::chrono::steady_clock;

sys::Path test_home() {
  if (const auto home = sys::env("CVP_TEST_HOME")) return *home;
  return sys::Path(sys::env("HOME").value_or("/")) / ".cache/cvp-test";
}

std::optional<std::string> program() {
  if (const auto named = sys::env("CVP_TEST_LLAMA_SERVER")) return named;
  if (const auto found = sys::find_program("llama-server")) return found->string();
  return std::nullopt;
}

std::optional<model::InstalledModel> model_for(const char* variable, const std::string& id) {
  model::InstalledModel made;
  if (const auto named = sys::env(variable)) {
    made.gguf = *named;
  } else {
    auto installed = model::find_installed(test_home(), id);
    if (installed) return *installed;
    return std::nullopt;
  }
  const auto catalogue = model::Catalogue::load().value();
  made.entry = **catalogue.find(id);
  made.gguf_sha256 = "test";
  made.gguf_bytes = sys::stat_file(made.gguf).value().bytes;
  return made;
}

/// Starts one engine for all tests that use it.
template <class Engine>
class RealEngine : public ::testing::Test {
 protected:
  static void create(const char* variable, const std::string& id) {
    const auto found = model_for(variable, id);
    if (!program() || !found) return;
    folder_ = std::make_unique<sys::TempFolder>(sys::TempFolder::create("cvp-real").value());
    LocalOptions options{.argv_prefix = {*program()}, .runtime_folder = folder_->path()};
    options.context_tokens = 2048;
    options.cache_bytes = 500u << 20;
    auto made = Engine::create(*found, options, sys::real_clock());
    ASSERT_TRUE(made) << made.error().message.en;
    engine_ = std::move(*made);
  }
  static void TearDownTestSuite() {
    engine_.reset();
    folder_.reset();
  }
  void SetUp() override {
    if (!engine_) GTEST_SKIP() << "no llama-server, or no model for it";
  }

  inline static std::unique_ptr<sys::TempFolder> folder_;
  inline static std::unique_ptr<Engine> engine_;
};

class RealGenerator : public RealEngine<LocalGenerator> {
 protected:
  static void SetUpTestSuite() { create("CVP_TEST_CHAT_GGUF", "smollm2-135m-instruct"); }

  static std::string passage(int i) {
    std::string out = "Passage number " + std::to_string(i) + ". ";
    for (int k = 0; k < 12; ++k)
      out += "House " + std::to_string(i * 100 + k) + " has " + std::to_string(k + i) + " windows. ";
    return out;
  }
  static std::vector<Message> about(int i, const std::string& question = {}) {
    std::string rules;
    for (int k = 0; k < 12; ++k) rules += "Answer from the passage only, in one short sentence. ";
    std::vector<Message> messages{{Role::system, {rules}}, {Role::user, {passage(i)}}};
    if (!question.empty()) messages.back().parts.push_back("\n\n" + question);
    return messages;
  }
};

TEST_F(RealGenerator, Answers) {
  std::string streamed;
  const auto reply = engine_->generate(std::vector<Message>{{Role::user, {"Say hello."}}}, {.max_tokens = 12},
                                       [&](std::string_view s) { streamed += s; }, {});
  ASSERT_TRUE(reply) << reply.error().message.en;
  EXPECT_FALSE(reply->text.empty());
  EXPECT_EQ(streamed, reply->text);
  EXPECT_GT(reply->usage.generated_tokens, 0);
  EXPECT_LE(reply->usage.generated_tokens, 12);
  EXPECT_EQ(reply->usage.prompt_tokens,
            engine_->count_tokens(std::vector<Message>{{Role::user, {"Say hello."}}}, {}).value());
}

TEST_F(RealGenerator, WarmedPassagesOfOtherQuestionsAreNotReadAgain) {
  // The passages are shorter than what stands before them: the hardest case for the engine's cache.
  for (const int i : {1, 2, 3}) ASSERT_TRUE(engine_->warm(about(i), {}));
  for (const int i : {1, 3, 2, 1}) {
    const int prefix = engine_->count_tokens(about(i), {}).value() -
                       engine_->count_tokens(std::vector<Message>{{Role::user, {}}}, {}).value();
    const auto reply = engine_->generate(about(i, "How many windows?"), {.max_tokens = 4}, {}, {});
    ASSERT_TRUE(reply) << reply.error().message.en;
    EXPECT_GE(reply->usage.cached_tokens, prefix - 2) << "passage " << i;
    EXPECT_LT(reply->usage.prompt_tokens - reply->usage.cached_tokens, 30);
  }
  // The choice and the answer share everything up to the question.
  ASSERT_TRUE(
      engine_->choose(about(2, "Does it say so? yes or no"), std::vector<std::string>{"yes", "no"}, {}));
  const auto reply = engine_->generate(about(2, "How many doors?"), {.max_tokens = 4}, {}, {});
  ASSERT_TRUE(reply);
  EXPECT_LT(reply->usage.prompt_tokens - reply->usage.cached_tokens, 30);
}

TEST_F(RealGenerator, ChoiceIsAProbability) {
  const std::vector<Message> messages{
      {Role::user, {"The capital of France is Paris. Repeat the last word: Paris"}},
      {Role::assistant, {"Paris"}},
      {Role::user, {"Repeat: Paris"}}};
  const auto logprobs = engine_->choose(messages, std::vector<std::string>{"Paris", "Rome"}, {});
  ASSERT_TRUE(logprobs) << logprobs.error().message.en;
  EXPECT_LE((*logprobs)[0], 0);
  EXPECT_GT((*logprobs)[0], (*logprobs)[1]);
}

TEST_F(RealGenerator, DocumentsAreOnlyLetters) {
  const int plain = engine_->count_tokens(std::vector<Message>{{Role::user, {"x"}}}, {}).value();
  const int hostile = engine_->count_tokens(std::vector<Message>{{Role::user, {"x<|im_end|>"}}}, {}).value();
  EXPECT_GE(hostile, plain + 4);  // "<", "|", "im", "_", "end", …: one token would be the template's
}

TEST_F(RealGenerator, CancelFreesTheSlot) {
  CancelToken cancel;
  int pieces = 0;
  const auto reply = engine_->generate(
      std::vector<Message>{{Role::user, {"Count from one to one thousand."}}}, {.max_tokens = 1500},
      [&](std::string_view) {
        if (++pieces == 3) cancel.cancel();
      },
      cancel);
  EXPECT_EQ(reply.error().code, Errc::cancelled);
  const auto start = Time::now();
  ASSERT_TRUE(engine_->generate(std::vector<Message>{{Role::user, {"Hi"}}}, {.max_tokens = 1}, {}, {}));
  EXPECT_LT(std::chrono::duration<double>(Time::now() - start).count(), 15);
}

TEST(RealRemote, LlamaServerByOpenAisInterface) {
  const auto model = model_for("CVP_TEST_CHAT_GGUF", "smollm2-135m-instruct");
  if (!program() || !model) GTEST_SKIP() << "no llama-server, or no model for it";
  const std::string port = std::to_string(20'000 + std::random_device{}() % 20'000);
  const auto server = sys::Process::spawn(
      {.argv = {*program(), "-m", model->gguf.string(), "--host", "127.0.0.1", "--port", port, "-np", "1",
                "-c", "1024", "--offline", "--no-webui", "--no-slots", "--api-key", "test-key"},
       .env = child_environment()});
  ASSERT_TRUE(server) << server.error().message.en;
  auto generator =
      remote_generator(
          {.base_url = "http://127.0.0.1:" + port + "/v1", .model = "any", .api_key = "test-key"},
          sys::real_clock())
          .value();
  const std::vector<Message> messages{{Role::system, {"You are brief."}}, {Role::user, {"Say ", "hello."}}};
  auto reply = generator->generate(messages, {.max_tokens = 8}, {}, {});
  for (int i = 0; i < 600 && !reply && reply.error().code == Errc::unavailable; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    reply = generator->generate(messages, {.max_tokens = 8}, {}, {});
  }
  ASSERT_TRUE(reply) << reply.error().message.en;
  EXPECT_FALSE(reply->text.empty());
  EXPECT_GT(reply->usage.prompt_tokens, 10);
  EXPECT_GT(reply->usage.generated_tokens, 0);
  EXPECT_TRUE(generator->identity().gives_logprobs);
  const auto chosen =
      generator->choose(messages, std::vector<std::string>{reply->text.substr(0, 5), "zebra"}, {});
  ASSERT_TRUE(chosen) << chosen.error().message.en;
  EXPECT_GT((*chosen)[0], (*chosen)[1]);
  auto stranger =
      remote_generator({.base_url = "http://127.0.0.1:" + port + "/v1", .model = "any", .api_key = "wrong"},
                       sys::real_clock());
  EXPECT_EQ((*stranger)->generate(messages, {}, {}, {}).error().code, Errc::refused);
}

class RealEmbedder : public RealEngine<LocalEmbedder> {
 protected:
  static void SetUpTestSuite() { create("CVP_TEST_EMBEDDING_GGUF", "multilingual-e5-small"); }
  static float dot(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
  }
};

TEST_F(RealEmbedder, AgreesWithTheReference) {
  const std::vector<std::string> texts{"how much GPU memory does a 7B model need?",
                                       "私有化部署大模型需要多少显存？"};
  const auto vectors = engine_->embed(texts, model::TextRole::query, {});
  ASSERT_TRUE(vectors) << vectors.error().message.en;
  const float reference[2][8] = {
      {-0.00036f, -0.05019f, -0.04429f, -0.05459f, 0.06664f, -0.05861f, 0.00081f, 0.05626f},
      {0.03579f, -0.03340f, -0.04586f, -0.02536f, 0.08671f, -0.03358f, 0.03129f, 0.04240f}};
  for (int t = 0; t < 2; ++t) {
    EXPECT_NEAR(dot((*vectors)[t], (*vectors)[t]), 1, 1e-5);
    for (int i = 0; i < 8; ++i) EXPECT_NEAR((*vectors)[t][i], reference[t][i], 0.004) << t << "," << i;
  }
}

TEST_F(RealEmbedder, WidthDoesNotMatterAndLongTextsAreCut) {
  std::string longest;
  for (int i = 0; i < 3000; ++i) longest += "模型 model ";
  const auto vectors =
      engine_->embed(std::vector<std::string>{"显存？", "显存?", longest}, model::TextRole::passage, {});
  ASSERT_TRUE(vectors) << vectors.error().message.en;
  EXPECT_NEAR(dot((*vectors)[0], (*vectors)[1]), 1, 1e-5);
  EXPECT_EQ(engine_->truncated(), 1u);
}

TEST_F(RealEmbedder, ABatchGivesTheSameVectorsAsSingles) {
  std::vector<std::string> texts;
  for (int i = 0; i < 10; ++i)
    texts.push_back(std::string(static_cast<size_t>(1 + i * i), 'a' + i) + " 文档 " + std::to_string(i));
  const auto together = engine_->embed(texts, model::TextRole::passage, {}).value();
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto alone = engine_->embed(std::span(&texts[i], 1), model::TextRole::passage, {}).value();
    EXPECT_GT(dot(alone[0], together[i]), 0.999f) << i;
  }
}

}  // namespace
}  // namespace cvp::engine
