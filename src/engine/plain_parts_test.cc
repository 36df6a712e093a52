// The parts that need no server: batches, cutting, caches, logs, JSON, memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>

#include "base/unicode.h"
#include "engine/embed_plan.h"
#include "engine/embedding_json.h"
#include "engine/json.h"
#include "engine/model_facts.h"
#include "engine/server_log.h"
#include "engine/token_cache.h"
#include "engine/turnstile.h"

namespace cvp::engine {
namespace {

using ::testing::ElementsAre;

TEST(EmbedPlan, BatchesHoldEveryTextOnceWithinTheBudget) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<size_t> tokens(random() % 40);
    for (auto& t : tokens) t = 1 + random() % 700;
    const auto batches = plan_batches(tokens, 1000, 5);
    std::vector<int> seen(tokens.size(), 0);
    size_t last = SIZE_MAX;
    for (const auto& batch : batches) {
      size_t sum = 0;
      for (const size_t i : batch) {
        ++seen[i];
        sum += tokens[i];
        EXPECT_LE(tokens[i], last) << seed;
        last = tokens[i];
      }
      EXPECT_LE(batch.size(), 5u) << seed;
      EXPECT_TRUE(sum <= 1000 || batch.size() == 1) << seed;
    }
    EXPECT_THAT(seen, ::testing::Each(1)) << seed;
  }
  const std::vector<size_t> huge{5000, 1};
  EXPECT_EQ(plan_batches(huge, 1000, 5).size(), 2u);
}

TEST(EmbedPlan, CutsAtTheLimitAndNeverInsideACharacter) {
  const auto code_points = [](std::string_view s) { return count_code_points(s); };
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const size_t length = random() % 60;
    for (size_t i = 0; i < length; ++i) append_utf8(text, random() % 2 ? U'私' : random() % 2 ? U'a' : U'😀');
    const size_t limit = 1 + random() % 40;
    const auto cut = cut_to_tokens(text, limit, code_points);
    EXPECT_TRUE(valid_utf8(cut.text)) << seed;
    EXPECT_TRUE(text.starts_with(cut.text)) << seed;
    EXPECT_EQ(cut.cut, length > limit) << seed;
    EXPECT_EQ(cut.tokens, std::min(length, limit)) << seed;
    EXPECT_EQ(count_code_points(cut.text), cut.tokens) << seed;
  }
  EXPECT_EQ(cut_to_tokens("abc", 0, code_points).text, "");
}

TEST(EmbedPlan, PrefixesAndNormalisesText) {
  const model::EmbedderIdentity identity{.query_prefix = "query: ", .passage_prefix = "passage: "};
  EXPECT_EQ(embedder_input(identity, model::TextRole::query, "ＡＢ？"), "query: AB?");
  EXPECT_EQ(embedder_input(identity, model::TextRole::passage, "x"), "passage: x");
  EXPECT_EQ(embedder_input({}, model::TextRole::query, ""), " ");
  EXPECT_EQ(embedder_input(identity, model::TextRole::passage, "a\nb"), "passage: a b");
  EXPECT_EQ(embedder_input({}, model::TextRole::query, "显存？\n", model::Normalization::none), "显存？\n");
}

TEST(EmbedPlan, VectorsAreDirections) {
  std::vector<float> vector{3, 4};
  ASSERT_TRUE(check_and_normalise(vector, 2, "m"));
  EXPECT_THAT(vector, ElementsAre(0.6f, 0.8f));
  std::vector<float> bad[] = {{1, 2, 3}, {0, 0}, {NAN, 1}, {INFINITY, 1}};
  for (auto& v : bad) EXPECT_EQ(check_and_normalise(v, 2, "m").error().code, Errc::corrupt);
}

TEST(EmbeddingJson, ReadsNumbersAndBase64InOrder) {
  const auto read = parse_embeddings(
      R"({"data":[{"index":1,"embedding":[1,2.5]},{"index":0,"embedding":"AACAPwAAAEA="}]})", 2, "s");
  ASSERT_TRUE(read);
  EXPECT_THAT((*read)[0], ElementsAre(1.0f, 2.0f));
  EXPECT_THAT((*read)[1], ElementsAre(1.0f, 2.5f));
}

TEST(EmbeddingJson, NonsenseIsCorrupt) {
  for (const char* body :
       {"", "[]", "{}", R"({"data":[]})", R"({"data":[{"embedding":[1]},{"index":0,"embedding":[1]}]})",
        R"({"data":[{"index":5,"embedding":[1]},{"embedding":[1]}]})", R"({"data":[1,2]})",
        R"({"data":[{"index":0,"embedding":[null]},{"index":1,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":"A A="},{"index":1,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":"AAA="},{"index":1,"embedding":[1]}]})"}) {
    const auto read = parse_embeddings(body, 2, "s");
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, Errc::corrupt) << body;
  }
}

