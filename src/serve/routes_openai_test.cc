// OpenAI's API as its clients use it; tests/openai tries the same with the real ones.
#include <cmath>

#include "serve/ask_fixture.h"
#include "serve/openai_vectors.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class OpenAiTest : public AskTest {
 protected:
  OpenAiTest() {
    EXPECT_TRUE(store_->accounts().set_grants(
        docs_, {to_user(ann_.user, store::Right::read), to_user(ed_.user, store::Right::write)}));
    secret_ = add_text(secrets_, "secret.md", "The vault's code is PPR-9087.");
  }

  void embeds() { host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>(); }
  static object user_says(const std::string& words) { return {{"role", "user"}, {"content", words}}; }
  static object chat_body(const std::string& model, const std::string& words = kQuestion) {
    return {{"model", model}, {"messages", array{user_says(words)}}};
  }
  Got chat(const Browser& who, object body) { return post(who, "/v1/chat/completions", body); }
  /// The chunks of a stream; the last line must be [DONE].
  static std::vector<object> chunks_of(const Got& got) {
    std::vector<object> out;
    EXPECT_TRUE(got.body.ends_with("data: [DONE]\n\n")) << got.body;
    EXPECT_THAT(got.body, Not(HasSubstr("event:")));
    const std::string start = "data: ";
    for (size_t at = got.body.find(start); at != std::string::npos; at = got.body.find(start, at + 1)) {
      const std::string line =
          got.body.substr(at + start.size(), got.body.find('\n', at) - at - start.size());
      if (line.starts_with('{')) out.push_back(boost::json::parse(line).as_object());
    }
    return out;
  }
  static std::string content_of(const std::vector<object>& chunks) {
    std::string out;
    for (const object& chunk : chunks) {
      const array& choices = chunk.at("choices").as_array();
      if (choices.empty()) continue;
      const object& delta = choices[0].at("delta").as_object();
      if (delta.contains("content")) out += std::string(delta.at("content").as_string());
    }
    return out;
  }
  static std::vector<std::string> ids_of(const Got& got) {
    std::vector<std::string> out;
    const object list = got.object();
    for (const value& one : list.at("data").as_array()) out.emplace_back(one.at("id").as_string());
    return out;
  }
  std::map<std::string, std::string> key_of(const Browser& who, const std::vector<std::string>& scopes) {
    const std::string secret = fmt::format("cvp_{}_{}", who.user, fmt::join(scopes, "_"));
    EXPECT_TRUE(store_->accounts().create_key(Gate::hash_of(secret),
                                              {.user = who.user, .name = "k", .scopes = scopes}));
    return {{"authorization", "Bearer " + secret}};
  }
  Got send_form(const Browser& who, const std::string& form, const std::string& query = "") {
    return send(who, "POST", "/v1/files" + query, form,
                {{"content-type", "multipart/form-data; boundary=b"}});
  }
  static std::string field(const std::string& name, const std::string& content) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
  }
  static std::string file(const std::string& name, const std::string& content) {
    return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
           "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
  }
  static inline const std::string kEnd = "--b--\r\n";

  const Browser ed_ = sign_in("ed", store::Role::editor);
  const store::CollectionId secrets_ = add_collection("secrets", {to_user(bob_.user, store::Right::read)});
  store::DocumentId secret_ = 0;
};

TEST_F(OpenAiTest, ListsTheModelsThatTheCallerMayUse) {
  embeds();
  EXPECT_THAT(ids_of(get(ann_, "/v1/models")),
              UnorderedElementsAre("cvp", "cvp:docs", "fake-generator", "fake-embedder"));
  EXPECT_THAT(ids_of(get(eve_, "/v1/models")),
              UnorderedElementsAre("cvp", "fake-generator", "fake-embedder"));
  for (const char* name : {"cvp", "cvp:docs", "cvp/docs", "fake-generator"}) {
    const Got got = get(ann_, std::string("/v1/models/") + name);
    ASSERT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.object().at("id"), name);
    EXPECT_EQ(got.object().at("object"), "model");
  }
  const Got others = get(ann_, "/v1/models/cvp:secrets"), none = get(ann_, "/v1/models/cvp:nonsuch");
  EXPECT_EQ(others.status, 404);
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(get(ann_, "/v1/models/gpt-4o").status, 404);
  EXPECT_EQ(send({}, "GET", "/v1/models", "", key_of(ann_, {"ask"})).status, 200)
      << "whatever the key is for";
}

