#include "eval/calibrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "sys/files.h"
#include "sys/sha256.h"
#include "testing/documents.h"
#include "testing/fakes.h"

namespace cvp::eval {
namespace {

/// A store with one document a paragraph; the "answerer" reads every document that is not excluded, in order.
class Calibrate : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(sys::TempFolder::create().value());
    store_ = store::Store::open(folder_->path(), clock_).value();
    const auto collection = store_->ensure_collection("default").value();
    for (const char* text :
         {"The tower was built in 1823.", "The bridge opened in 1901.", "A tower of 1823 stands in Rome."}) {
      const std::string uri = fmt::format("d{}", chunks_.size());
      const auto put = store_->put(testing::plain_revision(collection, uri, text), text).value();
      chunks_.push_back(store_->document_chunks(put.document).value().front());
    }
  }

  Result<chat::Answer> read(const chat::AskOptions& options) {
    options_.push_back(options);
    chat::Answer out;
    out.lang = Lang::en;
    out.model = model_;
    for (const store::Chunk& chunk : chunks_) {
      if (std::ranges::find(options.exclude_documents, chunk.document) != options.exclude_documents.end())
        continue;
      chat::Considered one;
      one.chunk = chunk.id;
      one.signals[chat::Signal::margin] = static_cast<double>(chunk.document);
      one.verdict = verdict_;
      one.reply = replies_.contains(chunk.uri) ? replies_[chunk.uri] : "It does not say.";
      out.considered.push_back(one);
    }
    return out;
  }
  SignalSet collect(const std::vector<Question>& questions) {
    const Ask ask = [&](const std::string&, const chat::AskOptions& options) { return read(options); };
    return collect_with(ask, *store_, questions, {}, {}, {}).value();
  }
  static Question question() {
    Question out;
    out.text = "When was the tower built?";
    out.answers = {"1823"};
    out.gold_uris = {"d0"};
    return out;
  }

  testing::FakeClock clock_;
  std::optional<sys::TempFolder> folder_;
  std::unique_ptr<store::Store> store_;
  std::vector<store::Chunk> chunks_;
  std::vector<chat::AskOptions> options_;
  std::map<std::string, std::string> replies_;
  std::string model_ = "fake";
  chat::Considered::Verdict verdict_ = chat::Considered::Verdict::answered;
};

TEST_F(Calibrate, AsksWithAndWithoutTheGoldDocument) {
  const SignalSet set = collect({question()});
  EXPECT_EQ(set.questions, 1u);
  ASSERT_EQ(options_.size(), 2u);
  EXPECT_TRUE(options_[0].read_all);
  EXPECT_TRUE(options_[0].exclude_documents.empty());
  EXPECT_EQ(options_[1].exclude_documents, std::vector<store::DocumentId>{chunks_[0].document});
  ASSERT_EQ(set.en.size(), 5u) << "three passages, then two";
  EXPECT_TRUE(set.zh.empty());
  EXPECT_TRUE(set.en[0].answerable);
  for (size_t i = 1; i < 5; ++i) EXPECT_FALSE(set.en[i].answerable);
  EXPECT_EQ(set.en[0].question, set.en[2].question);
  EXPECT_NE(set.en[0].question, set.en[3].question) << "the second turn is a question of its own";
}

TEST_F(Calibrate, LeavesDoubtfulPassagesOut) {
  replies_["d2"] = "In 1823.";  // answered right from a passage that is not the gold one
  const SignalSet set = collect({question()});
  EXPECT_EQ(set.en.size(), 3u);
  Question other = question();
  other.answers = {"1999"};  // the gold document does not have the answer
  EXPECT_EQ(collect({other}).en.size(), 4u) << "d1 and d2, twice";
}

TEST_F(Calibrate, SkipsWhatCannotTeach) {
  verdict_ = chat::Considered::Verdict::not_read;
  EXPECT_EQ(collect({question()}).questions, 0u) << "the gold passage was not read";
  model_.clear();
  EXPECT_EQ(collect({question()}).questions, 1u)
      << "without a model nothing is read, and the text signals teach";
  verdict_ = chat::Considered::Verdict::answered;
  Question impossible = question();
  impossible.answerable = false;
  Question vague;
  vague.text = "?";
  options_.clear();
  EXPECT_EQ(collect({impossible, vague}).questions, 0u);
  EXPECT_TRUE(options_.empty());
}

TEST_F(Calibrate, RefusesTooFewExamples) {
  const auto fitted = calibrate(collect({question()}), {}, 0.05);
  ASSERT_FALSE(fitted);
  EXPECT_EQ(fitted.error().code, Errc::refused);
}

TEST_F(Calibrate, FitsWhereThereIsEnough) {
  SignalSet set;
  for (size_t i = 0; i < 200; ++i) {
    chat::Labelled one;
    one.question = i;
    one.answerable = i % 2 == 0;
    for (size_t s = 0; s < chat::kSignals; ++s) {
      one.signals[static_cast<chat::Signal>(s)] =
          (one.answerable ? 1.0 : -1.0) + 0.01 * static_cast<double>(i % 7);
    }
    set.zh.push_back(one);
  }
  set.questions = 100;
  chat::Calibration base;
  base.en.text.threshold = 0.123;
  const auto fitted = calibrate(set, base, 0.05);
  ASSERT_TRUE(fitted) << fitted.error().message.en;
  EXPECT_GE(fitted->zh.read.probability(set.zh[0].signals), fitted->zh.read.threshold);
  EXPECT_LT(fitted->zh.read.probability(set.zh[1].signals), fitted->zh.read.threshold);
  EXPECT_DOUBLE_EQ(fitted->en.text.threshold, 0.123) << "a language without examples stays";
  EXPECT_EQ(fitted->source, "fitted on 100 questions");
}

}  // namespace
}  // namespace cvp::eval
