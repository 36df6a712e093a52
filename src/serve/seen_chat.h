// A stored chat as one reader may see it: now, not when it was answered. What comes from a document that was
// removed, or that this reader may not read, is not shown: neither its quotes nor the sentences made from it
// nor a question that was completed from them.
#pragma once
#include <optional>
#include <vector>

#include "chat/answer.h"
#include "serve/backend.h"

namespace cvp::serve {

struct ChatAccess {
  store::ChatInfo info;
  bool mine = false;                 // else it was shared with the caller, to be read
  std::vector<store::Grant> shared;  // with whom; for its owner only
};

/// Errc::not_found for chats of others that are not shared with the caller, as for one that is not there.
Result<ChatAccess> chat_for(const Backend& backend, const Caller& caller, store::ChatId id);
/// As chat_for, but Errc::refused where it is only shared with the caller.
Result<ChatAccess> own_chat(const Backend& backend, const Caller& caller, store::ChatId id);

struct SeenMessage {
  store::ChatMessage message;          // text and standalone as they may be seen
  std::optional<chat::Answer> answer;  // of an assistant's message
};
/// In order. Notes in place of what is hidden are in `lang`.
Result<std::vector<SeenMessage>> seen_messages(const Backend& backend, const Caller& caller,
                                               const ChatAccess& chat, Lang lang);

}  // namespace cvp::serve
