#include "chat/why.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/files.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::chat {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using State = WhyStage::State;

class WhyTest : public ::testing::Test {
 protected:
  WhyTest() {
    mine_ = add("mine", "/gate.md", "The gate opens at nine. The gate closes at five.");
    add("mine", "/soup.md", "Soup is served at noon.");
    generator_.reply = [](const std::string&) { return std::string("The gate opens at nine."); };
  }

  store::CollectionId add(const std::string& collection, const std::string& uri, std::string_view text) {
    const store::CollectionId id = store_->ensure_collection(collection).value();
    EXPECT_TRUE(store_->put(cvp::testing::plain_revision(id, uri, text, 100'000), text));
    return id;
  }
  Result<WhyReport> ask(const std::string& question, const std::string& passage,
                        const WhyOptions& options = {}) {
    const Parts parts{.store = *store_,
                      .index = *index_,
                      .prompts = prompts_,
                      .clock = clock_,
                      .embedder = embedder_,
                      .generator = generating_ ? &generator_ : nullptr,
                      .calibration = shipped_calibration("test").value()};
    return why(parts, question, passage, options, {}, {});
  }
  static std::string all_words(const WhyReport& report) {
    std::string out;
    for (const WhyStage& stage : report.stages)
      out += stage.detail.en + stage.detail.zh + stage.remedy.en + stage.remedy.zh + "\n";
    return out;
  }
  static const WhyStage& stage(const WhyReport& report, std::string_view name) {
    const auto found = std::ranges::find(report.stages, name, &WhyStage::name);
    EXPECT_NE(found, report.stages.end()) << name;
    return found != report.stages.end() ? *found : report.stages.front();
  }

  sys::TempFolder folder_ = sys::TempFolder::create().value();
  cvp::testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = store::Store::open(folder_.path(), clock_).value();
  std::unique_ptr<vector::Index> index_ = vector::Index::open(folder_.path() / "index", *store_).value();
  prompt::Library prompts_ = prompt::Library::load().value();
  cvp::testing::FakeGenerator generator_;
  model::Embedder* embedder_ = nullptr;
  bool generating_ = true;
  store::CollectionId mine_ = 0;
};

TEST_F(WhyTest, FollowsAPassageToTheAnswer) {
  const WhyReport report = ask("When does the gate open?", "the gate OPENS\n at nine").value();
  EXPECT_EQ(stage(report, "parsed").state, State::passed);
  EXPECT_THAT(stage(report, "parsed").detail.en, HasSubstr("/gate.md, bytes 0 to"));
  EXPECT_EQ(stage(report, "fused").state, State::passed);
  EXPECT_EQ(stage(report, "checked").state, State::passed) << stage(report, "checked").detail.en;
  EXPECT_TRUE(report.found);
  EXPECT_NE(report.chunk, 0);
}

TEST_F(WhyTest, SaysWhereTheModelLostIt) {
  generator_.margin = [](const std::string&) { return -8.0; };
  const WhyReport report = ask("When does the gate open?", "the gate opens at nine").value();
  EXPECT_EQ(report.stages.back().state, State::lost);
  EXPECT_FALSE(report.stages.back().remedy.empty());
  EXPECT_FALSE(report.found);
}

TEST_F(WhyTest, WithoutModelsTheWayEndsAtTheRanking) {
  generating_ = false;
  const WhyReport report =
      ask("When does the gate open?", "the gate opens at nine",
          {.why_no_embedder = text("no eyes", "没有眼睛"), .why_not_asked = text("no mouth", "没有嘴")})
          .value();
  EXPECT_EQ(stage(report, "dense").detail.en, "no eyes");
  EXPECT_EQ(stage(report, "read").detail.zh, "没有嘴");
  EXPECT_EQ(report.stages.back().state, State::skipped);
  EXPECT_TRUE(report.found);
}

TEST_F(WhyTest, ANearPassageIsFollowedWhereTheWordsAreNotThere) {
  const WhyReport report = ask("When does the gate open?", "the gate, it opens at ten").value();
  EXPECT_EQ(stage(report, "parsed").state, State::weak);
  EXPECT_THAT(stage(report, "parsed").detail.en, HasSubstr("nearest passage is in /gate.md"));
  const WhyReport nothing = ask("When does the gate open?", "zebra crossing").value();
  EXPECT_EQ(nothing.chunk, 0);
  EXPECT_FALSE(nothing.found);
}

TEST_F(WhyTest, NamesTheCollectionThatHasIt) {
  const store::CollectionId other = add("other", "/pump.md", "The pump is painted red.");
  WhyOptions options{.ask = {.collections = {mine_}}};
  EXPECT_THAT(all_words(ask("What colour is the pump?", "painted red", options).value()),
              HasSubstr("in the collection “other”, which was not asked"));
  options.may_look_in = {mine_, other};
  EXPECT_THAT(all_words(ask("What colour is the pump?", "painted red", options).value()),
              HasSubstr("in the collection “other”, which was not asked"));
  options.ask.collections = {};
  EXPECT_TRUE(ask("What colour is the pump?", "painted red", options).value().stages[0].state ==
              State::passed);
}

TEST_F(WhyTest, WhatMayNotBeLookedInIsAsIfItWereNotThere) {
  for (const std::vector<store::CollectionId>& asked :
       std::vector<std::vector<store::CollectionId>>{{}, {mine_}}) {
    const WhyOptions options{.ask = {.collections = asked}, .may_look_in = {mine_}};
    const auto report = [&] {
      return all_words(ask("What colour is the gate?", "the gate is painted red", options).value());
    };
    const std::string before = report();
    const store::CollectionId other = add("other", "/pump.md", "The gate is painted red. Red paint!");
    EXPECT_EQ(report(), before);
    EXPECT_THAT(report(), Not(HasSubstr("pump")));
    ASSERT_TRUE(store_->remove_collection(other));
  }
}

TEST_F(WhyTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(ask(" ", "words").error().code, Errc::usage);
  EXPECT_EQ(ask("question", "\n").error().code, Errc::usage);
  const WhyOptions beyond{.ask = {.collections = {mine_}}, .may_look_in = {mine_ + 1}};
  EXPECT_EQ(ask("question", "words", beyond).error().code, Errc::not_found);
}

}  // namespace
}  // namespace cvp::chat
