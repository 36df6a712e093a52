#include "engine/llama_client.h"

#include <algorithm>

#include "base/unicode.h"
#include "engine/embedding_json.h"
#include "engine/json.h"
#include "net/http.h"

namespace cvp::engine {
namespace {

namespace json = boost::json;

constexpr uint64_t kReplyLimitBytes = 256ull << 20;
constexpr int kQuickMs = 30'000;  // of calls that need no computing; generous, since all cores may be busy

const std::string& who() {
  static const std::string name = "llama-server";
  return name;
}

net::Request request_to(const Endpoint& endpoint, const char* path, int stall_ms) {
  return {.method = "POST",
          .url = std::string("http://localhost") + path,
          .unix_socket = endpoint.socket,
          .headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + endpoint.key}},
          .total_timeout_ms = 0,
          .stall_timeout_ms = stall_ms,
          .response_limit_bytes = kReplyLimitBytes};
}

std::unexpected<Error> status_error(int status, std::string_view body) {
  const std::string words = error_words(body);
  if (status == 503) return fail(Errc::unavailable, text("the model is still loading", "模型仍在加载"));
  if (const auto reply = parse_json(body, who());
      reply && find_string(*reply, {"error", "type"}) == "exceed_context_size_error") {
    return fail(Errc::refused,
                text("the prompt has {} tokens, the model's context holds {}",
                     "提示词有 {} 个词元，而模型的上下文只能容纳 {} 个",
                     find_int(*reply, {"error", "n_prompt_tokens"}), find_int(*reply, {"error", "n_ctx"})));
  }
  return fail(Errc::failed,
              text("the engine refused the request ({}): {}", "引擎拒绝了请求（{}）：{}", status, words));
}

/// What has come of a streamed completion so far.
struct Stream {
  const CompletionRequest& request;
  const model::OnText& on_text;
  const Clock& clock;
  double started_ms, last_ms;
  Completion result;
  std::optional<Error> error;
  bool complete = false;

  bool event(std::string_view data);
  void read_logprobs(const json::value& value);
};

void Stream::read_logprobs(const json::value& value) {
  const auto* tokens = find_array(value, {"completion_probabilities"});
  if (tokens == nullptr || tokens->empty() || !result.first_token.empty()) return;
  const auto* top = find_array(tokens->front(), {"top_logprobs"});
  if (top == nullptr) return;
  for (const auto& entry : *top) {
    const auto logprob = find_number(entry, {"logprob"});
    // A probability that was rounded to 0 comes as null: no more likely than anything else in the list.
    if (logprob) result.first_token.push_back({find_int(entry, {"id"}), *logprob});
  }
}

bool Stream::event(std::string_view data) {
  const double now = clock.steady_ms();
  result.longest_silence_ms = std::max(result.longest_silence_ms, now - last_ms);
  last_ms = now;
  auto parsed = parse_json(data, who());
  if (!parsed) {
    error = std::move(parsed).error();
    return false;
  }
  if (find(*parsed, {"error"}) != nullptr) {
    error = status_error(find_int(*parsed, {"error", "code"}), data).error();
    return false;
  }
  if (find(*parsed, {"prompt_progress"}) != nullptr) return true;
  read_logprobs(*parsed);
  const std::string_view piece = find_string(*parsed, {"content"});
  if (result.first_token_ms == 0) result.first_token_ms = now - started_ms;
  if (!piece.empty() && request.max_tokens > 0) {
    result.text += piece;
    if (on_text) on_text(piece);
  }
  const auto* stop = find(*parsed, {"stop"});
  if (stop == nullptr || !stop->is_bool() || !stop->get_bool()) return true;
  result.ended_by_limit = find_string(*parsed, {"stop_type"}) == "limit";
  result.generated_tokens = request.max_tokens > 0 ? find_int(*parsed, {"tokens_predicted"}) : 0;
  result.cached_tokens = find_int(*parsed, {"timings", "cache_n"});
  complete = true;
  return false;
}