TEST_F(OpenAiTest, ErrorsHaveTheFormOfBothApis) {
  const Got nobody = chat({}, chat_body("cvp")), unknown = chat(ann_, chat_body("gpt-4o")),
            wrong = chat(ann_, {{"model", "cvp"}, {"messages", array{}}}), nowhere = get(ann_, "/v1/nothing");
  const std::vector<std::tuple<Got, int, std::string, std::string>> cases = {
      {nobody, 401, "unauthenticated", "authentication_error"},
      {unknown, 404, "not_found", "invalid_request_error"},
      {wrong, 400, "usage", "invalid_request_error"},
      {nowhere, 404, "not_found", "invalid_request_error"}};
  for (const auto& [got, status, code, type] : cases) {
    EXPECT_EQ(got.status, status) << got.body;
    const object body = got.object();
    const object& error = body.at("error").as_object();
    EXPECT_EQ(std::string(error.at("code").as_string()), code);
    EXPECT_EQ(std::string(error.at("type").as_string()), type);
    EXPECT_TRUE(error.at("param").is_null());
    EXPECT_FALSE(error.at("message").as_string().empty());
    EXPECT_TRUE(error.contains("hint"));
  }
}

TEST_F(OpenAiTest, AnswersFromDocumentsWithCitations) {
  const Got got = chat(ann_, chat_body("cvp"));
  ASSERT_EQ(got.status, 200) << got.body;
  const object body = got.object();
  EXPECT_EQ(body.at("object"), "chat.completion");
  EXPECT_EQ(body.at("model"), "cvp");
  EXPECT_TRUE(body.at("id").as_string().starts_with("chatcmpl-"));
  EXPECT_EQ(body.at("created").to_number<int64_t>(), clock_.unix_seconds());
  const object& choice = body.at("choices").at(0).as_object();
  EXPECT_EQ(choice.at("finish_reason"), "stop");
  const object& message = choice.at("message").as_object();
  EXPECT_EQ(message.at("role"), "assistant");
  EXPECT_THAT(std::string(message.at("content").as_string()), StartsWith(std::string(kQuote) + "[1]"));
  const array& notes = message.at("annotations").as_array();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].at("type"), "url_citation");
  const object& cited = notes[0].at("cvp").as_object();
  EXPECT_EQ(cited.at("document"), gpu_);
  EXPECT_EQ(cited.at("quote"), kQuote);
  EXPECT_THAT(std::string(notes[0].at("url_citation").at("url").as_string()),
              HasSubstr(fmt::format("/documents/{}?revision=", gpu_)));
  EXPECT_EQ(body.at("cvp").at("outcome"), "answered");
  EXPECT_EQ(body.at("cvp").at("citations").at(0), notes[0].at("cvp")) << "the ids of the page";
  const object& usage = body.at("usage").as_object();
  EXPECT_GT(usage.at("completion_tokens").to_number<int>(), 0);
  EXPECT_EQ(usage.at("total_tokens").to_number<int>(),
            usage.at("prompt_tokens").to_number<int>() + usage.at("completion_tokens").to_number<int>());
}

