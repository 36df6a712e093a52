// One conversation: its turns in memory and in the store.
#pragma once
#include <string>
#include <vector>

#include "chat/answerer.h"
#include "chat/history.h"
#include "store/store.h"

namespace cvp::cli {

/// Where the numbers of conversations are found.
Text list_hint();

class ChatSession {
 public:
  ChatSession(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// Continues chat `id`, or the latest one when it is 0. Errc::not_found where there is none.
  Result<void> resume(store::ChatId id);
  void start_new();

  store::ChatId id() const { return id_; }
  const std::vector<chat::HistoryTurn>& history() const { return history_; }
  const std::vector<store::ChatMessage>& messages() const { return messages_; }

  /// Keeps a turn, durably; a new chat gets its title from the first question.
  Result<void> add(const std::string& asked, const chat::Answer& answer, const std::string& shown,
                   const std::string& json);

 private:
  store::Store& store_;
  const Clock& clock_;
  store::ChatId id_ = 0;
  std::vector<store::ChatMessage> messages_;
  std::vector<chat::HistoryTurn> history_;
};

}  // namespace cvp::cli
