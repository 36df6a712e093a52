#include "chat/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Numbers, OneValueInManyForms) {
  const Number thousand{"1000", ""};
  for (const char* text : {"1,000", "1000", "一千", "0.1万", "１０００"})
    EXPECT_THAT(numbers_in(text), ElementsAre(thousand)) << text;
  EXPECT_THAT(numbers_in("二〇〇八年"), ElementsAre(Number{"2008", "year"}));
  EXPECT_THAT(numbers_in("十五岁"), ElementsAre(Number{"15", "age"}));
  EXPECT_THAT(numbers_in("3.5 million"), ElementsAre(Number{"3500000", ""}));
  EXPECT_THAT(numbers_in("14 GB"), ElementsAre(Number{"14", "gb"}));
}

TEST(Numbers, LongOnesDifferInTheirLastDigit) {
  EXPECT_NE(numbers_in("12345678901"), numbers_in("12345678902"));
  EXPECT_NE(numbers_in("卡号 6222020200112345678"), numbers_in("卡号 6222020200112345679"));
  EXPECT_EQ(numbers_in("1,234,567,890,123"), numbers_in("1234567890123"));
  EXPECT_EQ(numbers_in("1.1亿"), numbers_in("110000000"));
  EXPECT_EQ(numbers_in("2.50"), numbers_in("2.5"));
  EXPECT_EQ(numbers_in("007"), numbers_in("7"));
  EXPECT_EQ(numbers_in("0.50"), numbers_in("0.5"));
  EXPECT_EQ(numbers_in("00.0"), numbers_in("0"));
}

TEST(Numbers, SingleChineseNumeralsSayTooLittle) { EXPECT_THAT(numbers_in("一个人和三件事"), IsEmpty()); }

TEST(Numbers, UnitsMustAgreeWhereBothAreKnown) {
  EXPECT_TRUE(same_number({"5", "km"}, {"5", "km"}));
  EXPECT_TRUE(same_number({"5", ""}, {"5", "km"}));
  EXPECT_FALSE(same_number({"5", "m"}, {"5", "km"}));
  EXPECT_EQ(numbers_in("5公里")[0], numbers_in("5 km")[0]);
  EXPECT_NE(numbers_in("16GB")[0], numbers_in("16GiB")[0]);
}

TEST(Names, LatinWordsInChineseAndTitles) {
  EXPECT_THAT(names_in("《战国无双3》由Koei开发。"), ElementsAre("战国无双3", "koei"));
  EXPECT_THAT(names_in("The game was made by Koei in Japan."), ElementsAre("koei", "japan"));
}

TEST(Names, WhatAQuestionNamesExactly) {
  EXPECT_EQ(exact_names_in("《夏日旋律》用 RTX 4060 和 INT4 跑 13B，占 16GB？"),
            (std::vector<std::string>{"夏日旋律", "int4", "13b"}));
  EXPECT_EQ(exact_names_in("Which 19th-century bridge of the 1990s carries AK-130 over 50km?"),
            std::vector<std::string>{"ak-130"});
  EXPECT_TRUE(exact_names_in("《》是什么？").empty());
}

TEST(Names, RivalCodesDifferInDigitsAlone) {
  EXPECT_TRUE(rival_codes("int4", "int8"));
  EXPECT_TRUE(rival_codes("7b", "13b"));
  EXPECT_FALSE(rival_codes("int4", "int4"));
  EXPECT_FALSE(rival_codes("int4", "fp16"));
}

TEST(Negation, RealOnesOnly) {
  for (const char* denied :
       {"他没有去", "不支持中文", "尚未发布", "It does not run", "There is no driver", "isn't free"})
    EXPECT_TRUE(has_negation(denied)) << denied;
  for (const char* plain :
       {"他不仅去了", "不同的版本", "未来计划", "非常好", "It not only runs but flies", "a note on nothing"})
    EXPECT_FALSE(has_negation(plain)) << plain;
}

}  // namespace
}  // namespace cvp::chat
