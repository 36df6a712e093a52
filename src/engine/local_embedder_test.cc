#include "engine/local_embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "engine/fake_llama_test.h"
#include "engine/json.h"
#include "sys/host.h"

namespace cvp::engine {
namespace {

using model::TextRole;
using ::testing::HasSubstr;

constexpr Supervision kQuick{.start_ms_base = 10'000, .back_off_ms = 10, .grace_ms = 300};

class LocalEmbedderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!FakeLlama::available()) GTEST_SKIP() << "no python3";
    LocalOptions options{.argv_prefix = fake_.argv(), .runtime_folder = fake_.runtime()};
    options.threads = 1;
    auto made = LocalEmbedder::create(fake_.model(true), options, sys::real_clock(), kQuick);
    ASSERT_TRUE(made) << made.error().message.en;
    embedder_ = std::move(*made);
  }

  FakeLlama fake_;
  std::unique_ptr<LocalEmbedder> embedder_;
};

TEST_F(LocalEmbedderTest, OneVectorATextInOrder) {
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) texts.push_back(std::string(static_cast<size_t>(i * 7 % 23), 'x'));
  const auto vectors = embedder_->embed(texts, TextRole::passage, {});
  ASSERT_TRUE(vectors) << vectors.error().message.en;
  ASSERT_EQ(vectors->size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const double length = static_cast<double>(texts[i].size() + 3);  // "p: "
    EXPECT_NEAR((*vectors)[i][0], length / std::hypot(length, 2.0), 1e-5);
  }
  EXPECT_LT(fake_.lines("embedded").size(), 15u);
  EXPECT_EQ(embedder_->truncated(), 0u);
  EXPECT_TRUE(embedder_->embed({}, TextRole::passage, {}).value().empty());
}

TEST_F(LocalEmbedderTest, NormalisesPrefixesAndCuts) {
  ASSERT_TRUE(embedder_->embed(std::vector<std::string>{"ＡＢ？"}, TextRole::query, {}));
  EXPECT_THAT(fake_.lines("embedded").back(), HasSubstr("[\"q: AB?\"]"));
  std::string long_text;
  for (int i = 0; i < 300; ++i) long_text += "字";
  ASSERT_TRUE(embedder_->embed(std::vector<std::string>{long_text, "short"}, TextRole::passage, {}));
  EXPECT_EQ(embedder_->truncated(), 1u);
}

TEST_F(LocalEmbedderTest, ATextThatTheEngineRefusesIsCutAlone) {
  // Few tokens by estimate, too many characters for the stand-in.
  const std::vector<std::string> texts{"fine", "a" + std::string(600, ' ') + "b", "also fine"};
  const auto vectors = embedder_->embed(texts, TextRole::passage, {});
  ASSERT_TRUE(vectors) << vectors.error().message.en;
  EXPECT_EQ(embedder_->truncated(), 1u);
  EXPECT_NEAR((*vectors)[0][0], 7 / std::hypot(7.0, 2.0), 1e-5);
}

TEST_F(LocalEmbedderTest, BadVectorsAreCorrupt) {
  for (const char* mode : {"nan", "zero", "wrong-dimension", "one-missing"}) {
    fake_.mode("ok");
    ASSERT_TRUE(embedder_->embed(std::vector<std::string>{"x"}, TextRole::query, {}));
    fake_.mode(mode);
    const auto bad = embedder_->embed(std::vector<std::string>{"x"}, TextRole::query, {});
    ASSERT_FALSE(bad) << mode;
    EXPECT_EQ(bad.error().code, Errc::corrupt) << mode;
  }
}

TEST_F(LocalEmbedderTest, DeathIsAnErrorOnce) {
  ASSERT_TRUE(embedder_->embed(std::vector<std::string>{"x"}, TextRole::query, {}));
  fake_.mode("die-in-request");
  EXPECT_EQ(embedder_->embed(std::vector<std::string>{"x"}, TextRole::query, {}).error().code,
            Errc::unavailable);
  fake_.mode("ok");
  EXPECT_TRUE(embedder_->embed(std::vector<std::string>{"x"}, TextRole::query, {}));
  EXPECT_EQ(fake_.starts(), 2u);
}

TEST_F(LocalEmbedderTest, QuestionsAndPassagesTogether) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::vector<std::string> texts(20, "text " + std::to_string(i));
      EXPECT_TRUE(embedder_->embed(texts, i % 2 ? TextRole::query : TextRole::passage, {}));
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(fake_.starts(), 1u);
}

TEST_F(LocalEmbedderTest, CancelledBeforeItsTurn) {
  CancelToken cancel;
  cancel.cancel();
  EXPECT_EQ(embedder_->embed(std::vector<std::string>{"x"}, TextRole::passage, cancel).error().code,
            Errc::cancelled);
}

}  // namespace
}  // namespace cvp::engine
