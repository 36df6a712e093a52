#include "chat/history.h"

#include <gtest/gtest.h>

namespace cvp::chat {
namespace {

store::ChatMessage asked(const std::string& text, const std::string& standalone = "") {
  return {.from_user = true, .text = text, .standalone = standalone};
}
store::ChatMessage answered(const std::string& text) { return {.from_user = false, .text = text}; }

TEST(History, StandaloneQuestionsWithTheirAnswers) {
  const auto history =
      history_of({asked("Gate?"), answered("At nine."),
                  asked("And on Sunday?", "When is the gate open on Sunday?"), answered("Never.")});
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].question, "Gate?");
  EXPECT_EQ(history[0].answer, "At nine.");
  EXPECT_EQ(history[1].question, "When is the gate open on Sunday?");
  EXPECT_EQ(history[1].answer, "Never.");
}

TEST(History, AQuestionThatWasNeverAnsweredIsLeftOut) {
  const auto history = history_of({asked("lost"), asked("Gate?"), answered("At nine."), asked("lost too")});
  ASSERT_EQ(history.size(), 1u);
  EXPECT_EQ(history[0].question, "Gate?");
  EXPECT_TRUE(history_of({answered("of nothing")}).empty());
  EXPECT_TRUE(history_of({}).empty());
}

TEST(History, OnlyTheLastTurns) {
  std::vector<store::ChatMessage> messages;
  for (int i = 0; i < 20; ++i) {
    messages.push_back(asked(std::to_string(i)));
    messages.push_back(answered("yes"));
  }
  const auto history = history_of(messages);
  ASSERT_EQ(history.size(), kHistoryTurns);
  EXPECT_EQ(history.front().question, "12");
  EXPECT_EQ(history.back().question, "19");
}

TEST(History, ShownTextHasNumbersOrTheNote) {
  const Answer answer{
      .outcome = Outcome::answered,
      .sentences = {{.text = "One.", .supported = true, .citations = {1, 2}}, {.text = "Two."}}};
  EXPECT_EQ(shown_text(answer, Lang::en), "One.[1][2]\nTwo.");
  const Answer refused{.note = text("too weak", "依据不足")};
  EXPECT_EQ(shown_text(refused, Lang::en), "too weak");
  EXPECT_EQ(shown_text(refused, Lang::zh), "依据不足");
}

TEST(History, TitlesAreShortAndOnOneLine) {
  EXPECT_EQ(chat_title("  When\n\tdoes it open? "), "When does it open?");
  std::string chinese;
  for (int i = 0; i < 100; ++i) chinese += "门";
  const std::string title = chat_title(chinese);
  EXPECT_EQ(title.size(), 120u);
  EXPECT_TRUE(valid_utf8(title));
}

}  // namespace
}  // namespace cvp::chat
