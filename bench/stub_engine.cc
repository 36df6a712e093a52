#include "bench/stub_engine.h"

#include <boost/json.hpp>

#include "bench/json_fields.h"

namespace cvp::bench {
namespace {

namespace json = boost::json;
using testing::StubReply;
using testing::StubRequest;

std::string event(const json::object& data) { return "data: " + json::serialize(data) + "\n\n"; }

json::object chunk(json::object delta, const json::value& finish_reason) {
  return {{"choices", json::array{json::object{
                          {"index", 0}, {"delta", std::move(delta)}, {"finish_reason", finish_reason}}}}};
}

bool wants_stream(const json::object& request) {
  const json::value* stream = request.if_contains("stream");
  return stream != nullptr && *stream == json::value(true);
}

StubReply bad_request() { return {.status = 400, .body = R"({"error":{"message":"no JSON object"}})"}; }

/// One token with the probabilities of the others.
std::string choice_json() {
  json::array top;
  for (const StubChoice& one : kStubChoices)
    top.push_back(json::object{{"token", one.token}, {"logprob", one.logprob}});
  const json::object first{{"token", kStubChoices[0].token}, {"top_logprobs", std::move(top)}};
  return json::serialize(json::object{
      {"choices",
       json::array{json::object{{"message", {{"role", "assistant"}, {"content", kStubChoices[0].token}}},
                                {"logprobs", {{"content", json::array{first}}}},
                                {"finish_reason", "stop"}}}}});
}

}  // namespace

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size() - 1) + 1;
    out.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return out;
}

StubEngine::StubEngine(std::string reply, const StubSpeed& speed) : reply_(std::move(reply)), speed_(speed) {
  http_.route("/v1/chat/completions", [this](const StubRequest& request) { return chat(request.body); });
  http_.route("/v1/embeddings", [this](const StubRequest& request) { return embeddings(request.body); });
}

std::map<std::string, std::string> StubEngine::settings() const {
  return {{"chat.endpoint", http_.url("/v1")},
          {"chat.remote_model", kModel},
          {"embedding.endpoint", http_.url("/v1")},
          {"embedding.remote_model", "hashed-bigrams"}};
}

StubReply StubEngine::chat(const std::string& body) {
  const json::object request = object_of(body);
  if (request.empty()) return bad_request();
  ++generations_;
  if (!wants_stream(request)) {
    return {.headers = {{"Content-Type", "application/json"}},
            .body = choice_json(),
            .delay_ms = speed_.first_ms};
  }
  StubReply out{.headers = {{"Content-Type", "text/event-stream"}},
                .delay_ms = speed_.first_ms,
                .piece_delay_ms = speed_.word_ms};
  const std::vector<std::string> words = words_of(reply_);
  for (const std::string& word : words) out.pieces.push_back(event(chunk({{"content", word}}, nullptr)));
  out.pieces.push_back(event(chunk({}, "stop")));
  json::object last = chunk({}, nullptr);
  last["choices"] = json::array();
  last["usage"] = {{"prompt_tokens", body.size() / 4}, {"completion_tokens", words.size()}};
  out.pieces.push_back(event(last) + "data: [DONE]\n\n");
  return out;
}

StubReply StubEngine::embeddings(const std::string& body) {
  const json::object request = object_of(body);
  std::vector<std::string> texts;
  for (const json::value& input : array_in(request, "input"))
    if (input.is_string()) texts.emplace_back(input.get_string());
  const auto vectors = embedder_.embed(texts, model::TextRole::passage, {});
  if (texts.empty() || !vectors) return bad_request();
  json::array data;
  for (size_t i = 0; i < vectors->size(); ++i) {
    const std::vector<float>& vector = (*vectors)[i];
    data.push_back(json::object{{"index", i}, {"embedding", json::array(vector.begin(), vector.end())}});
  }
  return {.headers = {{"Content-Type", "application/json"}},
          .body = json::serialize(json::object{{"data", std::move(data)}})};
}

}  // namespace cvp::bench
