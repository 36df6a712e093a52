#include "chat/answerer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/files.h"
#include "sys/sha256.h"
#include "testing/fakes.h"

namespace cvp::chat {
namespace {

using ::testing::HasSubstr;

class AnswererTest : public ::testing::Test {
 protected:
  AnswererTest() {
    collection_ = store_->ensure_collection("default").value();
    add("gpu.md", "显存需求\n\n7B 模型用 fp16 精度推理需要 14 GB 显存。用 int4 量化后只需 3.5 GB 显存。");
    add("train.md",
        "训练要点\n\nLoRA 只训练低秩矩阵，显存占用比全量微调小得多。全量微调 7B 模型约需 112 GB 显存。");
    add("printer.md",
        "The office printer supports Wi-Fi. It does not support duplex printing. It was bought in 2021.");
  }

  void add(const std::string& uri, const std::string& body) {
    store::NewRevision revision{.collection = collection_,
                                .uri = uri,
                                .content_sha256 = sys::sha256_hex(body),
                                .bytes = body.size(),
                                .made_with = "test"};
    revision.parsed.text = body;
    revision.chunks = {{.span = {0, static_cast<uint32_t>(body.size())}}};
    ASSERT_TRUE(store_->put(revision, body));
  }

  Answer ask(const std::string& question, const AskOptions& options = {},
             model::Generator* generator = nullptr) {
    Answerer answerer({.store = *store_,
                       .index = *index_,
                       .prompts = prompts_,
                       .clock = clock_,
                       .generator = generator,
                       .calibration = shipped_calibration("test").value()});
    Result<Answer> answer = answerer.ask(question, {}, options, events_, {});
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message.en);
    return answer ? *answer : Answer{};
  }

  /// Every citation's quote is the revision's own bytes.
  void expect_verbatim(const Answer& answer) {
    for (const Citation& one : answer.citations)
      EXPECT_EQ(store_->text(one.revision, one.span).value(), one.quote);
  }

