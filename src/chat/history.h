// A conversation as it is kept: what a turn leaves in it, and what a follow-up finds there.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "chat/answer.h"
#include "chat/rewrite.h"
#include "store/types.h"

namespace cvp::chat {

/// Older turns no longer say what a follow-up leans on.
inline constexpr size_t kHistoryTurns = 8;

/// The last kHistoryTurns turns of a stored conversation, oldest first. A question without its answer right
/// behind it is left out.
std::vector<HistoryTurn> history_of(const std::vector<store::ChatMessage>& messages);

/// An answer as a conversation keeps it: its sentences, each on a line and with its numbers, or the note of a
/// refusal.
std::string shown_text(const Answer& answer, Lang lang);

/// What a conversation is called that begins with this question: one line of at most 120 bytes.
std::string chat_title(std::string_view question);

}  // namespace cvp::chat
