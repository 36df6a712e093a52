#include "serve/asking.h"

#include <future>

#include "serve/ask_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AskingTest : public AskTest {
 protected:
  /// What a sink hears of one question.
  struct Heard {
    std::mutex mutex;
    std::vector<std::string> calls;  // "at 1", "stage", "sentence", "finished"
    std::promise<Result<chat::Answer>> answer;

    void add(std::string call) {
      const std::lock_guard lock(mutex);
      calls.push_back(std::move(call));
    }
    std::vector<std::string> so_far() {
      const std::lock_guard lock(mutex);
      return calls;
    }
    Result<chat::Answer> wait() {
      auto future = answer.get_future();
      if (future.wait_for(std::chrono::seconds(10)) != std::future_status::ready)
        return fail(Errc::failed, text("it never finished", "一直没有完成"));
      return future.get();
    }
  };

  Caller signed_in(const Browser& who) {
    net::RequestHead head;
    head.headers = {{"cookie", "cvp_session=" + who.token}};
    return **service_->backend().gate.caller(head);
  }

  static AskSink sink(const std::shared_ptr<Heard>& heard) {
    return {
        .on_position = [heard](size_t position) { heard->add("at " + std::to_string(position)); },
        .events = {.on_stage = [heard](const Text&) { heard->add("stage"); },
                   .on_question = [heard](const std::string&) { heard->add("question"); },
                   .on_sentence = [heard](const chat::Sentence&,
                                          const std::vector<chat::Citation>&) { heard->add("sentence"); }},
        .finished =
            [heard](Result<chat::Answer> answer) {
              heard->add("finished");
              heard->answer.set_value(std::move(answer));
            }};
  }

  std::shared_ptr<Heard> begin(const Browser& who, Asked asked = {}, const CancelToken& cancel = {}) {
    if (asked.question.empty()) asked.question = kQuestion;
    auto heard = std::make_shared<Heard>();
    EXPECT_TRUE(serve::ask(service_->backend(), signed_in(who), std::move(asked), sink(heard), cancel));
    return heard;
  }
  /// When nothing is left of it in the line.
  void wait_until_idle() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (service_->backend().generation.running() > 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

TEST_F(AskingTest, AnswersFromWhatTheCallerMayRead) {
  const auto heard = begin(ann_);
  const auto answer = heard->wait();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, chat::Outcome::answered);
  ASSERT_EQ(answer->citations.size(), 1u);
  EXPECT_EQ(answer->citations[0].quote, kQuote);
  EXPECT_EQ(answer->model, "fake-generator");
  const auto calls = heard->so_far();
  EXPECT_EQ(calls.back(), "finished");
  EXPECT_EQ(std::ranges::count(calls, "finished"), 1);
  EXPECT_EQ(std::ranges::count(calls, "sentence"), 1);
}

TEST_F(AskingTest, OthersDocumentsAreNotThere) {
  const auto answer = begin(bob_)->wait();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, chat::Outcome::refused);
  EXPECT_THAT(answer->citations, IsEmpty());
  EXPECT_THAT(answer->considered, IsEmpty());
  EXPECT_TRUE(host_.generator_->prompts.empty());
  const auto asked =
      serve::ask(service_->backend(), signed_in(bob_), {.question = kQuestion, .collections = {docs_}},
                 sink(std::make_shared<Heard>()), {});
  const auto unknown =
      serve::ask(service_->backend(), signed_in(bob_), {.question = kQuestion, .collections = {999}},
                 sink(std::make_shared<Heard>()), {});
  ASSERT_FALSE(asked);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(asked.error().code, Errc::not_found);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST_F(AskingTest, WithoutAChatModelItQuotes) {
  host_.generator_ = nullptr;
  const auto answer = begin(ann_, {.question = kPrinterQuestion, .mode = "single"})->wait();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, chat::Outcome::extracted);
  EXPECT_THAT(answer->supported_text(), HasSubstr("2021"));
  EXPECT_EQ(answer->model, "");
}

TEST_F(AskingTest, QuotingDoesNotWaitForTheChatModel) {
  hold();
  const auto slow = begin(ann_);
  wait_until_held();
  const auto answer = begin(ann_, {.question = kPrinterQuestion, .mode = "extract"})->wait();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, chat::Outcome::extracted);
  release();
  EXPECT_TRUE(slow->wait());
}

TEST_F(AskingTest, TheQueryIsEmbeddedWhereThereIsAnEmbedder) {
  service_.reset();
  host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>();
  ASSERT_TRUE(index_->catch_up_vectors(*host_.embedder_, {}, {}));
  start();
  const uint64_t before = host_.embedder_->calls;
  const auto answer = begin(ann_, {.question = kPrinterQuestion, .mode = "extract"})->wait();
  ASSERT_TRUE(answer);
  EXPECT_GT(host_.embedder_->calls, before);
  ASSERT_FALSE(answer->considered.empty());
  EXPECT_TRUE(answer->considered[0].signals.has(chat::Signal::dense));
}