  sys::TempFolder folder_ = sys::TempFolder::create().value();
  testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_ = store::Store::open(folder_.path(), clock_).value();
  std::unique_ptr<vector::Index> index_ = vector::Index::open(folder_.path() / "index", *store_).value();
  prompt::Library prompts_ = prompt::Library::load().value();
  store::CollectionId collection_ = 0;
  testing::FakeGenerator generator_;
  Events events_;
};

TEST_F(AnswererTest, AnswersWithACitationOfTheExactSentence) {
  generator_.reply = [](const std::string&) { return std::string("7B 模型用 fp16 精度需要 14 GB 显存。"); };
  const Answer answer = ask("7B 模型用 fp16 推理需要多少显存？", {}, &generator_);
  ASSERT_EQ(answer.outcome, Outcome::answered);
  ASSERT_EQ(answer.citations.size(), 1u);
  EXPECT_EQ(answer.citations[0].quote, "7B 模型用 fp16 精度推理需要 14 GB 显存。");
  EXPECT_EQ(answer.sentences[0].citations, std::vector<int>{1});
  expect_verbatim(answer);
}

TEST_F(AnswererTest, ALieIsNeverShownAsSupported) {
  generator_.reply = [](const std::string&) { return std::string("7B 模型用 fp16 精度需要 80 GB 显存。"); };
  const Answer answer = ask("7B 模型用 fp16 推理需要多少显存？", {}, &generator_);
  EXPECT_EQ(answer.supported_text().find("80"), std::string::npos);
  EXPECT_THAT(answer.supported_text(), HasSubstr("14 GB")) << "the document's own words instead";
  EXPECT_FALSE(answer.note.empty());
  expect_verbatim(answer);
}

TEST_F(AnswererTest, UnsupportedSentencesAreMarked) {
  generator_.reply = [](const std::string&) {
    return std::string("7B 模型用 fp16 精度需要 14 GB 显存。它还会唱京剧和昆曲选段。");
  };
  const Answer answer = ask("7B 模型用 fp16 推理需要多少显存？", {}, &generator_);
  ASSERT_EQ(answer.sentences.size(), 2u);
  EXPECT_TRUE(answer.sentences[0].supported);
  EXPECT_FALSE(answer.sentences[1].supported);
  EXPECT_FALSE(answer.sentences[1].why_not.empty());
  EXPECT_EQ(answer.supported_text(), "7B 模型用 fp16 精度推理需要 14 GB 显存。") << "the sentence whole";
}

TEST_F(AnswererTest, WeakEvidenceIsRefusedHoweverSureTheModelSounds) {
  generator_.margin = [](const std::string&) { return -5.0; };
  generator_.reply = [](const std::string&) { return std::string("全量微调 7B 模型约需 112 GB 显存。"); };
  const Answer answer = ask("火星上的显存怎么卖？", {}, &generator_);
  EXPECT_EQ(answer.outcome, Outcome::refused);
  EXPECT_FALSE(answer.note.empty());
}

TEST_F(AnswererTest, APassageWithoutTheNameAskedForIsNotRead) {
  generator_.reply = [](const std::string&) { return std::string("7B 模型用 fp16 精度需要 14 GB 显存。"); };
  const Answer answer = ask("70B 模型用 fp16 精度推理需要多少显存？", {}, &generator_);
  EXPECT_EQ(answer.outcome, Outcome::refused);
  EXPECT_TRUE(generator_.prompts.empty());
  ASSERT_FALSE(answer.considered.empty());
  EXPECT_EQ(answer.considered[0].lacks, "70b");
}

TEST_F(AnswererTest, PassagesArePromptPrefixesOfEachOther) {
  generator_.reply = [](const std::string&) { return std::string("2021"); };
  ask("When was the printer bought?", {}, &generator_);
  ASSERT_FALSE(generator_.prompts.empty());
  const std::string shared = "Text:\nThe office printer supports Wi-Fi.";
  EXPECT_THAT(generator_.prompts[0], HasSubstr(shared));
  EXPECT_LT(generator_.prompts[0].find(shared), generator_.prompts[0].find("When was"));
}

TEST_F(AnswererTest, WithoutAModelTheSentencesThemselvesAnswer) {
  const Answer answer = ask("When was the office printer bought?");
  ASSERT_EQ(answer.outcome, Outcome::extracted);
  EXPECT_THAT(answer.supported_text(), HasSubstr("2021"));
  EXPECT_LE(answer.sentences.size(), 2u);
  expect_verbatim(answer);
}

TEST_F(AnswererTest, SeveralPassagesAreReadTogetherWhereTheQuestionNeedsThem) {
  generator_.reply = [](const std::string&) {
    return std::string(
        "- LoRA 只训练低秩矩阵，显存占用比全量微调小得多。\n- 用 int4 量化后只需 3.5 GB 显存。");
  };
  const Answer answer = ask("比较 LoRA 和 int4 量化的显存占用", {}, &generator_);
  ASSERT_EQ(answer.outcome, Outcome::answered);
  EXPECT_EQ(answer.citations.size(), 2u);
  expect_verbatim(answer);
}

TEST_F(AnswererTest, OnlyPassagesWorthReadingAreSaidToBeLeftOut) {
  add("room.md", "会议室\n\n周三下午的会议室占用情况请看门口的公告。");
  const std::string question = "比较 LoRA 和 int4 量化的显存占用";
  generator_.reply = [](const std::string&) {
    return std::string("LoRA 只训练低秩矩阵，显存占用比全量微调小得多。");
  };
  const Answer whole = ask(question, {}, &generator_);
  EXPECT_EQ(whole.considered.size(), 3u);
  EXPECT_TRUE(whole.note.empty()) << whole.note.en;
  testing::FakeGenerator small;
  small.reply = generator_.reply;
  small.identity_.context_tokens = 256;  // for one passage
  EXPECT_THAT(ask(question, {}, &small).note.en, HasSubstr("holds 1 of the 2 relevant passages"));
  small.identity_.context_tokens = 100;  // for none
  EXPECT_THAT(ask(question, {}, &small).note.en, HasSubstr("too small"));
}

TEST_F(AnswererTest, ExcludedDocumentsAreNotThere) {
  const store::DocumentId printer = store_->find_document(collection_, "printer.md")->id;
  const Answer answer = ask("When was the office printer bought?", {.exclude_documents = {printer}});
  EXPECT_EQ(answer.supported_text().find("2021"), std::string::npos);
}

TEST_F(AnswererTest, BadQuestions) {
  Answerer answerer(
      {.store = *store_, .index = *index_, .prompts = prompts_, .clock = clock_, .calibration = {}});
  EXPECT_EQ(answerer.ask("  \n", {}, {}, {}, {}).error().code, Errc::usage);
  EXPECT_EQ(answerer.ask(std::string(1 << 20, 'x'), {}, {}, {}, {}).error().code, Errc::refused);
  CancelToken cancelled;
  cancelled.cancel();
  generator_.reply = nullptr;
  EXPECT_FALSE(Answerer({.store = *store_,
                         .index = *index_,
                         .prompts = prompts_,
                         .clock = clock_,
                         .generator = &generator_,
                         .calibration = {}})
                   .ask("When was the printer bought?", {}, {}, {}, cancelled));
}

}  // namespace
}  // namespace cvp::chat
