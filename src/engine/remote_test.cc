#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/engines.h"
#include "engine/json.h"
#include "sys/host.h"
#include "testing/http_stub.h"

namespace cvp::engine {
namespace {

using model::Message;
using model::Role;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HttpStub;
using testing::StubReply;
using testing::StubRequest;

namespace json = boost::json;

const std::vector<Message> kMessages{{Role::system, {"be brief"}}, {Role::user, {"passage ", "question"}}};

std::string event(const std::string& json_text) { return "data: " + json_text + "\n\n"; }

std::string delta(const std::string& text) {
  return event(json::serialize(json::object{
      {"choices",
       json::array{json::object{{"delta", json::object{{"content", text}}}, {"finish_reason", nullptr}}}}}));
}

StubReply streamed(std::vector<std::string> pieces) {
  return {.headers = {{"Content-Type", "text/event-stream"}}, .pieces = std::move(pieces)};
}

constexpr const char* kLogprobs =
    R"({"choices":[{"message":{"content":"yes"},"logprobs":{"content":[{"token":"yes","top_logprobs":[
  {"token":"yes","logprob":-0.1},{"token":" no","logprob":-2.5},{"token":"maybe","logprob":-7}]}]}}]})";
constexpr const char* kNoLogprobs = R"({"choices":[{"message":{"content":"yes"},"logprobs":null}]})";

/// A server that answers as `stream` says, and with probabilities or without.
class Remote : public ::testing::Test {
 protected:
  void SetUp() override {
    stub_.route("/v1/chat/completions", [this](const StubRequest& request) {
      const auto body = parse_json(request.body, "test").value();
      const auto* streaming = find(body, {"stream"});
      return streaming != nullptr && streaming->as_bool() ? stream : single;
    });
  }
  Result<std::unique_ptr<model::Generator>> create() {
    return remote_generator(
        {.base_url = stub_.url("/v1/"), .model = "m", .api_key = "secret", .context_tokens = 100},
        sys::real_clock());
  }

  HttpStub stub_;
  StubReply single{.body = kLogprobs};
  StubReply stream = streamed(
      {delta("Hel"), delta("lo"), event(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})"),
       event(
           R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8}}})"),
       "data: [DONE]\n\n"});
};

TEST_F(Remote, StreamsAReplyWithUsage) {
  auto generator = create();
  ASSERT_TRUE(generator) << generator.error().message.en;
  std::vector<std::string> pieces;
  const auto reply = (*generator)
                         ->generate(kMessages, {.max_tokens = 7, .stop = {"X"}},
                                    [&](std::string_view s) { pieces.emplace_back(s); }, {});
  ASSERT_TRUE(reply) << reply.error().message.en;
  EXPECT_EQ(reply->text, "Hello");
  EXPECT_THAT(pieces, ElementsAre("Hel", "lo"));
  EXPECT_EQ(reply->usage.prompt_tokens, 12);
  EXPECT_EQ(reply->usage.cached_tokens, 8);
  EXPECT_EQ(reply->usage.generated_tokens, 3);
  const auto sent = stub_.requests().back();
  EXPECT_EQ(sent.target, "/v1/chat/completions");
  EXPECT_EQ(sent.headers.at("authorization"), "Bearer secret");
  const auto body = parse_json(sent.body, "test").value();
  EXPECT_EQ(find_int(body, {"max_tokens"}), 7);
  const auto& messages = *find_array(body, {"messages"});
  EXPECT_EQ(find_string(messages.at(0), {"role"}), "system");
  EXPECT_EQ(find_string(messages.at(1), {"content"}), "passage question");
}

TEST_F(Remote, ProbesForLogprobsOnce) {
  auto generator = create().value();
  EXPECT_TRUE(generator->identity().gives_logprobs);
  const auto chosen = generator->choose(kMessages, std::vector<std::string>{"no", "yes", "other"}, {});
  ASSERT_TRUE(chosen) << chosen.error().message.en;
  EXPECT_THAT(*chosen, ElementsAre(-2.5, -0.1, -7));
  ASSERT_TRUE(generator->choose(kMessages, std::vector<std::string>{"no"}, {}));
  EXPECT_EQ(stub_.requests().size(), 3u);
}

