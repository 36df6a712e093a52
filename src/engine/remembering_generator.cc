#include <optional>

#include "base/log.h"
#include "base/unicode.h"
#include "engine/engines.h"
#include "engine/json.h"
#include "engine/reply_log.h"
#include "sys/sha256.h"

namespace cvp::engine {
namespace {

constexpr const char* kLogName = "replies.jsonl";

namespace json = boost::json;

/// Everything that a reply depends on, with its borders: "ab","c" is not "a","bc".
class Key {
 public:
  explicit Key(std::string_view kind, const model::GeneratorIdentity& identity) {
    add(kind);
    add(identity.stamp());
    add(std::to_string(identity.context_tokens));
  }
  void add(std::string_view field) {
    hash_.update(std::to_string(field.size()));
    hash_.update(":");
    hash_.update(field);
  }
  void add(std::span<const model::Message> messages) {
    add(std::to_string(messages.size()));
    for (const auto& message : messages) {
      add(std::to_string(static_cast<int>(message.role)));
      add(std::span<const std::string>(message.parts));
    }
  }
  void add(std::span<const std::string> fields) {
    add(std::to_string(fields.size()));
    for (const auto& field : fields) add(field);
  }
  void add(const model::Sampling& sampling) {
    add(std::to_string(sampling.max_tokens));
    add(fmt::format("{}", sampling.temperature));
    add(std::to_string(sampling.seed));
    add(std::span<const std::string>(sampling.stop));
  }
  std::string hex() { return hash_.hex(); }

 private:
  sys::Sha256 hash_;
};

json::object to_json(const model::Reply& reply) {
  const auto& usage = reply.usage;
  return {{"text", repair_utf8(reply.text)},
          {"finish", reply.finish == model::Reply::Finish::length ? "length" : "stop"},
          {"prompt", usage.prompt_tokens},
          {"cached", usage.cached_tokens},
          {"generated", usage.generated_tokens},
          {"first_ms", usage.first_token_ms},
          {"total_ms", usage.total_ms}};
}

model::Reply from_json(const json::value& value) {
  model::Reply reply{.text = std::string(find_string(value, {"text"})), .usage = {}};
  if (find_string(value, {"finish"}) == "length") reply.finish = model::Reply::Finish::length;
  reply.usage = {.prompt_tokens = find_int(value, {"prompt"}),
                 .cached_tokens = find_int(value, {"cached"}),
                 .generated_tokens = find_int(value, {"generated"}),
                 .first_token_ms = find_number(value, {"first_ms"}).value_or(0),
                 .total_ms = find_number(value, {"total_ms"}).value_or(0)};
  return reply;
}

std::optional<std::vector<double>> numbers_of(const json::value& value, size_t expected) {
  const auto* array = value.if_array();
  if (array == nullptr || array->size() != expected) return std::nullopt;
  std::vector<double> numbers;
  for (const auto& n : *array) numbers.push_back(find_number(n, {}).value_or(0));
  return numbers;
}

class RememberingGenerator final : public model::Generator {
 public:
  RememberingGenerator(std::unique_ptr<model::Generator> inner, std::unique_ptr<ReplyLog> log)
      : inner_(std::move(inner)), log_(std::move(log)) {}

  const model::GeneratorIdentity& identity() const override { return inner_->identity(); }

  Result<model::Reply> generate(std::span<const model::Message> messages, const model::Sampling& sampling,
                                const model::OnText& on_text, const CancelToken& cancel) override {
    Key key("generate", identity());
    key.add(messages);
    key.add(sampling);
    const std::string name = key.hex();
    if (const auto known = log_->find(name)) {
      model::Reply reply = from_json(*known);
      if (on_text && !reply.text.empty()) on_text(reply.text);
      return reply;
    }
    auto reply = inner_->generate(messages, sampling, on_text, cancel);
    if (reply && reply->finish != model::Reply::Finish::cancelled) log_->keep(name, to_json(*reply));
    return reply;
  }

  Result<std::vector<double>> choose(std::span<const model::Message> messages,
                                     std::span<const std::string> options,
                                     const CancelToken& cancel) override {
    Key key("choose", identity());
    key.add(messages);
    key.add(options);
    const std::string name = key.hex();
    if (const auto known = log_->find(name)) {
      if (auto logprobs = numbers_of(*known, options.size())) return std::move(*logprobs);
    }
    auto logprobs = inner_->choose(messages, options, cancel);
    if (logprobs) log_->keep(name, json::value_from(*logprobs));
    return logprobs;
  }

  Result<void> warm(std::span<const model::Message> prefix, const CancelToken& cancel) override {
    return inner_->warm(prefix, cancel);
  }

  /// Kept too: else an evaluation whose replies are all known would still start the engine to count.
  Result<int> count_tokens(std::span<const model::Message> messages, const CancelToken& cancel) override {
    Key key("count", identity());
    key.add(messages);
    const std::string name = key.hex();
    if (const auto known = log_->find(name)) return find_int(*known, {});
    auto count = inner_->count_tokens(messages, cancel);
    if (count) log_->keep(name, *count);
    return count;
  }

 private:
  const std::unique_ptr<model::Generator> inner_;
  const std::unique_ptr<ReplyLog> log_;
};

}  // namespace

std::unique_ptr<model::Generator> remembering_generator(std::unique_ptr<model::Generator> inner,
                                                        const sys::Path& folder) {
  auto log = ReplyLog::open(folder, kLogName);
  if (!log) {
    log::warn("replies are not kept: {}", log.error().message.en);
    return inner;
  }
  return std::make_unique<RememberingGenerator>(std::move(inner), std::move(*log));
}

Result<void> merge_kept_replies(const sys::Path& from, const sys::Path& into) {
  const auto source = TRY(ReplyLog::open(from, kLogName));
  const auto target = TRY(ReplyLog::open(into, kLogName));
  source->for_each([&](const std::string& key, const json::value& value) { target->keep(key, value); });
  return {};
}

}  // namespace cvp::engine
