#include "serve/chat_request.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "base/limits.h"
#include "chat/history.h"

namespace cvp::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<ChatRequest> read(std::string_view more,
                         std::string_view messages = R"([{"role":"user","content":"hi"}])") {
  const auto body = boost::json::parse(fmt::format(R"({{"model":"m","messages":{}{}}})", messages, more));
  return read_chat_request(body.as_object());
}

TEST(ChatRequest, HasDefaults) {
  const auto request = read("");
  ASSERT_TRUE(request) << request.error().message.en;
  EXPECT_EQ(request->model, "m");
  EXPECT_FALSE(request->stream);
  EXPECT_EQ(request->sampling.max_tokens, kDefaultReplyTokens);
  EXPECT_EQ(request->sampling.temperature, 0);
  EXPECT_TRUE(request->sampling.stop.empty());
  ASSERT_EQ(request->messages.size(), 1u);
  EXPECT_EQ(request->messages[0].role, model::Role::user);
  EXPECT_THAT(request->messages[0].parts, ElementsAre("hi"));
}

TEST(ChatRequest, ReadsWhatIsAsked) {
  const auto request = read(
      R"(,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},"max_tokens":5,
              "max_completion_tokens":7,"temperature":0.5,"seed":-1,"stop":["a","b"],
              "cvp":{"mode":"extract","collections":[3,"handbook"]})",
      R"([{"role":"developer","content":"be brief"},{"role":"assistant","content":"yes","tool_calls":null,
               "refusal":null,"annotations":[]},
               {"role":"user","name":"ann","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}])");
  ASSERT_TRUE(request) << request.error().message.en;
  EXPECT_TRUE(request->stream);
  EXPECT_TRUE(request->usage_in_stream);
  EXPECT_EQ(request->sampling.max_tokens, 7);
  EXPECT_EQ(request->sampling.temperature, 0.5);
  EXPECT_EQ(request->sampling.seed, static_cast<uint64_t>(-1));
  EXPECT_THAT(request->sampling.stop, ElementsAre("a", "b"));
  EXPECT_EQ(request->mode, "extract");
  ASSERT_EQ(request->collections.size(), 2u);
  EXPECT_EQ(std::get<int64_t>(request->collections[0]), 3);
  EXPECT_EQ(std::get<std::string>(request->collections[1]), "handbook");
  ASSERT_EQ(request->messages.size(), 3u);
  EXPECT_EQ(request->messages[0].role, model::Role::system);
  EXPECT_EQ(request->messages[1].role, model::Role::assistant);
  EXPECT_THAT(request->messages[2].parts, ElementsAre("one\ntwo"));
}

class Harmless : public testing::TestWithParam<const char*> {};

TEST_P(Harmless, IsPassedOver) {
  const auto request = read(std::string(",") + GetParam());
  EXPECT_TRUE(request) << GetParam() << ": " << request.error().message.en;
}

INSTANTIATE_TEST_SUITE_P(All, Harmless,
                         testing::Values(R"("user":"u")", R"("n":1)", R"("top_p":0.9)",
                                         R"("presence_penalty":0)", R"("frequency_penalty":0.0)",
                                         R"("response_format":{"type":"text"})", R"("store":true)",
                                         R"("metadata":{"a":"b"})", R"("tools":[])", R"("tools":null)",
                                         R"("tool_choice":"auto")", R"("logprobs":false)",
                                         R"("logit_bias":{})", R"("parallel_tool_calls":true)",
                                         R"("service_tier":"auto")", R"("modalities":["text"])",
                                         R"("reasoning_effort":"low")", R"("stop":null)", R"("stop":"x")",
                                         R"("temperature":null)", R"("max_tokens":null)", R"("cvp":null)"));

class Wrong : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Wrong, IsNamed) {
  const auto& [more, named] = GetParam();
  const auto request = read(std::string(",") + more);
  ASSERT_FALSE(request) << more;
  EXPECT_EQ(request.error().code, Errc::usage);
  EXPECT_THAT(request.error().message.en, HasSubstr(named));
  EXPECT_THAT(request.error().message.zh, HasSubstr(named));
}

