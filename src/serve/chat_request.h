// A request in the form of OpenAI's chat completions, read into native types. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "chat/rewrite.h"
#include "model/generator.h"

namespace cvp::serve {

struct ChatRequest {
  std::string model;
  std::vector<model::Message> messages;  // at least one
  bool stream = false;
  bool usage_in_stream = false;
  model::Sampling sampling;
  /// Of a model that answers from documents: the field "cvp", which is not OpenAI's.
  std::string mode;                                             // empty: as configured
  std::vector<std::variant<int64_t, std::string>> collections;  // ids or names; empty: as the model says
};

inline constexpr int kDefaultReplyTokens = 1024;

/// What is of OpenAI's schema and changes nothing here (user, store, top_p, …) is passed over. What would
/// change the reply and is not known here (tools, images, n > 1, …) is Errc::usage and named, as is a field
/// of nobody's schema.
Result<ChatRequest> read_chat_request(const boost::json::object& body);

/// The last message as a question, those before it as what was said. System messages say nothing about how
/// documents are read and are left out. Errc::usage where the last message is not the user's.
struct Conversation {
  std::string question;
  std::vector<chat::HistoryTurn> history;  // oldest first
};
Result<Conversation> conversation_of(const std::vector<model::Message>& messages);

}  // namespace cvp::serve
