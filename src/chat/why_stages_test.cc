#include "chat/why_stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvp::chat {
namespace {

using ::testing::HasSubstr;
using Verdict = Considered::Verdict;

WhyTrace good_trace() {
  WhyTrace trace{.has_embedder = true,
                 .fused_rank = 1,
                 .retrieve = 20,
                 .read_limit = 4,
                 .asked = true,
                 .threshold = 0.5};
  trace.explanation.hit = {
      .chunk = 7, .score = 0.9, .text_score = 5, .dense_score = 0.8, .text_rank = 1, .dense_rank = 2};
  trace.explanation.chunks_searched = 100;
  trace.considered = Considered{.chunk = 7, .confidence = 0.9, .read = true, .verdict = Verdict::answered};
  return trace;
}

const WhyStage& stage(const std::vector<WhyStage>& stages, const std::string& name) {
  for (const WhyStage& s : stages) {
    if (s.name == name) return s;
  }
  ADD_FAILURE() << "no stage " << name;
  return stages.front();
}

TEST(WhyStages, AllPassed) {
  for (const WhyStage& s : trace_stages(good_trace())) {
    EXPECT_EQ(s.state, WhyStage::State::passed) << s.name;
    EXPECT_TRUE(s.remedy.empty()) << s.name;
  }
}

TEST(WhyStages, RankTooDeepNamesTheSmallestSetting) {
  WhyTrace trace = good_trace();
  trace.fused_rank = 33;
  trace.explanation.hit.dense_rank = 90;
  const auto stages = trace_stages(trace);
  EXPECT_EQ(stages.back().name, "fused");
  EXPECT_EQ(stages.back().state, WhyStage::State::lost);
  EXPECT_THAT(stages.back().remedy.en, HasSubstr("answer.retrieve to 33"));
  EXPECT_THAT(stages.back().remedy.en, HasSubstr("smaller search.dense_weight"));
  EXPECT_THAT(stages.back().remedy.zh, HasSubstr("answer.retrieve 设为 33"));
}

TEST(WhyStages, NotReadBecauseOfTheLimit) {
  WhyTrace trace = good_trace();
  trace.fused_rank = 9;
  trace.considered->verdict = Verdict::not_read;
  EXPECT_THAT(stage(trace_stages(trace), "read").remedy.en, HasSubstr("answer.read_limit to 9"));
  trace.considered.reset();
  EXPECT_THAT(stage(trace_stages(trace), "read").remedy.en, HasSubstr("answer.read_limit to 9"));
}

TEST(WhyStages, ConfidenceBelowTheLimit) {
  WhyTrace trace = good_trace();
  trace.considered->verdict = Verdict::below_threshold;
  trace.considered->confidence = 0.4567;
  const auto stages = trace_stages(trace);
  EXPECT_EQ(stage(stages, "checked").state, WhyStage::State::lost);
  EXPECT_THAT(stage(stages, "checked").remedy.en, HasSubstr("answer.refuse_below to 0.456"));
}

TEST(WhyStages, EveryVerdictHasItsWords) {
  for (const Verdict verdict :
       {Verdict::not_read, Verdict::hopeless, Verdict::model_declined, Verdict::check_failed,
        Verdict::below_threshold, Verdict::outdone, Verdict::answered}) {
    WhyTrace trace = good_trace();
    trace.considered->verdict = verdict;
    for (const WhyStage& s : trace_stages(trace)) {
      EXPECT_FALSE(s.detail.en.empty()) << s.name;
      EXPECT_FALSE(s.detail.zh.empty()) << s.name;
    }
  }
}

TEST(WhyStages, WithoutVectorsOrModel) {
  WhyTrace trace = good_trace();
  trace.has_embedder = false;
  trace.why_no_embedder = text("none is installed", "没有安装");
  trace.asked = false;
  const auto stages = trace_stages(trace);
  EXPECT_EQ(stage(stages, "dense").state, WhyStage::State::skipped);
  EXPECT_EQ(stage(stages, "read").state, WhyStage::State::skipped);
  trace.has_embedder = true;
  trace.explanation.hit.dense_rank = 0;
  EXPECT_THAT(stage(trace_stages(trace), "dense").remedy.en, HasSubstr("cvp add"));
}

TEST(WhyStages, NoWordInCommon) {
  WhyTrace trace = good_trace();
  trace.explanation.hit.text_rank = 0;
  trace.fused_rank = 0;
  const auto stages = trace_stages(trace);
  EXPECT_EQ(stage(stages, "full_text").state, WhyStage::State::lost);
  EXPECT_THAT(stages.back().remedy.en, HasSubstr("larger search.dense_weight"));
}

}  // namespace
}  // namespace cvp::chat