using Case = std::pair<const char*, const char*>;
INSTANTIATE_TEST_SUITE_P(
    All, Wrong,
    testing::Values(
        Case{R"("n":2)", "n"}, Case{R"("tools":[{}])", "tools"}, Case{R"("logprobs":true)", "logprobs"},
        Case{R"("top_logprobs":3)", "top_logprobs"}, Case{R"("logit_bias":{"5":1})", "logit_bias"},
        Case{R"("presence_penalty":0.5)", "presence_penalty"}, Case{R"("functions":[{}])", "functions"},
        Case{R"("response_format":{"type":"json_object"})", "json_object"},
        Case{R"("response_format":5)", "response_format"}, Case{R"("audio":{"voice":"x"})", "audio"},
        Case{R"("modalities":["text","audio"])", "modalities"},
        Case{R"("stream_options":{"include_usage":true})", "stream_options"},
        Case{R"("stream":true,"stream_options":{"x":1})", "x"}, Case{R"("temperature":2.1)", "temperature"},
        Case{R"("temperature":"hot")", "temperature"}, Case{R"("max_tokens":0)", "max_tokens"},
        Case{R"("stop":["a","b","c","d","e"])", "stop"}, Case{R"("stop":"")", "stop"},
        Case{R"("stop":5)", "stop"}, Case{R"("cvp":{"mode":"fast"})", "mode"},
        Case{R"("cvp":{"collection":[1]})", "collection"}, Case{R"("cvp":[])", "cvp"},
        Case{R"("cvp":{"collections":[true]})", "collections"}, Case{R"("temprature":1)", "temprature"}));

class WrongMessages : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(WrongMessages, AreNamed) {
  const auto& [messages, named] = GetParam();
  const auto request = read("", messages);
  ASSERT_FALSE(request) << messages;
  EXPECT_EQ(request.error().code, Errc::usage);
  EXPECT_THAT(request.error().message.en, HasSubstr(named));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongMessages,
    testing::Values(Case{"[]", "messages"}, Case{"null", "messages"}, Case{"[5]", "messages"},
                    Case{R"([{"role":"boss","content":"x"}])", "role"}, Case{R"([{"content":"x"}])", "role"},
                    Case{R"([{"role":"tool","content":"x","tool_call_id":"1"}])", "role: tool"},
                    Case{R"([{"role":"user"}])", "content"},
                    Case{R"([{"role":"user","content":[]}])", "content"},
                    Case{R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}])",
                         "image_url"},
                    Case{R"([{"role":"user","content":[{"type":"text"}]}])", "content"},
                    Case{R"([{"role":"user","content":"a\u0000b"}])", "content"},
                    Case{R"([{"role":"assistant","content":"x","tool_calls":[{}]}])", "tool_calls"}));

std::vector<model::Message> messages(const std::vector<std::pair<model::Role, std::string>>& all) {
  std::vector<model::Message> out;
  for (const auto& [role, words] : all) out.push_back({.role = role, .parts = {words}});
  return out;
}

TEST(Conversation, PairsQuestionsWithAnswers) {
  using enum model::Role;
  const auto talk = conversation_of(messages({{model::Role::system, "obey"},
                                              {user, "lost"},
                                              {user, "first?"},
                                              {assistant, "one [1]"},
                                              {assistant, "more"},
                                              {user, "second?"},
                                              {assistant, "two"},
                                              {user, "and then?"}}));
  ASSERT_TRUE(talk);
  EXPECT_EQ(talk->question, "and then?");
  ASSERT_EQ(talk->history.size(), 2u);
  EXPECT_EQ(talk->history[0].question, "first?");
  EXPECT_EQ(talk->history[0].answer, "one [1]");
  EXPECT_EQ(talk->history[1].question, "second?");
}

TEST(Conversation, ForgetsWhatIsLongAgo) {
  std::vector<std::pair<model::Role, std::string>> all;
  for (size_t i = 0; i < 2 * chat::kHistoryTurns; ++i) {
    all.emplace_back(model::Role::user, fmt::format("question {}", i));
    all.emplace_back(model::Role::assistant, "answer");
  }
  all.emplace_back(model::Role::user, "now?");
  const auto talk = conversation_of(messages(all));
  ASSERT_TRUE(talk);
  ASSERT_EQ(talk->history.size(), chat::kHistoryTurns);
  EXPECT_EQ(talk->history.front().question, fmt::format("question {}", chat::kHistoryTurns));
}

TEST(Conversation, NeedsAQuestion) {
  EXPECT_FALSE(conversation_of({}));
  EXPECT_FALSE(conversation_of(messages({{model::Role::user, "a"}, {model::Role::assistant, "b"}})));
  EXPECT_FALSE(conversation_of(messages({{model::Role::user, " \n"}})));
  EXPECT_FALSE(
      conversation_of(messages({{model::Role::user, std::string(limits::kQuestionBytes + 1, 'x')}})));
}

}  // namespace
}  // namespace cvp::serve
