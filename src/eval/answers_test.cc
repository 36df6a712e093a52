#include "eval/answers.h"

#include <gtest/gtest.h>

#include <optional>

#include "eval/evaluate.h"
#include "sys/files.h"
#include "sys/sha256.h"
#include "testing/fakes.h"

namespace cvp::eval {
namespace {

constexpr const char* kText = "The tower is old. It was built in 1823 by the town.";

class Answers : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = sys::TempFolder::create();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    auto store = store::Store::open(folder_->path(), clock_);
    ASSERT_TRUE(store) << store.error().message.en;
    store_ = std::move(*store);
    store::NewRevision revision;
    revision.collection = store_->ensure_collection("default").value();
    revision.uri = "tower.txt";
    revision.content_sha256 = sys::sha256_hex(kText);
    revision.bytes = std::string_view(kText).size();
    revision.parsed.text = kText;
    revision.parsed.media_type = "text/plain";
    revision.made_with = "test";
    store::ChunkSpan span;
    span.span = {0, static_cast<uint32_t>(revision.bytes)};
    revision.chunks.push_back(span);
    const auto put = store_->put(revision, kText);
    ASSERT_TRUE(put) << put.error().message.en;
    put_ = *put;
  }

  /// One supported sentence that quotes [begin, end) of the document.
  chat::Answer answer(std::string sentence, uint32_t begin, uint32_t end) const {
    chat::Answer out;
    out.outcome = chat::Outcome::answered;
    out.sentences.push_back({std::move(sentence), true, {1}, ""});
    chat::Citation citation;
    citation.number = 1;
    citation.document = put_.document;
    citation.revision = put_.revision;
    citation.span = {begin, end};
    citation.quote = std::string_view(kText).substr(begin, end - begin);
    citation.uri = "tower.txt";
    out.citations.push_back(citation);
    out.timings = {1, 20, 50};
    return out;
  }
  static Question question() {
    Question out;
    out.id = "1";
    out.text = "When was the tower built?";
    out.answers = {"1823"};
    out.gold_passage = kText;
    return out;
  }

  testing::FakeClock clock_;
  std::optional<sys::TempFolder> folder_;
  std::unique_ptr<store::Store> store_;
  store::Store::Put put_{};
};

TEST_F(Answers, CountsSupportedTextAndVerbatimQuotes) {
  const auto good = judge(question(), answer("It was built in 1823.", 18, 51), *store_);
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->contains_gold);
  EXPECT_EQ(good->cited, 1u);
  EXPECT_EQ(good->cited_well, 1u);
  EXPECT_EQ(good->quotes, 1u);
  EXPECT_EQ(good->verbatim, 1u);
}

TEST_F(Answers, UnsupportedSentencesDoNotCount) {
  chat::Answer made = answer("The tower is old.", 0, 17);
  made.sentences.push_back({"It was built in 1823.", false, {}, "not in the passage"});
  EXPECT_FALSE(judge(question(), made, *store_)->contains_gold);
}

TEST_F(Answers, AlteredQuotesAreSeen) {
  chat::Answer made = answer("It was built in 1823.", 18, 51);
  made.citations[0].quote = "It was built in 1824 by the town.";
  EXPECT_EQ(judge(question(), made, *store_)->verbatim, 0u);
  made = answer("It was built in 1823.", 18, 51);
  made.citations[0].page = 3;
  EXPECT_EQ(judge(question(), made, *store_)->verbatim, 0u);
  made = answer("It was built in 1823.", 18, 51);
  made.citations[0].span.begin = 19;
  EXPECT_EQ(judge(question(), made, *store_)->verbatim, 0u);
}

TEST_F(Answers, CitationsThatNoSentenceUsesAreNotJudgedForPrecision) {
  chat::Answer made = answer("It was built in 1823.", 18, 51);
  made.sentences[0].citations.clear();
  const auto judged = judge(question(), made, *store_);
  EXPECT_EQ(judged->cited, 0u);
  EXPECT_EQ(judged->quotes, 1u);
}

TEST_F(Answers, CountsRefusalsByAnswerability) {
  Question impossible = question();
  impossible.answerable = false;
  impossible.answers.clear();
  chat::Answer refusal;
  refusal.outcome = chat::Outcome::refused;
  int turn = 0;
  const Ask ask = [&](const std::string&, const chat::AskOptions&) -> Result<chat::Answer> {
    return turn++ % 2 ? refusal : answer("It was built in 1823.", 18, 51);
  };
  const auto report =
      evaluate_with(ask, *store_, {question(), question(), impossible, impossible}, {}, {}, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->contains_gold.n, 2u);
  EXPECT_DOUBLE_EQ(report->contains_gold.value, 0.5);
  EXPECT_DOUBLE_EQ(report->false_refusals.value, 0.5);
  EXPECT_EQ(report->false_refusals.n, 2u);
  EXPECT_DOUBLE_EQ(report->false_answers.value, 0.5);
  EXPECT_EQ(report->false_answers.n, 2u);
  EXPECT_DOUBLE_EQ(report->answered.value, 0.5);
  EXPECT_DOUBLE_EQ(report->p90_ms, 50);
  EXPECT_DOUBLE_EQ(report->first_p50_ms, 20);
  EXPECT_EQ(report->items.size(), 4u);
  EXPECT_TRUE(report->items[0].contains_gold);
}

TEST_F(Answers, LeavesNamedDocumentsOut) {
  Question q = question();
  q.without_uris = {"tower.txt"};
  std::vector<store::DocumentId> excluded;
  const Ask ask = [&](const std::string&, const chat::AskOptions& options) -> Result<chat::Answer> {
    excluded = options.exclude_documents;
    return chat::Answer{};
  };
  ASSERT_TRUE(evaluate_with(ask, *store_, {q}, {}, {}, {}));
  EXPECT_EQ(excluded, std::vector<store::DocumentId>{put_.document});
  q.without_uris = {"nowhere.txt"};
  const auto missing = evaluate_with(ask, *store_, {q}, {}, {}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST_F(Answers, StopsWhenCancelledAndNamesTheQuestionThatFailed) {
  CancelToken cancel;
  cancel.cancel();
  const Ask never = [](const std::string&, const chat::AskOptions&) -> Result<chat::Answer> {
    return fail(Errc::unavailable, verbatim("engine gone"));
  };
  EXPECT_EQ(evaluate_with(never, *store_, {question()}, {}, {}, cancel).error().code, Errc::cancelled);
  const auto failed = evaluate_with(never, *store_, {question()}, {}, {}, {});
  EXPECT_EQ(failed.error().code, Errc::unavailable);
  EXPECT_EQ(failed.error().message.en, "question 1: engine gone");
}

}  // namespace
}  // namespace cvp::eval
