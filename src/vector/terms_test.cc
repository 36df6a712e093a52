#include "vector/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::vector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Terms, LastCharactersOfRuns) {
  EXPECT_THAT(last_characters("持股，原始股 A 股 abc 中"), ElementsAre("股\x01", "股\x01"));
  EXPECT_THAT(last_characters("臺灣"), ElementsAre("湾\x01"));
  EXPECT_THAT(last_characters("no cjk"), IsEmpty());
  EXPECT_THAT(last_characters(""), IsEmpty());
}

TEST(Terms, DistinctTermsKeepTheirOrder) {
  EXPECT_THAT(distinct_terms("显存 GPU 显存 gpu 内存"), ElementsAre("显存", "gpu", "内存"));
}

TEST(Terms, CodesAreToldFromTheirParts) {
  EXPECT_TRUE(is_code("ppr-9087"));
  EXPECT_TRUE(is_code("v1.2"));
  EXPECT_FALSE(is_code("ppr"));
  EXPECT_FALSE(is_code("显存"));
  EXPECT_FALSE(is_code("größe"));
}

TEST(Terms, IndexedTextHoldsTitleAndHeading) {
  store::Chunk chunk;
  chunk.text = "text";
  EXPECT_EQ(indexed_text(chunk), "text");
  chunk.title = "title";
  chunk.where.heading = "heading";
  EXPECT_EQ(indexed_text(chunk), "title\nheading\ntext");
}

}  // namespace
}  // namespace cvp::vector
