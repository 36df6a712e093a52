#include "serve/chat_request.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <limits>
#include <utility>

#include "base/limits.h"
#include "base/unicode.h"
#include "chat/history.h"
#include "serve/call.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr size_t kMessages = 1000, kParts = 100, kStops = 4, kStopCharacters = 64, kCollections = 1000;
constexpr size_t kModelCharacters = 200, kShownBytes = 100;
constexpr int64_t kReplyTokens = 1 << 20;
constexpr double kHottest = 2;

/// Of OpenAI's schema, and without effect here.
constexpr std::array<std::string_view, 15> kPassedOver = {"user",
                                                          "store",
                                                          "metadata",
                                                          "top_p",
                                                          "parallel_tool_calls",
                                                          "service_tier",
                                                          "safety_identifier",
                                                          "prompt_cache_key",
                                                          "prompt_cache_options",
                                                          "prompt_cache_retention",
                                                          "reasoning_effort",
                                                          "verbosity",
                                                          "prediction",
                                                          "tool_choice",
                                                          "function_call"};

/// Of OpenAI's schema; anything but null, false, 0, {} and [] would ask for what cannot be given.
constexpr std::array<std::string_view, 10> kNotHere = {
    "tools", "functions",  "logprobs",           "top_logprobs",     "logit_bias",
    "audio", "moderation", "web_search_options", "presence_penalty", "frequency_penalty"};

bool asks_for_nothing(const value& v) {
  if (const auto* list = v.if_array()) return list->empty();
  if (const auto* fields = v.if_object()) return fields->empty();
  if (v.is_bool()) return !v.get_bool();
  if (v.is_number()) {
    boost::system::error_code error;
    return v.to_number<double>(error) == 0 && !error;
  }
  return v.is_null();
}

std::unexpected<Error> fail_not_supported(std::string_view what) {
  return fail(Errc::usage, text("“{}” is not supported here", "不支持“{}”", what),
              text("leave it out", "请去掉此项"));
}

std::unexpected<Error> fail_field(std::string_view name, const Text& what) {
  return fail(Errc::usage, text("“{}”: {}", "“{}”：{}", name, what));
}

/// Nothing for a value that is no text, or one with a NUL in it.
std::optional<std::string> text_of(const value* v) {
  const boost::json::string* string = v != nullptr ? v->if_string() : nullptr;
  if (string == nullptr || std::ranges::find(*string, '\0') != string->end()) return {};
  return std::string(string->data(), string->size());
}

Result<model::Role> role_of_message(const object& message) {
  const auto name = text_of(message.if_contains("role")).value_or("");
  if (name == "system" || name == "developer") return model::Role::system;
  if (name == "user") return model::Role::user;
  if (name == "assistant") return model::Role::assistant;
  if (name == "tool" || name == "function") return fail_not_supported("role: " + name);
  return fail_field("role", text("must be one of {}", "须为以下之一：{}", "system, user, assistant"));
}

Result<std::string> part_text(const value& part) {
  const object* fields = part.if_object();
  const auto type = text_of(fields != nullptr ? fields->if_contains("type") : nullptr);
  if (!type) return fail_field("content", text("has a part without a type", "有一部分没有 type"));
  if (*type != "text") return fail_not_supported(fmt::format("content: {}", utf8_prefix(*type, kShownBytes)));
  auto words = text_of(fields->if_contains("text"));
  if (!words) return fail_field("content", text("has a text part without text", "有一个文本部分没有文字"));
  return std::move(*words);
}

Result<model::Message> read_message(const value& from) {
  const object* message = from.if_object();
  if (message == nullptr) return fail_field("messages", text("must be a list of messages", "须为消息列表"));
  model::Message out{.role = TRY(role_of_message(*message)), .parts = {}};
  for (const std::string_view name : {"tool_calls", "function_call", "audio"}) {
    const value* extra = message->if_contains(name);
    if (extra != nullptr && !asks_for_nothing(*extra)) return fail_not_supported(name);
  }
  const value* content = message->if_contains("content");
  if (auto whole = text_of(content)) {
    out.parts.push_back(std::move(*whole));
    return out;
  }
  const array* parts = content != nullptr ? content->if_array() : nullptr;
  if (parts == nullptr || parts->empty() || parts->size() > kParts)
    return fail_field("content",
                      text("must be a text, or a list of text parts", "须为文本，或文本部分的列表"));
  std::string all;
  for (const value& part : *parts) all.append(all.empty() ? "" : "\n").append(TRY(part_text(part)));
  out.parts.push_back(std::move(all));
  return out;
}

Result<double> read_temperature(const value* v) {
  if (v == nullptr) return 0.0;
  boost::system::error_code error;
  const double out = v->is_number() ? v->to_number<double>(error) : -1;
  if (error || !(out >= 0 && out <= kHottest))
    return fail_field("temperature", text("must be a number from 0 to 2", "须为 0 到 2 之间的数"));
  return out;
}