TEST_F(OpenAiTest, StreamsSentenceBySentence) {
  object body = chat_body("cvp:docs");
  body["stream"] = true;
  body["stream_options"] = {{"include_usage", true}};
  const Got got = chat(ann_, body);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.headers.at("content-type"), "text/event-stream; charset=utf-8");
  const auto chunks = chunks_of(got);
  ASSERT_GE(chunks.size(), 4u);
  EXPECT_EQ(chunks[0].at("choices").at(0).at("delta").at("role"), "assistant");
  EXPECT_THAT(content_of(chunks), StartsWith(std::string(kQuote) + "[1]"));
  for (const object& chunk : chunks) {
    EXPECT_EQ(chunk.at("object"), "chat.completion.chunk");
    EXPECT_EQ(chunk.at("id"), chunks[0].at("id"));
    EXPECT_TRUE(chunk.contains("usage"));
  }
  const object& last = chunks[chunks.size() - 2];
  EXPECT_EQ(last.at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(last.at("choices").at(0).at("delta").at("annotations").at(0).at("cvp").at("document"), gpu_);
  EXPECT_TRUE(chunks.back().at("choices").as_array().empty());
  EXPECT_GT(chunks.back().at("usage").at("total_tokens").to_number<int>(), 0);
  body.erase("stream_options");
  for (const object& chunk : chunks_of(chat(ann_, body))) EXPECT_FALSE(chunk.contains("usage"));
}

TEST_F(OpenAiTest, ARefusalIsTheNote) {
  host_.generator_->margin = [](const std::string&) { return -5.0; };
  const Got got = chat(ann_, chat_body("cvp", "火星上的显存怎么卖？"));
  const object body = got.object();
  const object& message = body.at("choices").at(0).at("message").as_object();
  EXPECT_EQ(body.at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_FALSE(message.at("content").as_string().empty());
  EXPECT_THAT(message.at("annotations").as_array(), IsEmpty());
  EXPECT_EQ(body.at("cvp").at("outcome"), "refused");
  EXPECT_FALSE(body.at("cvp").at("citations").as_array().empty()) << "the nearest passages";
  object streamed = chat_body("cvp", "火星上的显存怎么卖？");
  streamed["stream"] = true;
  EXPECT_EQ(content_of(chunks_of(chat(ann_, streamed))), std::string(message.at("content").as_string()));
}

TEST_F(OpenAiTest, EarlierMessagesAreTheHistory) {
  constexpr const char* kCompleted = "7B 模型用 int4 推理需要多少显存？";
  says_ = [&](const std::string& prompt) -> std::string {
    if (prompt.find("那 int4 呢？") == std::string::npos) return "用 int4 量化后只需 3.5 GB 显存。";
    EXPECT_THAT(prompt, HasSubstr(kQuestion));
    EXPECT_THAT(prompt, HasSubstr("14 GB"));
    EXPECT_THAT(prompt, Not(HasSubstr("pirate")));
    return kCompleted;
  };
  const object body = {
      {"model", "cvp"},
      {"messages", array{object{{"role", "system"}, {"content", "speak like a pirate"}}, user_says(kQuestion),
                         object{{"role", "assistant"}, {"content", kQuote}}, user_says("那 int4 呢？")}}};
  const object reply = chat(ann_, body).object();
  EXPECT_EQ(reply.at("cvp").at("question"), kCompleted);
}

TEST_F(OpenAiTest, CollectionsOfOthersAreAsUnknownOnes) {
  const auto narrowed = [](value to) {
    object body = chat_body("cvp", "What is the code of the vault?");
    body["cvp"] = object{{"collections", array{std::move(to)}}, {"mode", "extract"}};
    return body;
  };
  EXPECT_EQ(chat(ann_, chat_body("cvp:secrets")).status, 404);
  EXPECT_EQ(chat(ann_, narrowed("secrets")).status, 404);
  EXPECT_EQ(chat(ann_, narrowed(secrets_)).status, 404);
  EXPECT_EQ(chat(ann_, narrowed(999)).status, 404);
  const Got everywhere = chat(ann_, chat_body("cvp", "What is the code of the vault?"));
  EXPECT_EQ(everywhere.status, 200);
  EXPECT_THAT(everywhere.body, Not(HasSubstr("9087")));
  for (const Got& got : {chat(bob_, narrowed("secrets")), chat(bob_, narrowed(secrets_))}) {
    EXPECT_EQ(got.status, 200);
    EXPECT_THAT(got.body, HasSubstr("PPR-9087"));
  }
  object both = narrowed(docs_);
  both["model"] = "cvp:docs";
  EXPECT_EQ(chat(ann_, both).status, 400);
  const Got nobodys = chat(eve_, chat_body("cvp"));
  EXPECT_EQ(nobodys.status, 200);
  EXPECT_THAT(nobodys.body, Not(HasSubstr("14 GB"))) << "no collection is not all collections";
}

TEST_F(OpenAiTest, ThePlainModelGetsTheMessagesAsTheyAre) {
  says_ = [](const std::string&) { return "Hello!"; };
  const object body = {
      {"model", "fake-generator"},
      {"messages", array{object{{"role", "system"}, {"content", "be kind"}}, user_says("hi")}}};
  const Got got = chat(eve_, body);
  ASSERT_EQ(got.status, 200) << got.body;
  const object reply = got.object();
  EXPECT_EQ(reply.at("choices").at(0).at("message").at("content"), "Hello!");
  EXPECT_FALSE(reply.contains("cvp"));
  EXPECT_THAT(host_.generator_->prompts, ElementsAre("be kindhi"));
  object streamed = body;
  streamed["stream"] = true;
  const auto chunks = chunks_of(chat(eve_, streamed));
  EXPECT_EQ(content_of(chunks), "Hello!");
  EXPECT_EQ(chunks.back().at("choices").at(0).at("finish_reason"), "stop");
}

TEST_F(OpenAiTest, WhatThePlainModelCannotDoIsSaid) {
  embeds();
  host_.generator_->reply = [](const std::string&) -> Result<std::string> {
    return fail(Errc::refused,
                text("the prompt has 9000 of 4096 tokens", "提示词有 9000 个词元，上限为 4096"));
  };
  const Got got = chat(ann_, chat_body("fake-generator"));
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.error(), "context_length_exceeded");
  object streamed = chat_body("fake-generator");
  streamed["stream"] = true;
  EXPECT_THAT(chat(ann_, streamed).body, HasSubstr("\"type\":\"invalid_request_error\""));
  EXPECT_EQ(chat(ann_, chat_body("fake-embedder")).status, 400);
  host_.generator_ = nullptr;
  EXPECT_EQ(chat(ann_, chat_body("fake-generator")).status, 404);
  EXPECT_EQ(chat(ann_, chat_body("cvp", kPrinterQuestion)).object().at("cvp").at("outcome"), "extracted");
}

