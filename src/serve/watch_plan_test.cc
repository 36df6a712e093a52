#include "serve/watch_plan.h"

#include <gmock/gmock.h>

namespace cvp::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr FileStamp kOld = {.bytes = 10, .modified_unix = 100}, kNew = {.bytes = 10, .modified_unix = 200};

class WatchPlanTest : public ::testing::Test {
 protected:
  void know(const std::string& uri, store::DocumentId document, store::RevisionId copy_of = 0) {
    record_.files[uri] = {.document = document, .stamp = kOld, .ours = copy_of == 0, .copy_of = copy_of};
  }
  void see(const std::string& uri, FileStamp stamp = kOld) { seen_.push_back({uri, uri, stamp}); }
  WatchSteps plan(int64_t now = 1000) const { return plan_watch(record_, failures_, seen_, closed_, now); }
  std::vector<std::string> added(int64_t now = 1000) const {
    std::vector<std::string> out;
    for (const SeenFile& file : plan(now).add) out.push_back(file.uri);
    return out;
  }

  WatchRecord record_;
  WatchFailures failures_;
  std::vector<SeenFile> seen_;
  std::vector<std::string> closed_;
};

TEST_F(WatchPlanTest, AddsWhatIsNewOrChangedAndLeavesTheRest) {
  know("/d/same", 1);
  know("/d/changed", 2);
  know("/d/unsure", 3);
  record_.files["/d/unsure"].stamp.reset();
  see("/d/same");
  see("/d/changed", kNew);
  see("/d/unsure");
  see("/d/new");
  EXPECT_THAT(added(), ElementsAre("/d/changed", "/d/unsure", "/d/new"));
  EXPECT_THAT(plan().gone, IsEmpty());
}

TEST_F(WatchPlanTest, KnowsWhatIsGone) {
  know("/d/a", 1);
  know("/d/b", 2);
  see("/d/b");
  EXPECT_THAT(plan().gone, ElementsAre("/d/a"));
  EXPECT_THAT(added(), IsEmpty());
}

TEST_F(WatchPlanTest, WhatLiesInAClosedFolderIsNotGone) {
  know("/d/in/a", 1);
  know("/d/in/deep/b", 2);
  know("/d/inside", 3);
  closed_ = {"/d/in"};
  EXPECT_THAT(plan().gone, ElementsAre("/d/inside"));
}

TEST_F(WatchPlanTest, AFailureIsNotRepeatedUntilTheFileChangesOrAnHourPassed) {
  see("/d/bad");
  failures_["/d/bad"] = {.stamp = kOld, .unix_seconds = 1000, .error = {}};
  EXPECT_THAT(added(1000), IsEmpty());
  EXPECT_THAT(added(1000 + kFailureSeconds), ElementsAre("/d/bad"));
  seen_.front().stamp = kNew;
  EXPECT_THAT(added(1000), ElementsAre("/d/bad"));
}

TEST_F(WatchPlanTest, ACopyIsAddedLastWhenTheOriginalLeavesOrChanges) {
  know("/d/copy", 1, 5);
  know("/d/original", 1);
  know("/d/other copy", 9, 6);
  see("/d/copy");
  see("/d/other copy");
  EXPECT_THAT(plan().gone, ElementsAre("/d/original"));
  EXPECT_THAT(added(), ElementsAre("/d/copy"));
  see("/d/original");
  EXPECT_THAT(added(), IsEmpty());
  seen_.back().stamp = kNew;
  EXPECT_THAT(added(), ElementsAre("/d/original", "/d/copy"));
}

}  // namespace
}  // namespace cvp::serve
