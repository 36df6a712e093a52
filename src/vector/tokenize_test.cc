#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vector/index.h"

namespace cvp::vector {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> terms(std::string_view text) {
  std::vector<std::string> out;
  for (Term& term : tokenize(text)) out.push_back(std::move(term.text));
  return out;
}

TEST(Tokenize, CjkBigramsAndLoneCharacters) {
  EXPECT_THAT(terms("三码合一"), ElementsAre("三码", "码合", "合一"));
  EXPECT_THAT(terms("第 5 章"), ElementsAre("第", "5", "章"));
}

TEST(Tokenize, FoldsWidthCaseAndTraditional) { EXPECT_EQ(terms("ＧＰＵ顯存"), terms("gpu显存")); }

TEST(Tokenize, CodesWholeAndInParts) {
  EXPECT_THAT(terms("PPR-9087"), ElementsAre("ppr", "9087", "ppr-9087"));
  EXPECT_THAT(terms("见v1.2.3。"), Contains("v1.2.3"));
  EXPECT_THAT(terms("型号PPR-9087的参数"), Contains("ppr-9087"));
}

TEST(Tokenize, PluralsAreOneTerm) {
  EXPECT_EQ(terms("studies"), terms("study"));
  EXPECT_EQ(terms("models"), terms("model"));
  EXPECT_THAT(terms("bus glass analysis"), ElementsAre("bus", "glass", "analysis"));
}

TEST(Tokenize, SpansPointIntoTheSource) {
  const std::string source = "顯存 PPR-9087";
  for (const Term& term : tokenize(source)) {
    ASSERT_LE(term.source.end, source.size());
    EXPECT_LT(term.source.begin, term.source.end);
  }
  EXPECT_EQ(source.substr(tokenize(source)[0].source.begin, tokenize(source)[0].source.size()), "顯存");
}

TEST(Tokenize, NothingInPunctuation) { EXPECT_THAT(terms("，。 !?\n"), IsEmpty()); }

}  // namespace
}  // namespace cvp::vector