TEST_F(OpenAiTest, OneUserCannotFillTheLine) {
  hold();
  std::vector<net::Reply> waiting;
  object body = chat_body("fake-generator");
  for (int i = 0; i < 4; ++i)
    waiting.push_back(reply_to(ann_, "POST", "/v1/chat/completions", boost::json::serialize(body), {}));
  body["stream"] = true;
  const Got got = chat(ann_, body);
  EXPECT_EQ(got.status, 429);
  EXPECT_EQ(got.error(), "busy");
  EXPECT_TRUE(got.headers.contains("retry-after"));
  EXPECT_EQ(got.object().at("error").at("type"), "rate_limit_error");
  release();
  for (net::Reply& reply : waiting) EXPECT_EQ(read(std::move(reply)).status, 200);
}

TEST_F(OpenAiTest, AKeyDoesWhatItIsFor) {
  embeds();
  const auto as = [&](const std::vector<std::string>& scopes, const std::string& target, const object& body) {
    return send({}, "POST", target, boost::json::serialize(body), key_of(ann_, scopes)).status;
  };
  EXPECT_EQ(as({"ask"}, "/v1/chat/completions", chat_body("cvp")), 200);
  EXPECT_EQ(as({"read"}, "/v1/chat/completions", chat_body("cvp")), 403);
  const object texts = {{"model", "fake-embedder"}, {"input", "a"}};
  EXPECT_EQ(as({"search"}, "/v1/embeddings", texts), 200);
  EXPECT_EQ(as({"write"}, "/v1/embeddings", texts), 403);
}

