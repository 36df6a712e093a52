#include "chat/history.h"

#include "base/columns.h"
#include "base/unicode.h"

namespace cvp::chat {
namespace {
constexpr size_t kTitleBytes = 120;
}

std::vector<HistoryTurn> history_of(const std::vector<store::ChatMessage>& messages) {
  std::vector<HistoryTurn> out;
  for (size_t i = 0; i + 1 < messages.size(); ++i) {
    const store::ChatMessage& asked = messages[i];
    const store::ChatMessage& answered = messages[i + 1];
    if (!asked.from_user || answered.from_user) continue;
    out.push_back(
        {.question = asked.standalone.empty() ? asked.text : asked.standalone, .answer = answered.text});
  }
  if (out.size() > kHistoryTurns) out.erase(out.begin(), out.end() - kHistoryTurns);
  return out;
}

std::string shown_text(const Answer& answer, Lang lang) {
  std::string out;
  for (const Sentence& sentence : answer.sentences) {
    out += (out.empty() ? "" : "\n") + sentence.text;
    for (const int number : sentence.citations) out += fmt::format("[{}]", number);
  }
  return out.empty() ? answer.note.in(lang) : out;
}

std::string chat_title(std::string_view question) {
  const std::string line = one_line(question);
  return std::string(utf8_prefix(line, kTitleBytes));
}

}  // namespace cvp::chat
