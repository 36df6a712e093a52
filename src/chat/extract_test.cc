#include "chat/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/files.h"
#include "sys/sha256.h"
#include "testing/fakes.h"

namespace cvp::chat {
namespace {

using ::testing::ElementsAre;

class ExtractTest : public ::testing::Test {
 protected:
  /// The passage's sentences, best first, as one would be quoted.
  std::vector<std::string> quoted(const std::string& question, const std::string& passage,
                                  const std::string& above = "") {
    const store::CollectionId collection = store_->ensure_collection("default").value();
    store::NewRevision revision{.collection = collection,
                                .uri = "passage",
                                .content_sha256 = sys::sha256_hex(passage),
                                .bytes = passage.size(),
                                .made_with = "test"};
    revision.parsed.text = passage;
    revision.chunks = {{.span = {0, static_cast<uint32_t>(passage.size())}}};
    EXPECT_TRUE(store_->put(revision, passage));
    const SourceText source(passage, above);
    std::vector<std::string> out;
    for (const PickedSentence& one :
         best_sentences(question, Evidence::of(question, *index_, {}).value(), {{&source, 1}}, 10))
      out.push_back(passage.substr(one.span.begin, one.span.size()));
    return out;
  }

  sys::TempFolder folder_ = sys::TempFolder::create().value();
  testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = store::Store::open(folder_.path(), clock_).value();
  std::unique_ptr<vector::Index> index_ = vector::Index::open(folder_.path() / "index", *store_).value();
};

TEST_F(ExtractTest, HeadingsAreNotQuoted) {
  EXPECT_THAT(quoted("What is the KV cache?", "# The KV cache\n\nIt stores keys and values.\n\n## Size\n"),
              ElementsAre("It stores keys and values."));
  EXPECT_THAT(quoted("What is the KV cache?", "The KV cache\n============\n\nIt stores keys and values.\n"),
              ElementsAre("It stores keys and values."));
  EXPECT_THAT(quoted("考勤怎么规定？", "第三章 考勤\n\n员工每天打卡两次。"),
              ElementsAre("员工每天打卡两次。"));
  EXPECT_THAT(quoted("怎么请假？", "怎么请假\n\n填写申请单。", "人事手册\n制度 › 怎么请假"),
              ElementsAre("填写申请单。"))
      << "known as a heading from what stands above the passage";
}

TEST_F(ExtractTest, WhatOnlyLooksLikeAHeadingIsQuoted) {
  EXPECT_EQ(quoted("谁审批？", "第十二条 请假由部门主管审批。\n第十三条 加班由总经理审批。").size(), 2u);
  EXPECT_EQ(quoted("需要什么材料？", "一、身份证\n二、户口本\n\n请携带原件。").size(), 3u);
  EXPECT_EQ(quoted("Which chapter?", "Chapter 3 says so. The rest of\nthe book does not.").size(), 2u);
  EXPECT_EQ(quoted("Where is it?", "The gate is here\n\nThe key is there").size(), 2u);
  EXPECT_THAT(quoted("What is it?", "# The KV cache"), ElementsAre("# The KV cache"));
}

TEST_F(ExtractTest, ATableIsQuotedByItsRows) {
  EXPECT_THAT(quoted("How much memory does a model take?",
                     "| model | memory |\n| --- | --- |\n| 7B | 14 GB |\n| 13B | 26 GB |"),
              ::testing::UnorderedElementsAre("| 7B | 14 GB |", "| 13B | 26 GB |"));
  EXPECT_EQ(quoted("How hot?", "| highest | 80 °C |\n| lowest | 5 °C |").size(), 2u);
}

}  // namespace
}  // namespace cvp::chat