TEST_F(OpenAiTest, MakesVectors) {
  embeds();
  const Got got =
      post(eve_, "/v1/embeddings", {{"model", "fake-embedder"}, {"input", array{"first text", "second"}}});
  ASSERT_EQ(got.status, 200) << got.body;
  const object body = got.object();
  EXPECT_EQ(body.at("object"), "list");
  EXPECT_EQ(body.at("model"), "fake-embedder");
  EXPECT_GT(body.at("usage").at("prompt_tokens").to_number<int>(), 0);
  const array& data = body.at("data").as_array();
  ASSERT_EQ(data.size(), 2u);
  EXPECT_EQ(data[1].at("index"), 1);
  EXPECT_EQ(data[0].at("embedding").as_array().size(), 64u);
  const Got packed = post(eve_, "/v1/embeddings",
                          {{"model", "fake-embedder"},
                           {"input", "first text"},
                           {"encoding_format", "base64"},
                           {"dimensions", 64},
                           {"input_type", "query"}});
  ASSERT_EQ(packed.status, 200) << packed.body;
  std::vector<float> vector;
  for (const value& one : data[0].at("embedding").as_array()) vector.push_back(one.to_number<float>());
  EXPECT_EQ(std::string(packed.object().at("data").at(0).at("embedding").as_string()), base64_of(vector));
}

TEST_F(OpenAiTest, VectorsAreRefusedForWhatHasNone) {
  embeds();
  const auto status = [&](const object& body) { return post(ann_, "/v1/embeddings", body).status; };
  EXPECT_EQ(status({{"model", "fake-embedder"}, {"input", array{1, 2, 3}}}), 400);
  EXPECT_EQ(status({{"model", "fake-embedder"}, {"input", array{array{1, 2}}}}), 400);
  EXPECT_EQ(status({{"model", "fake-embedder"}, {"input", array{}}}), 400);
  EXPECT_EQ(status({{"model", "fake-embedder"}, {"input", array{"a", 5}}}), 400);
  EXPECT_EQ(status({{"model", "fake-embedder"}, {"input", ""}}), 400);
  EXPECT_EQ(status({{"model", "fake-embedder"}, {"input", array(257, "a")}}), 400);
  EXPECT_EQ(status({{"model", "fake-embedder"}, {"input", "a"}, {"dimensions", 32}}), 400);
  EXPECT_EQ(status({{"model", "fake-generator"}, {"input", "a"}}), 400);
  EXPECT_EQ(status({{"model", "text-embedding-3-small"}, {"input", "a"}}), 404);
  host_.embedder_ = nullptr;
  const Got got = post(ann_, "/v1/embeddings", {{"model", "fake-embedder"}, {"input", "a"}});
  EXPECT_EQ(got.status, 503);
  EXPECT_THAT(got.body, HasSubstr("no embedding model"));
}

TEST(Base64, IsPadded) {
  const std::vector<float> one = {1.0f}, three = {1.0f, -2.5f, 0.0f};
  EXPECT_EQ(base64_of(one), "AACAPw==");
  EXPECT_EQ(base64_of(three), "AACAPwAAIMAAAAAA");
  EXPECT_EQ(base64_of({}), "");
}