Result<std::vector<std::string>> read_stop(const value* v) {
  std::vector<std::string> out;
  if (v == nullptr) return out;
  const array one = {*v};
  const array* all = v->is_array() ? &v->get_array() : &one;
  for (const value& each : *all) {
    auto words = text_of(&each);
    if (!words || words->empty() || count_code_points(*words) > kStopCharacters || out.size() >= kStops)
      return fail_field("stop", text("must be at most {} texts of 1 to {} characters",
                                     "须为不超过 {} 个文本，每个 1 到 {} 个字符", kStops, kStopCharacters));
    out.push_back(std::move(*words));
  }
  return out;
}

/// The cvp field's own.
Result<void> read_documents(const value* v, ChatRequest& out) {
  if (v == nullptr) return {};
  const object* from = v->if_object();
  if (from == nullptr) return fail_field("cvp", text("must be an object", "须为对象"));
  Fields fields(*from);
  out.mode = fields.choice("mode", {"auto", "single", "joint", "extract"}, "");
  const array* all = fields.array("collections", kCollections);
  TRY(fields.finish());
  if (all == nullptr) return {};
  for (const value& one : *all) {
    if (one.is_int64()) {
      out.collections.emplace_back(one.get_int64());
    } else if (auto name = text_of(&one)) {
      out.collections.emplace_back(std::move(*name));
    } else {
      return fail_field("collections", text("must be a list of ids or names", "须为编号或名称的列表"));
    }
  }
  return {};
}

Result<void> refuse_what_is_not_here(Fields& fields) {
  for (const std::string_view name : kNotHere) {
    const value* v = fields.value(std::string(name));
    if (v != nullptr && !asks_for_nothing(*v)) return fail_not_supported(name);
  }
  if (const value* n = fields.value("n"); n != nullptr && *n != value(1)) return fail_not_supported("n");
  if (const value* format = fields.value("response_format")) {
    const object* of = format->if_object();
    const auto type = text_of(of != nullptr ? of->if_contains("type") : nullptr);
    if (type != "text")
      return fail_not_supported(
          fmt::format("response_format: {}", utf8_prefix(type.value_or("?"), kShownBytes)));
  }
  const value* kinds = fields.value("modalities");
  if (kinds != nullptr && *kinds != value(array{"text"})) return fail_not_supported("modalities");
  return {};
}

Result<void> read_stream(Fields& fields, ChatRequest& out) {
  out.stream = fields.boolean("stream", false);
  const value* options = fields.value("stream_options");
  if (options == nullptr) return {};
  const object* from = options->if_object();
  if (from == nullptr || !out.stream)
    return fail_field("stream_options", text("is for streams only", "仅用于流式请求"));
  Fields inner(*from);
  out.usage_in_stream = inner.boolean("include_usage", false);
  inner.boolean("include_obfuscation", false);
  return inner.finish();
}

bool is_blank(std::string_view words) {
  return std::ranges::none_of(words, [](unsigned char c) { return c > ' '; });
}

}  // namespace

Result<ChatRequest> read_chat_request(const object& body) {
  Fields fields(body);
  ChatRequest out{.model = fields.text("model", 4 * kModelCharacters)};
  TRY(refuse_what_is_not_here(fields));
  TRY(read_stream(fields, out));
  const int64_t most = fields.integer("max_tokens", kDefaultReplyTokens, 1, kReplyTokens);
  out.sampling.max_tokens = static_cast<int>(fields.integer("max_completion_tokens", most, 1, kReplyTokens));
  out.sampling.temperature = TRY(read_temperature(fields.value("temperature")));
  out.sampling.seed = static_cast<uint64_t>(
      fields.integer("seed", 0, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()));
  out.sampling.stop = TRY(read_stop(fields.value("stop")));
  TRY(read_documents(fields.value("cvp"), out));
  for (const std::string_view name : kPassedOver) fields.value(std::string(name));
  const array* messages = fields.array("messages", kMessages);
  TRY(fields.finish());
  TRY(check_length("model", out.model, 1, kModelCharacters));
  if (messages == nullptr || messages->empty())
    return fail_field("messages", text("is missing or empty", "缺少此项或为空"));
  for (const value& one : *messages) out.messages.push_back(TRY(read_message(one)));
  return out;
}

Result<Conversation> conversation_of(const std::vector<model::Message>& messages) {
  Conversation out;
  if (messages.empty() || messages.back().role != model::Role::user)
    return fail_field("messages", text("the last one must be the user's question", "最后一条须为用户的问题"));
  out.question = messages.back().parts.front();
  if (is_blank(out.question)) return fail_field("messages", text("the question is empty", "问题是空的"));
  if (out.question.size() > limits::kQuestionBytes)
    return fail_field(
        "messages", text("the question is longer than {} bytes", "问题超过 {} 字节", limits::kQuestionBytes));
  std::string asked;
  for (size_t i = 0; i + 1 < messages.size(); ++i) {
    const model::Message& one = messages[i];
    if (one.role == model::Role::user) asked = one.parts.front();
    if (one.role != model::Role::assistant || asked.empty()) continue;
    out.history.push_back({.question = std::exchange(asked, {}), .answer = one.parts.front()});
  }
  if (out.history.size() > chat::kHistoryTurns)
    out.history.erase(out.history.begin(), out.history.end() - chat::kHistoryTurns);
  return out;
}

}  // namespace cvp::serve