TEST_F(Remote, WithoutLogprobsSaysSo) {
  single.body = kNoLogprobs;
  auto generator = create().value();
  EXPECT_FALSE(generator->identity().gives_logprobs);
  EXPECT_EQ(generator->choose(kMessages, std::vector<std::string>{"no"}, {}).error().code, Errc::unavailable);
  EXPECT_EQ(stub_.requests().size(), 1u);
}

TEST_F(Remote, AServerThatRefusesLogprobsStillAnswers) {
  single = {.status = 400, .body = R"({"error":{"message":"logprobs are not supported"}})"};
  auto generator = create().value();
  EXPECT_FALSE(generator->identity().gives_logprobs);
  EXPECT_TRUE(generator->generate(kMessages, {}, {}, {}));
}

TEST_F(Remote, AServerThatComesLaterIsProbedThen) {
  single = {.status = 503, .body = "starting"};
  auto generator = create().value();
  EXPECT_FALSE(generator->identity().gives_logprobs);
  single = {.body = kLogprobs};
  EXPECT_TRUE(generator->choose(kMessages, std::vector<std::string>{"no"}, {}));
  EXPECT_TRUE(generator->identity().gives_logprobs);
}

TEST_F(Remote, AnOlderServerIsNotAskedForUsage) {
  stub_.route("/old/chat/completions", [this](const StubRequest& request) {
    if (request.body.find("stream_options") != std::string::npos) {
      return StubReply{.status = 400, .body = R"({"detail":"unknown field stream_options"})"};
    }
    return request.body.find("\"stream\":true") != std::string::npos ? stream : single;
  });
  auto generator = remote_generator({.base_url = stub_.url("/old"), .model = "m"}, sys::real_clock()).value();
  EXPECT_EQ(generator->generate(kMessages, {}, {}, {})->text, "Hello");
  const size_t before = stub_.requests().size();
  EXPECT_TRUE(generator->generate(kMessages, {}, {}, {}));
  EXPECT_EQ(stub_.requests().size(), before + 1);
}