TEST_F(OpenAiTest, RanksByTheChatModel) {
  host_.generator_->margin = [](const std::string& prompt) {
    return prompt.find("gate") != std::string::npos ? 3.0 : -3.0;
  };
  const object body = {
      {"query", "when?"},
      {"documents", array{"soup at noon", object{{"text", "the gate opens at nine"}}, "salad"}},
      {"top_n", 2}};
  const Got got = post(ann_, "/v1/rerank", body);
  ASSERT_EQ(got.status, 200) << got.body;
  const object reply = got.object();
  EXPECT_EQ(reply.at("model"), "fake-generator");
  const array& results = reply.at("results").as_array();
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].at("index"), 1);
  EXPECT_NEAR(results[0].at("relevance_score").to_number<double>(), 1 / (1 + std::exp(-3.0)), 1e-9);
  EXPECT_EQ(results[0].at("document").at("text"), "the gate opens at nine");
  EXPECT_EQ(results[1].at("index"), 0) << "ties stay in order";
}

TEST_F(OpenAiTest, RanksByVectorsWhereThatIsAsked) {
  embeds();
  object body = {{"query", "gate opening"},
                 {"documents", array{"soup", "gate opening"}},
                 {"model", "fake-embedder"},
                 {"return_documents", false}};
  const object reply = post(ann_, "/v1/rerank", body).object();
  EXPECT_EQ(reply.at("model"), "fake-embedder");
  EXPECT_EQ(reply.at("results").at(0).at("index"), 1);
  EXPECT_NEAR(reply.at("results").at(0).at("relevance_score").to_number<double>(), 1, 1e-4);
  EXPECT_FALSE(reply.at("results").at(0).as_object().contains("document"));
  body["model"] = "cvp";
  EXPECT_EQ(post(ann_, "/v1/rerank", body).status, 400);
  EXPECT_EQ(post(ann_, "/v1/rerank", {{"query", "x"}, {"documents", array{}}}).status, 400);
  EXPECT_EQ(post(ann_, "/v1/rerank", {{"query", "x"}, {"documents", array{5}}}).status, 400);
  EXPECT_EQ(post(ann_, "/v1/rerank", {{"query", "x"}, {"documents", array(65, "a")}}).status, 400);
}

TEST_F(OpenAiTest, FilesComeAndGo) {
  const Got made = send_form(
      ed_, field("purpose", "user_data") + file("notes/pump.md", "# Pump\n\nOil it every year.\n") + kEnd);
  ASSERT_EQ(made.status, 200) << made.body;
  const object added = made.object();
  const std::string id(added.at("id").as_string());
  EXPECT_EQ(added.at("object"), "file");
  EXPECT_EQ(added.at("filename"), "notes/pump.md");
  EXPECT_EQ(added.at("purpose"), "user_data");
  EXPECT_EQ(added.at("status"), "processed");
  EXPECT_EQ(added.at("cvp").at("collection"), docs_) << "the only one that she may write to";
  EXPECT_EQ(id, fmt::format("file-{}", added.at("cvp").at("id").to_number<int64_t>()));
  EXPECT_EQ(get(ann_, "/v1/files/" + id).object().at("filename"), "notes/pump.md");
  const Got content = get(ann_, "/v1/files/" + id + "/content");
  EXPECT_EQ(content.body, "# Pump\n\nOil it every year.\n");
  EXPECT_THAT(content.headers.at("content-disposition"), HasSubstr("attachment"));
  EXPECT_EQ(ids_of(get(ed_, "/v1/files")).front(), id) << "the newest first";
  const Got gone = remove(ed_, "/v1/files/" + id);
  ASSERT_EQ(gone.status, 200) << gone.body;
  EXPECT_EQ(gone.object().at("deleted"), true);
  EXPECT_EQ(get(ed_, "/v1/files/" + id).status, 404);
  const auto log = *store_->accounts().audit_log(0, 2);
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].action + " " + log[0].subject, "document.delete notes/pump.md");
  EXPECT_EQ(log[1].action + " " + log[1].actor, "document.add ed");
}

