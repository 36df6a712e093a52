#include "vector/question_terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(QuestionTerms, LeavesOutWhatOnlyAsks) {
  EXPECT_THAT(question_terms("长城是什么时候修建的？"),
              ElementsAre("长城", "城是", "是什", "时候", "候修", "修建", "建的"));
  EXPECT_THAT(question_terms("显存多少"), ElementsAre("显存", "存多"));
  EXPECT_THAT(question_terms("Which model fits?"), ElementsAre("model", "fit"));
  EXPECT_THAT(question_terms("谁写的GPU驱动"), ElementsAre("写的", "gpu", "驱动"));
}

TEST(QuestionTerms, NamesAndSubstancesStay) {
  EXPECT_EQ(question_terms("哪吒闹海").size(), 3u);
  EXPECT_THAT(question_terms("吗啡剂量"), ElementsAre("吗啡", "啡剂", "剂量"));
  EXPECT_THAT(question_terms("WHO guidance"), ElementsAre("who", "guidance"));
  EXPECT_THAT(question_terms("Who gives guidance"), ElementsAre("give", "guidance"));
}

TEST(QuestionTerms, AQuestionWordAloneIsSearchedFor) {
  EXPECT_THAT(question_terms("什么"), ElementsAre("什么"));
  EXPECT_THAT(question_terms("what"), ElementsAre("what"));
  EXPECT_THAT(question_terms("谁"), ElementsAre("谁"));
  EXPECT_THAT(question_terms("？"), IsEmpty());
}

}  // namespace
}  // namespace cvp::vector
