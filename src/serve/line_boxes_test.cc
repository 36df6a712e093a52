#include "serve/line_boxes.h"

#include <gtest/gtest.h>

#include "sys/files.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::serve {
namespace {

TEST(PartOfBox, LettersAreHalfAsWideAsChineseCharacters) {
  const std::string line = "ab中文";  // widths 1, 1, 2, 2
  const store::LayoutSpan at{.span = {100, 108}, .page = 1, .box = {10, 20, 70, 30}};
  const store::Box part = part_of_box(at, line, {102, 105});
  EXPECT_FLOAT_EQ(part.x0, 30);
  EXPECT_FLOAT_EQ(part.x1, 50);
  EXPECT_FLOAT_EQ(part.y0, 20);
  EXPECT_FLOAT_EQ(part.y1, 30);
  EXPECT_FLOAT_EQ(part_of_box(at, line, {0, 1000}).x1, 70);
  EXPECT_FLOAT_EQ(part_of_box(at, line, {105, 1000}).x0, 50);
}

TEST(PartOfBox, WhatCannotBeCutStaysWhole) {
  const store::LayoutSpan tall{.span = {0, 6}, .page = 1, .box = {10, 20, 20, 80}};
  EXPECT_FLOAT_EQ(part_of_box(tall, "竖排", {0, 3}).x1, 20);
  const store::LayoutSpan flat{.span = {0, 6}, .page = 1, .box = {10, 20, 70, 30}};
  EXPECT_FLOAT_EQ(part_of_box(flat, "other text", {0, 3}).x1, 70) << "not the line's text";
  EXPECT_FLOAT_EQ(part_of_box(flat, "123456", {6, 9}).x1, 70) << "does not touch it";
}

class BoxesOfTest : public ::testing::Test {
 protected:
  BoxesOfTest() {
    store::NewRevision in = cvp::testing::plain_revision(*store_->ensure_collection("c"), "a.pdf", kText);
    in.parsed.layout = {
        {{0, 10}, 1, {0, 0, 100, 10}}, {{11, 21}, 1, {0, 10, 100, 20}}, {{22, 32}, 2, {0, 0, 50, 10}}};
    revision_ = store_->put(in, kText)->revision;
  }
  static constexpr std::string_view kText = "first line\nsecond-one\nthird line";

  sys::TempFolder folder_ = *sys::TempFolder::create();
  cvp::testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = std::move(*store::Store::open(folder_.path(), clock_));
  store::RevisionId revision_ = 0;
};

TEST_F(BoxesOfTest, LinesAreCutToTheSpan) {
  const auto boxes = boxes_of(*store_, revision_, {6, 27}, 100);  // from "line" to "third"
  ASSERT_TRUE(boxes);
  ASSERT_EQ(boxes->size(), 3u);
  EXPECT_FLOAT_EQ((*boxes)[0].box.x0, 60);
  EXPECT_FLOAT_EQ((*boxes)[0].box.x1, 100);
  EXPECT_FLOAT_EQ((*boxes)[1].box.x0, 0);
  EXPECT_FLOAT_EQ((*boxes)[1].box.x1, 100);
  EXPECT_EQ((*boxes)[2].page, 2u);
  EXPECT_FLOAT_EQ((*boxes)[2].box.x1, 25);
}

TEST_F(BoxesOfTest, NoMoreThanAskedFor) {
  EXPECT_EQ(boxes_of(*store_, revision_, {0, 32}, 2)->size(), 2u);
  EXPECT_TRUE(boxes_of(*store_, revision_, {3, 3}, 2)->empty());
}

}  // namespace
}  // namespace cvp::serve