TEST_F(OpenAiTest, FilesAreListedInPages) {
  std::vector<std::string> seen;
  std::string after;
  for (int page = 0; page < 5; ++page) {
    const Got got = get(ann_, "/v1/files?limit=2" + (after.empty() ? "" : "&after=" + after));
    ASSERT_EQ(got.status, 200) << got.body;
    for (const std::string& id : ids_of(got)) seen.push_back(id);
    const object list = got.object();
    if (list.at("has_more") == false) break;
    after = std::string(list.at("last_id").as_string());
  }
  EXPECT_EQ(seen.size(), 3u) << "those that the caller may read";
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 3u);
  EXPECT_THAT(ids_of(get(eve_, "/v1/files")), IsEmpty());
  EXPECT_THAT(ids_of(get(ann_, "/v1/files?purpose=batch")), IsEmpty());
  EXPECT_EQ(get(ann_, "/v1/files?order=asc").status, 400);
  EXPECT_EQ(get(ann_, "/v1/files?limit=0").status, 400);
  EXPECT_EQ(get(ann_, "/v1/files?after=file-999").status, 404);
}

TEST_F(OpenAiTest, FilesOfOthersAreAsUnknownOnes) {
  const std::string id = fmt::format("/v1/files/file-{}", secret_), none = "/v1/files/file-987654";
  for (const char* part : {"", "/content"}) {
    EXPECT_EQ(get(bob_, id + part).status, 200);
    EXPECT_EQ(get(ann_, id + part).status, 404);
    EXPECT_EQ(get(ann_, none + part).status, 404);
  }
  EXPECT_EQ(remove(ed_, id).status, 404);
  EXPECT_EQ(remove(bob_, id).status, 403) << "a reader removes nothing";
  EXPECT_EQ(get(bob_, id).status, 200);
  for (const char* bad : {"file-", "file-x", "12", "file--1", "file-99999999999999999999"})
    EXPECT_EQ(get(bob_, std::string("/v1/files/") + bad).status, 404) << bad;
}

TEST_F(OpenAiTest, FormsAreReadStrictly) {
  const std::string purpose = field("purpose", "assistants"), pump = file("pump.txt", "Oil it.");
  const auto status = [&](const std::string& form) { return send_form(ed_, form + kEnd).status; };
  EXPECT_EQ(status(pump), 400);
  EXPECT_EQ(status(purpose), 400);
  EXPECT_EQ(status(field("purpose", "fine-tune") + pump), 400);
  EXPECT_EQ(status(purpose + field("file", "without a name")), 400);
  EXPECT_EQ(status(purpose + pump + pump), 400);
  EXPECT_EQ(status(purpose + pump + field("colour", "red")), 400);
  EXPECT_EQ(status(purpose + file("../..", "x")), 400);
  EXPECT_EQ(status(purpose + pump + field("collection", "secrets")), 404);
  EXPECT_EQ(status(purpose + file("empty.txt", "")), 422);
  EXPECT_EQ(send(ed_, "POST", "/v1/files", "x", {{"content-type", "text/plain"}}).status, 400);
  EXPECT_EQ(send_form(ann_, purpose + pump + kEnd).status, 403) << "a reader adds nothing";
  EXPECT_EQ(store_->documents(docs_)->size(), 3u);
}

TEST_F(OpenAiTest, TheCollectionMustBeClear) {
  const auto second = add_collection("second", {to_user(ed_.user, store::Right::write)});
  const std::string form = field("purpose", "user_data") + file("pump.txt", "Oil it.");
  const Got unclear = send_form(ed_, form + kEnd);
  EXPECT_EQ(unclear.status, 400);
  EXPECT_THAT(unclear.body, HasSubstr("docs, second"));
  EXPECT_EQ(send_form(ed_, form + field("collection", "second") + kEnd).object().at("cvp").at("collection"),
            second);
  EXPECT_EQ(send_form(ed_, form + kEnd, "?collection=docs").object().at("cvp").at("collection"), docs_);
  EXPECT_EQ(send_form(ed_, form + field("collection", "docs") + kEnd, "?collection=second").status, 400);
}

}  // namespace
}  // namespace cvp::serve
