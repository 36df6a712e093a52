#include "cli/chat_session.h"

namespace cvp::cli {

Text list_hint() {
  return text("`cvp chat --list` shows those there are", "`cvp chat --list` 可查看已有的对话");
}

void ChatSession::start_new() {
  id_ = 0;
  messages_.clear();
  history_.clear();
}

Result<void> ChatSession::resume(store::ChatId id) {
  start_new();
  const std::vector<store::ChatInfo> chats = TRY(store_.chats(id == 0 ? 1 : 1000));
  const store::ChatInfo* found = nullptr;
  for (const store::ChatInfo& chat : chats) {
    if (id == 0 || chat.id == id) {
      found = &chat;
      break;
    }
  }
  if (found == nullptr) {
    return fail(Errc::not_found,
                id == 0 ? text("there is no chat to continue", "没有可以继续的对话")
                        : text("there is no chat {}", "没有编号为 {} 的对话", id),
                list_hint());
  }
  id_ = found->id;
  messages_ = TRY(store_.messages(id_));
  history_ = chat::history_of(messages_);
  return {};
}

Result<void> ChatSession::add(const std::string& asked, const chat::Answer& answer, const std::string& shown,
                              const std::string& json) {
  if (id_ == 0) id_ = TRY(store_.create_chat(chat::chat_title(asked)));
  const int64_t now = clock_.unix_seconds();
  messages_.push_back({.from_user = true,
                       .text = asked,
                       .standalone = answer.question,
                       .answer_json = "",
                       .unix_seconds = now});
  TRY(store_.append_message(id_, messages_.back()));
  messages_.push_back(
      {.from_user = false, .text = shown, .standalone = "", .answer_json = json, .unix_seconds = now});
  TRY(store_.append_message(id_, messages_.back()));
  history_ = chat::history_of(messages_);
  return {};
}

}  // namespace cvp::cli