TEST(TokenCache, ForgetsTheLeastRecentlyUsed) {
  TokenCache cache(10 * 300);
  const std::string text(100, 'x');
  for (int i = 0; i < 10; ++i) cache.keep(text + std::to_string(i), false, {i});
  EXPECT_LE(cache.bytes(), 3000u);
  ASSERT_TRUE(cache.find(text + "0", false));
  for (int i = 10; i < 18; ++i) {
    cache.keep(text + std::to_string(i), false, {i});
    ASSERT_TRUE(cache.find(text + "0", false));
  }
  EXPECT_EQ(*cache.find(text + "17", false), std::vector<int32_t>{17});
  EXPECT_FALSE(cache.find(text + "1", false));
  EXPECT_LE(cache.bytes(), 3000u);
}

TEST(TokenCache, MarkupAndTextAreDifferent) {
  TokenCache cache(10'000);
  cache.keep("<|x|>", true, {1});
  EXPECT_FALSE(cache.find("<|x|>", false));
  cache.keep("<|x|>", false, {2, 3});
  EXPECT_EQ(*cache.find("<|x|>", true), std::vector<int32_t>{1});
  const TokenCache::Ids big = cache.keep("big", false, std::vector<int32_t>(100'000, 1));
  EXPECT_EQ(big->size(), 100'000u);
  EXPECT_FALSE(cache.find("big", false));
}

TEST(TokenCache, ManyThreads) {
  TokenCache cache(5'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string text = std::to_string((i * (t + 1)) % 40);
        const auto known = cache.find(text, false);
        const auto ids = known ? known : cache.keep(text, false, {std::stoi(text)});
        EXPECT_EQ(ids->front(), std::stoi(text));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Turnstile, OneAtATimeInOrderAndCancellable) {
  Turnstile turnstile;
  auto first = turnstile.enter({});
  ASSERT_TRUE(first);
  CancelToken cancel;
  std::thread cancelled([&] { EXPECT_EQ(turnstile.enter(cancel).error().code, Errc::cancelled); });
  cancel.cancel();
  cancelled.join();
  int inside = 0, most = 0, count = 0;  // guarded by the turnstile itself
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        const auto turn = turnstile.enter({});
        ASSERT_TRUE(turn);
        most = std::max(most, ++inside);
        ++count;
        --inside;
      }
    });
  }
  { const auto leave = std::move(*first); }
  for (auto& t : threads) t.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(count, 400);
}

TEST(ServerLog, LastWords) {
  const auto folder = sys::TempFolder::create("cvp-log").value();
  const sys::Path log = folder.path() / "log";
  EXPECT_EQ(last_words(log), "");
  ASSERT_TRUE(sys::write_file_atomic(
      log, "old\none\n\n0.00.056.226 E two: x\n  three  \n" + std::string(400, 'y') + "\xff\nfive"));
  const std::string words = last_words(log);
  EXPECT_TRUE(words.starts_with("two: x; three; yyy")) << words;
  EXPECT_TRUE(words.ends_with("; five"));
  EXPECT_TRUE(valid_utf8(words));
  EXPECT_LE(words.size(), 620u);
  EXPECT_EQ(rejected_flag("a; error: invalid argument: --foo"), "--foo");
  EXPECT_EQ(rejected_flag("all is well"), "");
  EXPECT_TRUE(blames_model_file("llama_model_load: failed to load model"));
  EXPECT_FALSE(blames_model_file("couldn't bind HTTP server socket"));
}

TEST(Json, FindsOnlyWhatIsThere) {
  const auto value = parse_json(R"({"a":{"b":[1,{"c":"x"}]},"n":1e300,"i":-3})", "s").value();
  EXPECT_EQ(find_int(value, {"i"}), -3);
  EXPECT_EQ(find_int(value, {"n"}), 0);
  EXPECT_EQ(find_int(value, {"a"}), 0);
  EXPECT_EQ(find_string(value, {"a", "b"}), "");
  EXPECT_EQ(find_string(find_array(value, {"a", "b"})->at(1), {"c"}), "x");
  EXPECT_FALSE(parse_json("{", "s"));
  EXPECT_FALSE(parse_json(std::string(100'000, '['), "s"));
  EXPECT_EQ(error_words(R"({"error":{"message":"m"}})"), "m");
  EXPECT_EQ(error_words(R"({"error":"e"})"), "e");
  EXPECT_EQ(error_words("plain \xff text"), "plain \xEF\xBF\xBD text");
  EXPECT_LE(error_words(std::string(5000, 'x')).size(), 200u);
}

TEST(ModelFacts, TheCacheLeavesRoomForTheModel) {
  constexpr uint64_t kGb = 1'000'000'000;
  EXPECT_EQ(affordable_cache_bytes(4 * kGb, 2 * kGb, {.total_bytes = 32 * kGb, .available_bytes = 20 * kGb}),
            4 * kGb);
  EXPECT_EQ(affordable_cache_bytes(4 * kGb, 2 * kGb, {.total_bytes = 8 * kGb, .available_bytes = 5 * kGb}),
            3 * kGb / 2);
  EXPECT_EQ(affordable_cache_bytes(4 * kGb, 6 * kGb, {.total_bytes = 8 * kGb, .available_bytes = 5 * kGb}),
            0u);
  EXPECT_EQ(affordable_cache_bytes(4 * kGb, 6 * kGb, {}), 4 * kGb);
}

}  // namespace
}  // namespace cvp::engine
