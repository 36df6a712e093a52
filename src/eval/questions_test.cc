#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/evaluate.h"

namespace cvp::eval {
namespace {

TEST(Questions, ReadsSquadOne) {
  const auto set =
      parse_questions(R"({"version":"1.1","data":[{"paragraphs":[{"context":"The gate opened in 1823.","qas":[
    {"id":"a","question":"When did it open?","answers":[{"text":"1823","answer_start":19},{"text":"1823","answer_start":19}]},
    {"id":7,"question":"What opened?","answers":[{"text":"The gate","answer_start":0}]}]}]}]})",
                      "toy.json");
  ASSERT_TRUE(set) << set.error().message.en;
  ASSERT_EQ(set->questions.size(), 2u);
  EXPECT_EQ(set->paragraphs, std::vector<std::string>{"The gate opened in 1823."});
  EXPECT_EQ(set->questions[0].id, "a");
  EXPECT_EQ(set->questions[0].answers, std::vector<std::string>{"1823"}) << "repeats left out";
  EXPECT_EQ(set->questions[0].gold_passage, "The gate opened in 1823.");
  EXPECT_TRUE(set->questions[0].answerable);
  EXPECT_EQ(set->questions[1].id, "7");
}

TEST(Questions, ReadsSquadTwoImpossible) {
  const auto set = parse_questions(
      R"({"data":[{"paragraphs":[{"context":"c","qas":[{"id":"x","question":"q?","is_impossible":true,"answers":[],
          "plausible_answers":[{"text":"c"}]}]}]}]})",
      "two.json");
  ASSERT_TRUE(set) << set.error().message.en;
  EXPECT_FALSE(set->questions[0].answerable);
  EXPECT_TRUE(set->questions[0].answers.empty());
}

TEST(Questions, LeavesOutSquadEntriesWithoutAQuestion) {
  const auto set = parse_questions(
      R"({"data":[{"paragraphs":[{"context":"c","qas":[{"id":"x","question":"","answers":[]},
          {"id":"y","question":"q?","answers":[]}]}]}]})",
      "trial.json");
  ASSERT_TRUE(set) << set.error().message.en;
  EXPECT_EQ(set->questions.size(), 1u);
  EXPECT_EQ(set->left_out, 1u);
}

TEST(Questions, ReadsLines) {
  const auto set = parse_questions(
      "\xEF\xBB\xBF{\"question\": \"一？\", \"answers\": [\"甲\"], \"passage\": \"甲在此。\"}\r\n\n"
      "{\"question\": \"two?\", \"documents\": [\"a.md\"], \"answerable\": false, \"without\": [\"b.md\"], "
      "\"id\": \"t\"}",
      "own.jsonl");
  ASSERT_TRUE(set) << set.error().message.en;
  ASSERT_EQ(set->questions.size(), 2u);
  EXPECT_EQ(set->questions[0].id, "1");
  EXPECT_EQ(set->questions[0].gold_passage, "甲在此。");
  EXPECT_EQ(set->paragraphs.size(), 1u);
  EXPECT_EQ(set->questions[1].id, "t");
  EXPECT_FALSE(set->questions[1].answerable);
  EXPECT_EQ(set->questions[1].gold_uris, std::vector<std::string>{"a.md"});
  EXPECT_EQ(set->questions[1].without_uris, std::vector<std::string>{"b.md"});
}

std::string error_of(std::string_view bytes) {
  const auto set = parse_questions(bytes, "f");
  EXPECT_FALSE(set);
  if (set) return "";
  EXPECT_FALSE(set.error().message.zh.empty());
  return set.error().message.en;
}

TEST(Questions, ErrorsNameTheLine) {
  EXPECT_THAT(error_of("{\"question\":\"a\",\"answers\":[]}\n\n{\"question\":\n"),
              testing::HasSubstr("f, line 3"));
  EXPECT_THAT(error_of("{\"question\":\"a\"}\n[1]\n"), testing::HasSubstr("f, line 2: not a JSON object"));
  EXPECT_THAT(error_of("{\"question\":\"a\"}\n{\"answers\":[\"x\"]}\n"),
              testing::HasSubstr("line 2: \"question\" must be a string"));
  EXPECT_THAT(error_of("{\"question\":\"a\",\"answers\":\"x\"}\n"),
              testing::HasSubstr("line 1: \"answers\" must be a list"));
  EXPECT_THAT(error_of("{\"question\":\"a\",\"answers\":[3]}\n"),
              testing::HasSubstr("\"answers\" must hold strings"));
  EXPECT_THAT(error_of("{\"question\":\"a\",\"answerable\":\"no\"}\n"), testing::HasSubstr("true or false"));
  EXPECT_THAT(error_of("{\"question\":\"\"}\n"), testing::HasSubstr("question is empty"));
  EXPECT_THAT(error_of("{\n\"data\": [\n  oops\n]}"), testing::HasSubstr("f, line 3"));
  EXPECT_THAT(error_of("{\n\"data\": []} x"),
              testing::HasSubstr("f, line 2: not JSON (more text after the end)"));
}

TEST(Questions, SquadErrorsNameTheMember) {
  EXPECT_THAT(error_of(R"({"data":[{"paragraphs":[{"context":"c","qas":[{"id":"x"}]}]}]})"),
              testing::HasSubstr("data[0].paragraphs[0].qas[0]: \"question\""));
  EXPECT_THAT(error_of(R"({"data":[{"paragraphs":[{"qas":[]}]}]})"),
              testing::HasSubstr("data[0].paragraphs[0]: \"context\""));
  EXPECT_THAT(error_of(R"({"data":[3]})"), testing::HasSubstr("data[0]: not an object"));
  EXPECT_THAT(error_of("{\"dada\":[]}\n"), testing::HasSubstr("\"question\""));
}

TEST(Questions, RefusesHostileInput) {
  error_of("");
  error_of("\n\n");
  error_of("null");
  error_of(std::string(100'000, '['));
  error_of("{\"data\":" + std::string(1000, '['));
  error_of(std::string("{\"question\":\"\xff\xfe\"}\n"));
  error_of(std::string("{\"question\":\"a\0b", 15));
  EXPECT_THAT(error_of("{\"question\":\"" + std::string(20'000, 'a') + "\"}\n"),
              testing::HasSubstr("longer than 16384 bytes"));
  EXPECT_THAT(error_of(R"({"data":[]})"), testing::HasSubstr("no questions"));
}

}  // namespace
}  // namespace cvp::eval