TEST_F(Remote, ErrorsNameTheRemedy) {
  auto generator = create().value();
  const std::pair<int, Errc> cases[] = {{401, Errc::refused},     {403, Errc::refused},
                                        {404, Errc::not_found},   {429, Errc::busy},
                                        {500, Errc::unavailable}, {400, Errc::failed}};
  for (const auto& [status, code] : cases) {
    stream = {.status = status, .body = R"({"error":{"message":"these words"}})"};
    const auto failed = generator->generate(kMessages, {}, {}, {});
    ASSERT_FALSE(failed) << status;
    EXPECT_EQ(failed.error().code, code) << status;
    EXPECT_THAT(failed.error().message.en, HasSubstr("these words"));
    EXPECT_THAT(failed.error().message.en, ::testing::Not(HasSubstr("secret")));
  }
  stream = {.status = 400,
            .body = R"({"error":{"message":"This model's maximum context length is 8192 tokens"}})"};
  EXPECT_EQ(generator->generate(kMessages, {}, {}, {}).error().code, Errc::refused);
}

TEST_F(Remote, HalfRepliesAndNonsenseAreErrors) {
  auto generator = create().value();
  stream = streamed({delta("Hel")});
  EXPECT_EQ(generator->generate(kMessages, {}, {}, {}).error().code, Errc::unavailable);
  stream = streamed({"data: {nonsense\n\n"});
  EXPECT_EQ(generator->generate(kMessages, {}, {}, {}).error().code, Errc::corrupt);
  stream = streamed({event(R"({"error":{"message":"out of memory"}})")});
  EXPECT_THAT(generator->generate(kMessages, {}, {}, {}).error().message.en, HasSubstr("out of memory"));
  stream = streamed({event(R"({"choices":[{"delta":{"content":"x"},"finish_reason":"length"}]})")});
  EXPECT_EQ(generator->generate(kMessages, {}, {}, {})->finish, model::Reply::Finish::length);
  EXPECT_EQ(generator
                ->generate(std::vector<Message>{{Role::user, {std::string(5000, 'x') + " y"}},
                                                {Role::user, {std::string(900, ' ')}}},
                           {}, {}, {})
                .error()
                .code,
            Errc::refused);
}

TEST_F(Remote, CancelEndsTheStream) {
  auto generator = create().value();
  stream = streamed(std::vector<std::string>(100, delta("x")));
  stream.piece_delay_ms = 50;
  CancelToken cancel;
  int pieces = 0;
  const auto ended = generator->generate(
      kMessages, {},
      [&](std::string_view) {
        if (++pieces == 2) cancel.cancel();
      },
      cancel);
  EXPECT_EQ(ended.error().code, Errc::cancelled);
  EXPECT_LT(pieces, 10);
}

TEST(RemoteKey, TravelsOnlyEncryptedOrOnThisMachine) {
  const auto refused = remote_generator(
      {.base_url = "http://models.example.com/v1", .model = "m", .api_key = "secret"}, sys::real_clock());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_THAT(refused.error().message.en, ::testing::Not(HasSubstr("secret")));
  EXPECT_EQ(remote_embedder({.base_url = "ftp://x/v1", .model = "m"}, sys::real_clock()).error().code,
            Errc::refused);
  EXPECT_EQ(remote_generator({.base_url = "http://127.0.0.1:1/v1", .model = "m", .api_key = "a\nb"},
                             sys::real_clock())
                .error()
                .code,
            Errc::usage);
  // A server that is not there yet is no error of the configuration.
  EXPECT_TRUE(remote_generator({.base_url = "http://127.0.0.1:1/v1", .model = "m", .api_key = "secret"},
                               sys::real_clock()));
}

TEST(RemoteEmbedder, EmbedsInOrderWithPrefixes) {
  HttpStub stub;
  std::atomic<int> dimension = 2;
  stub.route("/v1/embeddings", [&](const StubRequest& request) {
    const auto body = parse_json(request.body, "test").value();
    json::array data;
    const auto& input = *find_array(body, {"input"});
    for (size_t i = input.size(); i-- > 0;) {
      json::array vector(static_cast<size_t>(dimension), 0.0);
      vector[0] = static_cast<double>(input[i].as_string().size());
      data.push_back(json::object{{"index", i}, {"embedding", vector}});
    }
    return StubReply{.body = json::serialize(json::object{{"data", data}})};
  });
  auto embedder = remote_embedder(
      {.base_url = stub.url("/v1"), .model = "m", .query_prefix = "q: ", .max_input_tokens = 20},
      sys::real_clock());
  ASSERT_TRUE(embedder) << embedder.error().message.en;
  EXPECT_EQ((*embedder)->identity().dimension, 2u);
  std::vector<std::string> texts;
  for (int i = 0; i < 150; ++i) texts.push_back("text " + std::to_string(i));
  texts.push_back(std::string("长") + std::string(1000, '?') +
                  " 长长长长长长长长长长长长长长长长长长长长长长长长长长");
  const auto vectors = (*embedder)->embed(texts, model::TextRole::query, {});
  ASSERT_TRUE(vectors) << vectors.error().message.en;
  ASSERT_EQ(vectors->size(), texts.size());
  EXPECT_THAT(vectors->front(), ElementsAre(1.0f, 0.0f));
  EXPECT_EQ((*embedder)->truncated(), 1u);
  EXPECT_THAT(stub.requests().back().body, HasSubstr("q: text"));
  dimension = 3;
  EXPECT_EQ((*embedder)->embed(texts, model::TextRole::query, {}).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace cvp::engine
