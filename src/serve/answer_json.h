// Answers as the API says them and as chats keep them: in one language, with citations that stay what they
// were.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "chat/answer.h"

namespace cvp::serve {

boost::json::object citation_json(const chat::Citation& citation);
boost::json::object sentence_json(const chat::Sentence& sentence, Lang lang);
/// All of an answer but the chat and the message, which it gets when it is kept.
boost::json::object answer_json(const chat::Answer& answer, Lang lang);

/// What answer_json wrote. The texts are in the language in which they were kept, a citation's uri is the
/// name it was shown with, and what the API does not say (`considered`, `lang`) is not there. Nothing where
/// it is no such answer.
std::optional<chat::Answer> read_answer(std::string_view json);

}  // namespace cvp::serve
