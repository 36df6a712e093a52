#include <atomic>
#include <mutex>

#include "base/log.h"
#include "base/unicode.h"
#include "engine/engines.h"
#include "engine/json.h"
#include "engine/remote_client.h"
#include "model/tokenizer.h"
#include "sys/sha256.h"

namespace cvp::engine {
namespace {

namespace json = boost::json;

constexpr const char* kPath = "/chat/completions";
constexpr int kTopLogprobs = 20;  // the most that OpenAI's interface allows
constexpr int kProbeMs = 20'000;
constexpr int kTokensPerMessage = 8;  // of the server's template, which is not known here

std::string_view role_name(model::Role role) {
  switch (role) {
    case model::Role::system:
      return "system";
    case model::Role::user:
      return "user";
    case model::Role::assistant:
      return "assistant";
  }
  return "user";
}

json::array messages_json(std::span<const model::Message> messages) {
  json::array out;
  for (const auto& message : messages) {
    std::string content;
    for (const auto& part : message.parts) content += part;
    out.push_back(
        json::object{{"role", json::string(role_name(message.role))}, {"content", repair_utf8(content)}});
  }
  return out;
}

/// What a streamed reply has brought so far.
struct Stream {
  const model::OnText& on_text;
  const Clock& clock;
  const std::string& who;
  double started_ms;
  model::Reply reply = {};
  std::optional<Error> error = {};
  bool complete = false;

  bool event(std::string_view data);
};

bool Stream::event(std::string_view data) {
  if (data == "[DONE]") {
    complete = true;
    return false;
  }
  const auto parsed = parse_json(data, who);
  if (!parsed || find(*parsed, {"error"}) != nullptr) {
    error =
        parsed ? Error{Errc::failed, text("{}: {}", "{}：{}", who, error_words(data)), {}} : parsed.error();
    return false;
  }
  if (const auto* usage = find(*parsed, {"usage"}); usage != nullptr && usage->is_object()) {
    reply.usage.prompt_tokens = find_int(*usage, {"prompt_tokens"});
    reply.usage.generated_tokens = find_int(*usage, {"completion_tokens"});
    reply.usage.cached_tokens = find_int(*usage, {"prompt_tokens_details", "cached_tokens"});
  }
  const auto* choices = find_array(*parsed, {"choices"});
  if (choices == nullptr || choices->empty()) return true;
  const std::string_view piece = find_string(choices->front(), {"delta", "content"});
  if (!piece.empty()) {
    if (reply.usage.first_token_ms == 0) reply.usage.first_token_ms = clock.steady_ms() - started_ms;
    reply.text += piece;
    if (on_text) on_text(piece);
  }
  const std::string_view finish = find_string(choices->front(), {"finish_reason"});
  if (!finish.empty()) complete = true;  // the usage and [DONE] may follow
  if (finish == "length") reply.finish = model::Reply::Finish::length;
  return true;
}

class RemoteGenerator final : public model::Generator {
 public:
  RemoteGenerator(RemoteClient client, model::GeneratorIdentity identity, const Clock& clock)
      : client_(std::move(client)),
        without_logprobs_(identity),
        with_logprobs_(with(std::move(identity))),
        clock_(clock),
        tokenizer_(model::estimating_tokenizer()) {}

  /// Asks once for the probabilities of a token; a server that cannot be reached now is asked again before
  /// the next call.
  void probe(const CancelToken& cancel);

  const model::GeneratorIdentity& identity() const override {
    return gives_logprobs_ ? with_logprobs_ : without_logprobs_;
  }
  Result<model::Reply> generate(std::span<const model::Message> messages, const model::Sampling& sampling,
                                const model::OnText& on_text, const CancelToken& cancel) override;
  Result<std::vector<double>> choose(std::span<const model::Message> messages,
                                     std::span<const std::string> options,
                                     const CancelToken& cancel) override;
  /// Nothing to do: the server keeps prefixes as it likes.
  Result<void> warm(std::span<const model::Message>, const CancelToken&) override { return {}; }
  Result<int> count_tokens(std::span<const model::Message> messages, const CancelToken& cancel) override;

 private:
  static model::GeneratorIdentity with(model::GeneratorIdentity identity) {
    identity.gives_logprobs = true;
    return identity;
  }
  json::object body(std::span<const model::Message> messages, int max_tokens) const;
  json::object choose_body(std::span<const model::Message> messages) const;
  int estimate(std::span<const model::Message> messages) const;
  Result<void> check_room(std::span<const model::Message> messages) const;