TEST_F(AskingTest, PositionsOnlyFallAndAreToldBeforeAnythingElse) {
  hold();
  const auto first = begin(ann_);
  wait_until_held();
  const auto second = begin(bob_), third = begin(eve_), fourth = begin(ann_);
  release();
  for (const auto& heard : {first, second, third, fourth}) EXPECT_TRUE(heard->wait());
  const auto positions = [](const std::vector<std::string>& calls) {
    const auto others =
        std::ranges::find_if(calls, [](const std::string& call) { return !call.starts_with("at "); });
    return std::vector(calls.begin(), others);
  };
  const auto of_third = third->so_far(), of_fourth = fourth->so_far();
  EXPECT_THAT(positions(of_third), ElementsAre("at 2", "at 1"));
  EXPECT_THAT(positions(of_fourth), ElementsAre("at 3", "at 2", "at 1"));
  for (const auto& calls : {of_third, of_fourth})
    EXPECT_EQ(std::ranges::count_if(calls, [](const std::string& call) { return call.starts_with("at "); }),
              std::ssize(positions(calls)));
}

TEST_F(AskingTest, AQuestionGivenUpInTheLineFinishesWithoutAnAnswer) {
  hold();
  const auto first = begin(ann_);
  wait_until_held();
  const CancelToken cancel;
  const auto waiting = begin(bob_, {}, cancel);
  cancel.cancel();
  release();
  const auto answer = waiting->wait();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::cancelled);
  EXPECT_TRUE(first->wait());
}

TEST_F(AskingTest, RunsAsALiveCallUntilItEnds) {
  hold();
  const auto heard = begin(ann_);
  wait_until_held();
  LiveCalls& live = service_->backend().live;
  EXPECT_EQ(live.count(ann_.user), 1u);
  live.cancel_if([&](const LiveCalls::Call& call) { return call.session_hash == Gate::hash_of(ann_.token); });
  ASSERT_TRUE(store_->accounts().close_session(Gate::hash_of(ann_.token)));
  release();
  const auto answer = heard->wait();
  ASSERT_FALSE(answer);
  wait_until_idle();
  EXPECT_EQ(live.count(ann_.user), 0u);
}

TEST_F(AskingTest, RightsAreThoseOfTheMomentWhenItBegins) {
  hold();
  const auto first = begin(bob_);  // may read nothing, and is answered at once
  EXPECT_TRUE(first->wait());
  const auto running = begin(ann_);
  wait_until_held();
  const auto any = begin(ann_), named = begin(ann_, {.collections = {docs_}}), given = begin(bob_);
  ASSERT_TRUE(store_->accounts().set_grants(docs_, {to_user(bob_.user, store::Right::read)}));
  release();
  const auto withdrawn = running->wait();
  ASSERT_FALSE(withdrawn) << "it was being answered from what she may no longer read";
  EXPECT_EQ(withdrawn.error().code, Errc::refused);
  EXPECT_EQ(std::ranges::count(running->so_far(), "sentence"), 0);
  const auto nothing = any->wait();
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->outcome, chat::Outcome::refused);
  EXPECT_THAT(nothing->citations, IsEmpty());
  const auto gone = named->wait();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::not_found);
  const auto more = given->wait();
  ASSERT_TRUE(more);
  EXPECT_EQ(more->outcome, chat::Outcome::answered);
}

TEST_F(AskingTest, NobodyIsAnsweredWhoseAccountEnded) {
  hold();
  const auto running = begin(ann_);
  wait_until_held();
  const auto locked = begin(bob_), removed = begin(eve_);
  ASSERT_TRUE(store_->accounts().change_user(bob_.user, {.disabled = true}));
  ASSERT_TRUE(store_->accounts().remove_user(eve_.user));
  ASSERT_TRUE(store_->accounts().close_session(Gate::hash_of(ann_.token)));
  release();
  for (const auto& heard : {running, locked, removed}) {
    const auto answer = heard->wait();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::refused);
    EXPECT_EQ(std::ranges::count(heard->so_far(), "sentence"), 0);
  }
}

TEST_F(AskingTest, AModelThatWasReplacedAnswersWhatItBegan) {
  hold();
  const auto heard = begin(ann_);
  wait_until_held();
  host_.generator_ = nullptr;
  release();
  const auto answer = heard->wait();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, chat::Outcome::answered);
}

}  // namespace
}  // namespace cvp::serve
