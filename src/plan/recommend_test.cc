#include "plan/recommend.h"

#include <gtest/gtest.h>

#include "plan/planning_for_tests.h"

namespace cvp::plan {
namespace {

std::vector<Candidate> candidates() {
  const auto one = [](Subject subject, const char* id, double parameters) {
    return Candidate{.subject = std::move(subject),
                     .id = id,
                     .installable = true,
                     .languages = {"zh", "en"},
                     .licence = "Apache-2.0",
                     .commercial = true,
                     .parameters = parameters};
  };
  std::vector<Candidate> out = {one(llama_8b(), "8b", 8e9), one(llama_70b(), "70b", 70e9)};
  const Shape small = llama_shape(16, 2048, 8, 8192);
  out.push_back(one({.name = "1B", .shape = small, .weights = weights_of_shape(small)}, "1b", 1.2e9));
  return out;
}

Ranking rank(const Goal& goal, const Rig& rig, const std::vector<Candidate>& all) {
  std::vector<const Candidate*> list;
  for (const Candidate& candidate : all) list.push_back(&candidate);
  auto out = recommend(list, goal, rig, {}, quality_table().value());
  EXPECT_TRUE(out) << out.error().message.en;
  return out.value_or(Ranking{});
}

TEST(Recommend, TheLargestThatAnswersInTimeComesFirst) {
  const auto all = candidates();
  const Rig big = desktop(64, {card("4090", 24, 1008e9, 165e12)});
  EXPECT_EQ(rank({.seconds = 10}, big, all).choices.front().candidate->id, "8b");
  const Ranking slow = rank({.seconds = 30}, desktop(16), all);
  EXPECT_EQ(slow.choices.front().candidate->id, "1b");
  EXPECT_FALSE(slow.choices.back().in_time);
  ASSERT_EQ(slow.left_out.size(), 1u);
  EXPECT_EQ(slow.left_out[0].first, "70b");
}

TEST(Recommend, WhereNoSpeedIsKnownTheLargestThatFitsComesFirst) {
  const Ranking ranking = rank({}, desktop(64, {card("?", 24, 0, 0)}), candidates());
  ASSERT_GE(ranking.choices.size(), 2u);
  EXPECT_EQ(ranking.choices[0].answer_seconds.value, 0);
  EXPECT_GE(ranking.choices[0].quality, ranking.choices[1].quality);
}

TEST(Recommend, AFastAnswerIsNotSaidToTakeNoTime) {
  auto all = candidates();
  all.erase(all.begin(), all.begin() + 2);  // 1B alone
  const Ranking fast = rank({.seconds = 30}, desktop(64, {card("fast", 80, 20e12, 5e15)}), all);
  ASSERT_LT(fast.choices.front().answer_seconds.value, 1);
  EXPECT_EQ(fast.choices.front().reasons.at(1).en, "an answer in under a second, within your 30 s");
  EXPECT_EQ(fast.choices.front().reasons.at(1).zh, "回答不到一秒，不超过你要求的 30 秒");
}

TEST(Recommend, LanguagesAndLicencesExclude) {
  auto all = candidates();
  all[0].languages = {"en"};
  all[2].commercial = false;
  const Ranking ranking = rank({.languages = {"zh"}, .commercial = true}, desktop(256), all);
  ASSERT_EQ(ranking.choices.size(), 1u);
  EXPECT_EQ(ranking.choices[0].candidate->id, "70b");
  EXPECT_EQ(ranking.left_out.size(), 2u);
  all[0].languages = {"multilingual"};
  EXPECT_EQ(rank({.languages = {"zh", "en"}}, desktop(256), all).choices.size(), 3u);
}

TEST(Recommend, EveryChoiceSaysWhy) {
  const auto all = candidates();
  for (const Choice& choice : rank({}, desktop(64), all).choices) EXPECT_GE(choice.reasons.size(), 2u);
}

}  // namespace
}  // namespace cvp::plan