  const RemoteClient client_;
  const model::GeneratorIdentity without_logprobs_, with_logprobs_;
  const Clock& clock_;
  const std::unique_ptr<model::Tokenizer> tokenizer_;
  std::mutex probing_;
  std::atomic<bool> probed_ = false, gives_logprobs_ = false;
  std::atomic<bool> gives_usage_ = true;  // false once the server refused to be asked for it
};

json::object RemoteGenerator::body(std::span<const model::Message> messages, int max_tokens) const {
  return {{"model", client_.model()}, {"messages", messages_json(messages)}, {"max_tokens", max_tokens}};
}

json::object RemoteGenerator::choose_body(std::span<const model::Message> messages) const {
  json::object request = body(messages, 1);
  request["temperature"] = 0;
  request["logprobs"] = true;
  request["top_logprobs"] = kTopLogprobs;
  return request;
}

/// The most likely first tokens with their logarithms of probability, or nullptr.
const json::array* top_of(const json::value& reply) {
  const auto* choices = find_array(reply, {"choices"});
  if (choices == nullptr || choices->empty()) return nullptr;
  const auto* content = find_array(choices->front(), {"logprobs", "content"});
  if (content == nullptr || content->empty()) return nullptr;
  const auto* top = find_array(content->front(), {"top_logprobs"});
  return top == nullptr || top->empty() ? nullptr : top;
}

void RemoteGenerator::probe(const CancelToken& cancel) {
  if (probed_) return;
  const std::lock_guard lock(probing_);
  if (probed_) return;
  const model::Message question{model::Role::user, {"1 + 1 = ?"}};
  const auto reply = client_.post(kPath, choose_body(std::span(&question, 1)), cancel, kProbeMs);
  if (!reply && reply.error().code != Errc::failed && reply.error().code != Errc::corrupt) return;
  gives_logprobs_ = reply && top_of(*reply) != nullptr;
  probed_ = true;
  if (!gives_logprobs_) log::info("{} gives no token probabilities", client_.base_url());
}

/// Estimated here: the server is not asked.
int RemoteGenerator::estimate(std::span<const model::Message> messages) const {
  size_t count = 0;
  for (const auto& message : messages) {
    count += kTokensPerMessage;
    for (const auto& part : message.parts) count += tokenizer_->count(part);
  }
  return static_cast<int>(std::min<size_t>(count, 1u << 30));
}

Result<int> RemoteGenerator::count_tokens(std::span<const model::Message> messages, const CancelToken&) {
  return estimate(messages);
}

Result<void> RemoteGenerator::check_room(std::span<const model::Message> messages) const {
  const int tokens = estimate(messages);
  const auto room = static_cast<int>(without_logprobs_.context_tokens);
  if (tokens < room) return {};
  return fail(Errc::refused,
              text("the prompt has about {} tokens, and the context of {} holds {}",
                   "提示词大约有 {} 个词元，而 {} 的上下文只能容纳 {} 个", tokens, client_.model(), room),
              text("ask with fewer or shorter passages, or correct `context_tokens` in the configuration",
                   "请减少或缩短引用的段落，或更正配置中的 `context_tokens`"));
}

Result<model::Reply> RemoteGenerator::generate(std::span<const model::Message> messages,
                                               const model::Sampling& sampling, const model::OnText& on_text,
                                               const CancelToken& cancel) {
  TRY(check_room(messages));
  probe(cancel);
  json::object request = body(messages, std::max(1, sampling.max_tokens));
  request["temperature"] = sampling.temperature;
  request["seed"] = static_cast<int64_t>(sampling.seed & 0x7fffffff);
  request["stream"] = true;
  if (!sampling.stop.empty()) request["stop"] = json::value_from(sampling.stop);
  if (gives_usage_) request["stream_options"] = json::object{{"include_usage", true}};
  const double start = clock_.steady_ms();
  Stream stream{.on_text = on_text, .clock = clock_, .who = client_.base_url(), .started_ms = start};
  const auto on_event = [&](std::string_view data) { return stream.event(data); };
  auto sent = client_.stream(kPath, request, on_event, cancel);
  if (!sent && sent.error().code == Errc::failed && gives_usage_ &&
      sent.error().message.en.find("stream_options") != std::string::npos) {
    gives_usage_ = false;  // an older server
    request.erase("stream_options");
    sent = client_.stream(kPath, request, on_event, cancel);
  }
  if (!sent) return std::unexpected(std::move(sent).error());
  if (stream.error) return std::unexpected(std::move(*stream.error));
  if (!stream.complete) {
    return fail(Errc::unavailable,
                text("{} stopped in the middle of a reply", "{} 回答到一半就中断了", client_.base_url()),
                text("try again", "请再试一次"));
  }
  stream.reply.usage.total_ms = clock_.steady_ms() - start;
  return std::move(stream.reply);
}

/// True where the token is the option or how it begins; leading spaces belong to the tokenizer.
bool begins(std::string_view token, std::string_view option) {
  while (token.starts_with(' ')) token.remove_prefix(1);
  while (option.starts_with(' ')) option.remove_prefix(1);
  return !token.empty() && option.starts_with(token);
}

Result<std::vector<double>> RemoteGenerator::choose(std::span<const model::Message> messages,
                                                    std::span<const std::string> options,
                                                    const CancelToken& cancel) {
  TRY(check_room(messages));
  probe(cancel);
  const auto no_logprobs = [&] {
    return fail(Errc::unavailable,
                text("{} gives no token probabilities", "{} 不提供词元概率", client_.base_url()));
  };
  if (probed_ && !gives_logprobs_) return no_logprobs();
  const auto reply = TRY(client_.post(kPath, choose_body(messages), cancel));
  const auto* top = top_of(reply);
  if (top == nullptr) return no_logprobs();
  std::vector<double> logprobs;
  for (const auto& option : options) {
    double best = -1e30, least = 0;
    for (const auto& entry : *top) {
      const double logprob = find_number(entry, {"logprob"}).value_or(-100);
      least = std::min(least, logprob);
      if (begins(find_string(entry, {"token"}), option)) best = std::max(best, logprob);
    }
    logprobs.push_back(best > -1e30 ? best : least);
  }
  return logprobs;
}

}  // namespace

Result<std::unique_ptr<model::Generator>> remote_generator(const RemoteOptions& options, const Clock& clock,
                                                           const CancelToken& cancel) {
  RemoteClient client = TRY(RemoteClient::create(options));
  model::GeneratorIdentity identity{.name = options.model,
                                    .model_sha256 = sys::sha256_hex(client.base_url() + "\n" + options.model),
                                    .context_tokens = options.context_tokens};
  auto generator = std::make_unique<RemoteGenerator>(std::move(client), std::move(identity), clock);
  generator->probe(cancel);
  return generator;
}

}  // namespace cvp::engine
