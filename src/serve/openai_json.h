// What the replies of OpenAI's API have in common.
#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "model/tokenizer.h"
#include "net/reply.h"

namespace cvp::serve {

/// Who speaks: the same in every chunk of one reply.
struct Completion {
  std::string id, model;  // the model as the client called it
  int64_t created = 0;

  boost::json::object whole(boost::json::object message, std::string_view finish_reason,
                            boost::json::value usage) const;
  /// finish_reason: empty for all but the last.
  boost::json::object chunk(boost::json::object delta, std::string_view finish_reason) const;
  /// After the last chunk.
  boost::json::object usage_chunk(boost::json::value usage) const;
};

boost::json::object usage_json(int64_t prompt_tokens, int64_t cached_tokens, int64_t completion_tokens);

/// What a model says: a prompt that it cannot take is the client's mistake, not a lack of rights.
net::Reply model_refusal(const Error& error, Lang lang);

}  // namespace cvp::serve