std::string completion_body(const CompletionRequest& request, bool streamed) {
  json::object body{{"prompt", json::value_from(request.prompt)},
                    {"n_predict", request.max_tokens},
                    {"cache_prompt", true},
                    {"stream", streamed},
                    // A sign of life after every batch, so that a long prompt is told from a hung engine.
                    {"return_progress", streamed},
                    {"temperature", request.temperature},
                    {"seed", static_cast<int64_t>(request.seed & 0x7fffffff)},
                    {"stop", json::value_from(request.stop)}};
  if (request.temperature <= 0)
    body["samplers"] = {"top_k"}, body["top_k"] = 1;  // greedy, without sorting the vocabulary
  if (request.top_logprobs > 0) body["n_probs"] = request.top_logprobs;
  return json::serialize(body);
}

}  // namespace

Result<Completion> LlamaClient::complete(const CompletionRequest& request, const model::OnText& on_text,
                                         const CancelToken& cancel) const {
  auto http = request_to(endpoint_, "/completion", request.stall_ms);
  http.body = completion_body(request, true);
  const double now = clock_.steady_ms();
  Stream stream{.request = request,
                .on_text = on_text,
                .clock = clock_,
                .started_ms = now,
                .last_ms = now,
                .result = {},
                .error = {}};
  net::SseParser parser([&](std::string_view data) { return stream.event(data); });
  // The connection is read to its end after the last event, so that it can be used again.
  const auto on_body = [&](std::string_view bytes) { return parser.feed(bytes) || stream.complete; };
  const auto response = TRY(net::send(http, cancel, on_body));
  if (response.status < 200 || response.status > 299) return status_error(response.status, response.body);
  if (stream.error) return std::unexpected(std::move(*stream.error));
  if (!stream.complete) {
    return fail(Errc::unavailable,
                text("the engine stopped in the middle of a reply", "引擎回答到一半就中断了"));
  }
  if (request.top_logprobs > 0 && stream.result.first_token.empty()) {
    // A token that is only a part of a character is held back from the stream, and its probabilities with it.
    http.body = completion_body(request, false);
    const auto whole = TRY(net::send(http, cancel));
    if (whole.status != 200) return status_error(whole.status, whole.body);
    stream.read_logprobs(TRY(parse_json(whole.body, who())));
  }
  return std::move(stream.result);
}

Result<std::vector<int32_t>> LlamaClient::tokenize(const std::string& text_bytes, bool markup,
                                                   const CancelToken& cancel) const {
  auto http = request_to(endpoint_, "/tokenize", kQuickMs);
  http.body = json::serialize(
      json::object{{"content", repair_utf8(text_bytes)}, {"add_special", false}, {"parse_special", markup}});
  const auto response = TRY(net::send(http, cancel));
  if (response.status != 200) return status_error(response.status, response.body);
  const auto reply = TRY(parse_json(response.body, who()));
  const auto* tokens = find_array(reply, {"tokens"});
  if (tokens == nullptr) return fail(Errc::corrupt, text("the engine gave no tokens", "引擎没有返回词元"));
  std::vector<int32_t> ids;
  ids.reserve(tokens->size());
  for (const auto& token : *tokens) ids.push_back(find_int(token, {}));
  return ids;
}

Result<std::vector<std::vector<float>>> LlamaClient::embed(std::span<const std::string> texts, int stall_ms,
                                                           const CancelToken& cancel) const {
  auto http = request_to(endpoint_, "/v1/embeddings", stall_ms);
  json::array input;
  for (const auto& t : texts) input.emplace_back(repair_utf8(t));
  // Base64 is a quarter of the bytes of numbers in decimal, and exact.
  http.body = json::serialize(json::object{{"input", std::move(input)}, {"encoding_format", "base64"}});
  const auto response = TRY(net::send(http, cancel));
  if (response.status != 200) return status_error(response.status, response.body);
  return parse_embeddings(response.body, texts.size(), who());
}

Result<int> LlamaClient::requests_in_progress(const CancelToken& cancel) const {
  auto http = request_to(endpoint_, "/metrics", kQuickMs);
  http.method = "GET";
  const auto response = TRY(net::send(http, cancel));
  if (response.status != 200) return status_error(response.status, response.body);
  constexpr std::string_view kName = "\nllamacpp:requests_processing ";
  const size_t at = response.body.find(kName);
  if (at == std::string::npos)
    return fail(Errc::corrupt, text("the engine gave no metrics", "引擎没有返回运行指标"));
  return std::atoi(response.body.c_str() + at + kName.size());
}

}  // namespace cvp::engine
