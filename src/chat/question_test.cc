#include "chat/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/reader.h"
#include "chat/rewrite.h"
#include "testing/fakes.h"

namespace cvp::chat {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Question, ContentLeavesQuestionWordsOut) {
  EXPECT_THAT(content_of_question("《战国无双3》是由哪两个公司合作开发的？"), Not(HasSubstr("哪")));
  EXPECT_THAT(content_of_question("显存有多少？"), HasSubstr("显存"));
  const std::string english = content_of_question("Which team did the Broncos beat?");
  EXPECT_THAT(english, HasSubstr("broncos"));
  EXPECT_THAT(english, Not(HasSubstr("which")));
  EXPECT_THAT(english, Not(HasSubstr("did")));
}

TEST(Question, YesOrNo) {
  for (const char* yes :
       {"这款打印机支持双面打印吗？", "保修期是否包含电池？", "Does it print in colour?", "  Is it free?"})
    EXPECT_TRUE(asks_yes_or_no(yes)) << yes;
  for (const char* no : {"保修期多久？", "What is it?", "Who does the work?", "", "  "})
    EXPECT_FALSE(asks_yes_or_no(no)) << no;
}

TEST(Question, KindsAndReach) {
  EXPECT_EQ(answer_kind("它是哪一年发布的？"), AnswerKind::time);
  EXPECT_EQ(answer_kind("How many people live there?"), AnswerKind::number);
  EXPECT_EQ(answer_kind("谁写的？"), AnswerKind::any);
  EXPECT_TRUE(needs_several_passages("比较 LoRA 和全量微调"));
  EXPECT_TRUE(needs_several_passages("Summarise the security advice."));
  EXPECT_FALSE(needs_several_passages("LoRA 是什么？"));
}

TEST(Rewrite, OnlyFollowUpsAreRewritten) {
  EXPECT_TRUE(is_follow_up("它多大？"));
  EXPECT_TRUE(is_follow_up("那 13B 呢？"));
  EXPECT_TRUE(is_follow_up("And how big is it?"));
  EXPECT_TRUE(is_follow_up("为什么？"));
  EXPECT_FALSE(is_follow_up("Llama-2-7B 在 fp16 精度下需要多少显存？"));
  testing::FakeGenerator generator;
  const prompt::Library prompts = prompt::Library::load().value();
  const auto same =
      standalone_question("Llama-2-7B 在 fp16 精度下需要多少显存？", {{"a", "b"}}, prompts, &generator, {});
  EXPECT_EQ(same.value(), "Llama-2-7B 在 fp16 精度下需要多少显存？");
  EXPECT_TRUE(generator.prompts.empty());
}

TEST(Rewrite, UsesTheModelAndDistrustsInventions) {
  const prompt::Library prompts = prompt::Library::load().value();
  const std::vector<HistoryTurn> history = {{"Llama-2-7B 需要多少显存？", "fp16 需要 14 GB。"}};
  testing::FakeGenerator generator;
  generator.reply = [](const std::string&) { return std::string("Llama-2-7B 用 int4 需要多少显存？\n"); };
  EXPECT_EQ(standalone_question("那 int4 呢？", history, prompts, &generator, {}).value(),
            "Llama-2-7B 用 int4 需要多少显存？");
  generator.reply = [](const std::string&) { return std::string("GPT-4 用 int4 需要多少显存？"); };
  EXPECT_EQ(standalone_question("那 int4 呢？", history, prompts, &generator, {}).value(),
            "Llama-2-7B 需要多少显存？ 那 int4 呢？");
  EXPECT_EQ(standalone_question("那 int4 呢？", history, prompts, nullptr, {}).value(),
            "Llama-2-7B 需要多少显存？ 那 int4 呢？");
}

TEST(Rewrite, WithoutAModelTheQuestionDoesNotGrow) {
  const prompt::Library prompts = prompt::Library::load().value();
  const auto joined = [&](const std::string& previous, const std::string& question) {
    return standalone_question(question, {{"older", ""}, {previous, ""}}, prompts, nullptr, {}).value();
  };
  const std::string second = joined("Llama-2-7B 需要多少显存？", "那 int4 呢？");
  EXPECT_EQ(joined(second, "那 int8 呢？"), "Llama-2-7B 需要多少显存？ 那 int8 呢？");
  EXPECT_EQ(joined("The pump leaks. Which spare part fits the series C", "And its price?"),
            "The pump leaks. Which spare part fits the series C? And its price?");
  EXPECT_EQ(joined("为什么？ 那它呢？", "它多大？"), "那它呢？ 它多大？") << "nothing that stands alone";
  EXPECT_EQ(joined("", "它多大？"), "它多大？");
  std::string previous;
  for (int i = 0; i < 100; ++i) previous += "Pump number " + std::to_string(i) + " has a red valve. ";
  const std::string bounded = joined(previous, "And its price?");
  EXPECT_LT(bounded.size(), 700u);
  EXPECT_TRUE(bounded.starts_with("Pump number ")) << bounded;
  EXPECT_TRUE(bounded.ends_with("Pump number 99 has a red valve. And its price?")) << bounded;
  const std::string longest = "它 " + std::string((16 << 10) - 100, 'x') + "？";
  EXPECT_TRUE(joined(previous, longest).ends_with(longest));
  EXPECT_LE(joined(previous, longest).size(), 16u << 10);
}

TEST(Reader, RecognisesRefusalsAndFrills) {
  EXPECT_TRUE(declines("资料中没有提到这一点。"));
  EXPECT_TRUE(declines("The text does not mention it."));
  EXPECT_FALSE(declines("14 GB"));
  EXPECT_EQ(plain_answer("答案：14 GB [2]\n"), "14 GB");
  EXPECT_EQ(plain_answer("- According to the text, it is [draft] 3."), "it is [draft] 3.");
}

}  // namespace
}  // namespace cvp::chat
