#include "serve/openai_json.h"

#include <boost/json/array.hpp>
#include <utility>

#include "serve/replies.h"

namespace cvp::serve {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object Completion::whole(object message, std::string_view finish_reason, value usage) const {
  const object choice = {
      {"index", 0}, {"message", std::move(message)}, {"logprobs", nullptr}, {"finish_reason", finish_reason}};
  return {{"id", id},
          {"object", "chat.completion"},
          {"created", created},
          {"model", model},
          {"choices", array{choice}},
          {"usage", std::move(usage)},
          {"system_fingerprint", nullptr}};
}

object Completion::chunk(object delta, std::string_view finish_reason) const {
  const object choice = {{"index", 0},
                         {"delta", std::move(delta)},
                         {"logprobs", nullptr},
                         {"finish_reason", finish_reason.empty() ? value(nullptr) : value(finish_reason)}};
  return {{"id", id},       {"object", "chat.completion.chunk"}, {"created", created},
          {"model", model}, {"choices", array{choice}},          {"usage", nullptr}};
}

object Completion::usage_chunk(value usage) const {
  return {{"id", id},           {"object", "chat.completion.chunk"}, {"created", created}, {"model", model},
          {"choices", array{}}, {"usage", std::move(usage)}};
}

object usage_json(int64_t prompt_tokens, int64_t cached_tokens, int64_t completion_tokens) {
  return {{"prompt_tokens", prompt_tokens},
          {"completion_tokens", completion_tokens},
          {"total_tokens", prompt_tokens + completion_tokens},
          {"prompt_tokens_details", {{"cached_tokens", cached_tokens}}}};
}

net::Reply model_refusal(const Error& error, Lang lang) {
  if (error.code != Errc::refused) return error_reply(error, lang);
  return error_reply(400, "context_length_exceeded", error.message, error.hint, lang);
}

}  // namespace cvp::serve
