#include "eval/gold.h"

#include <gtest/gtest.h>

#include <cmath>

#include "eval/retrieval.h"

namespace cvp::eval {
namespace {

bool contains(std::string_view text, const std::string& answer) { return contains_answer(text, {answer}); }

TEST(ContainsAnswer, FoldsWidthCaseSpacesAndPunctuation) {
  EXPECT_FALSE(contains("由 光荣（ＫＯＥＩ）和 ω-force 开发。", "光荣和ω-force"));
  EXPECT_TRUE(contains("由光荣和 Ω－Force 开发。", "光荣和ω-force"));
  EXPECT_TRUE(contains("The price was 1,250 dollars.", "1250"));
  EXPECT_TRUE(contains("It opened in the “New York” hall.", "new york"));
  EXPECT_TRUE(contains("臺灣大學", "台湾大学"));
  EXPECT_TRUE(contains("共 ３０８ 分", "308"));
  EXPECT_FALSE(contains("", "a"));
  EXPECT_FALSE(contains("anything", ""));
  EXPECT_FALSE(contains("anything", "。"));
  EXPECT_FALSE(contains_answer("anything", {}));
}

TEST(ContainsAnswer, NumbersAreWhole) {
  EXPECT_FALSE(contains("in 2010", "10"));
  EXPECT_FALSE(contains("in 1999", "199"));
  EXPECT_FALSE(contains("about 1.5 times", "1"));
  EXPECT_TRUE(contains("the 1990s were", "1990"));
  EXPECT_TRUE(contains("重10kg。", "10"));
  EXPECT_TRUE(contains("第10名", "10"));
}

TEST(ContainsAnswer, LatinWordsBeginAtWords) {
  EXPECT_FALSE(contains("concatenate", "cat"));
  EXPECT_FALSE(contains("category", "cat"));
  EXPECT_TRUE(contains("two cats", "cat"));
  EXPECT_TRUE(contains("cat nap", "cat"));
  EXPECT_TRUE(contains("the catalogue cat", "cat")) << "a later occurrence counts";
}

TEST(Gold, DocumentsByUri) {
  Question q;
  q.gold_uris = {"a", "b"};
  const Gold gold(q);
  EXPECT_TRUE(gold.judges_documents());
  EXPECT_EQ(gold.relevant_count(), 2u);
  EXPECT_TRUE(gold.is_relevant("whatever", "b"));
  EXPECT_FALSE(gold.is_relevant("whatever", "c"));
}

TEST(Gold, PassageByItsSentences) {
  Question q;
  q.gold_passage = "The tower is old. It was built in 1823. Nobody knows the builder. It has four floors.";
  q.answers = {"1823"};
  const Gold gold(q);
  EXPECT_TRUE(gold.is_relevant("Preface. The tower is old. It was built in 1823.", "x"))
      << "half of the sentences";
  EXPECT_TRUE(gold.is_relevant("It was built in 1823. Another text follows here.", "x"))
      << "one sentence and the answer";
  EXPECT_TRUE(gold.is_relevant("built in 1823", "x")) << "inside the passage, with the answer";
  EXPECT_FALSE(gold.is_relevant("The tower is old. Another text.", "x")) << "one sentence without the answer";
  EXPECT_FALSE(gold.is_relevant("Something else happened in 1823.", "x")) << "the answer in another passage";
  EXPECT_FALSE(gold.is_relevant("", "x"));
}

TEST(Gold, AnswersAlone) {
  Question q;
  q.answers = {"1823"};
  EXPECT_TRUE(Gold(q).is_relevant("Something happened in 1823.", "x"));
  EXPECT_FALSE(Gold(q).is_relevant("Something happened in 1824.", "x"));
  Question none;
  EXPECT_FALSE(Gold(none).judgeable());
}

store::Chunk chunk(store::DocumentId document, std::string uri, std::string text = "t") {
  store::Chunk out;
  out.document = document;
  out.uri = std::move(uri);
  out.text = std::move(text);
  return out;
}

TEST(Ranking, CountsDocumentsOnce) {
  Question q;
  q.gold_uris = {"b", "z"};
  const RankMeasures m =
      measure_ranking(Gold(q), {chunk(1, "a"), chunk(1, "a"), chunk(2, "b"), chunk(2, "b"), chunk(3, "c")});
  EXPECT_EQ(m.first, 2u) << "the two passages of document a are one rank";
  EXPECT_DOUBLE_EQ(m.recall, 0.5);
  EXPECT_NEAR(m.ndcg, (1 / std::log2(3.0)) / (1 + 1 / std::log2(3.0)), 1e-12);
}

TEST(Ranking, PassagesCountTheFirstHitOnly) {
  Question q;
  q.answers = {"x"};
  const RankMeasures m =
      measure_ranking(Gold(q), {chunk(1, "a", "x"), chunk(1, "a", "x"), chunk(1, "a", "y")});
  EXPECT_EQ(m.first, 1u);
  EXPECT_DOUBLE_EQ(m.ndcg, 1);
  EXPECT_DOUBLE_EQ(m.recall, 1);
}

TEST(Ranking, StopsAtTen) {
  Question q;
  q.gold_uris = {"gold"};
  std::vector<store::Chunk> ranked;
  for (int i = 0; i < 10; ++i) ranked.push_back(chunk(i + 1, "other"));
  ranked.push_back(chunk(99, "gold"));
  EXPECT_EQ(measure_ranking(Gold(q), ranked).first, 0u);
  EXPECT_DOUBLE_EQ(measure_ranking(Gold(q), ranked).ndcg, 0);
  ranked.erase(ranked.begin());
  EXPECT_EQ(measure_ranking(Gold(q), ranked).first, 10u);
}

}  // namespace
}  // namespace cvp::eval
