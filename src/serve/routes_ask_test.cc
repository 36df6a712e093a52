#include "serve/ask_fixture.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AskRoutesTest : public AskTest {
 protected:
  static std::vector<std::string> names_of_events(const Got& got) {
    std::vector<std::string> out;
    const std::string start = "event: ";
    for (size_t at = got.body.find(start); at != std::string::npos; at = got.body.find(start, at + 1))
      out.push_back(got.body.substr(at + start.size(), got.body.find('\n', at) - at - start.size()));
    return out;
  }
  /// Every name once, where its run begins.
  static std::vector<std::string> order_of_events(const Got& got) {
    std::vector<std::string> out = names_of_events(got);
    const auto repeated = std::ranges::unique(out);
    out.erase(repeated.begin(), repeated.end());
    return out;
  }
  static array just(const object& one) {
    array out;
    out.push_back(one);
    return out;
  }
  object chat(const Browser& who, store::ChatId id) {
    const Got got = get(who, "/api/chats/" + std::to_string(id));
    EXPECT_EQ(got.status, 200) << got.body;
    return got.object();
  }
};

TEST_F(AskRoutesTest, TellsTheAnswerAsItComesAndKeepsIt) {
  const Got got = ask(ann_);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.headers.at("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(got.headers.at("cache-control"), "no-store");
  const auto names = order_of_events(got);
  ASSERT_GE(names.size(), 4u);
  EXPECT_THAT(std::vector(names.end() - 4, names.end()),
              ElementsAre("stage", "citation", "sentence", "answer"));
  const object answer = answer_of(got);
  EXPECT_EQ(answer.at("outcome"), "answered");
  EXPECT_EQ(answer.at("question"), kQuestion);
  EXPECT_EQ(answer.at("model"), "fake-generator");
  EXPECT_EQ(answer.at("citations"), value(just(last_event(got, "citation"))));
  EXPECT_EQ(answer.at("sentences"), value(just(last_event(got, "sentence"))));
  const object& citation = answer.at("citations").at(0).as_object();
  EXPECT_EQ(citation.at("number"), 1);
  EXPECT_EQ(citation.at("document"), gpu_);
  EXPECT_EQ(citation.at("quote"), kQuote);
  EXPECT_EQ(citation.at("name"), "gpu.md");
  const auto begin = static_cast<uint32_t>(citation.at("begin").as_int64()),
             end = static_cast<uint32_t>(citation.at("end").as_int64());
  EXPECT_EQ(*store_->text(citation.at("revision").as_int64(), {begin, end}), kQuote);

  const object kept = chat(ann_, chat_of(got));
  EXPECT_EQ(kept.at("title"), kQuestion);
  EXPECT_EQ(kept.at("mine"), true);
  const array& messages = kept.at("messages").as_array();
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].at("from"), "user");
  EXPECT_EQ(messages[0].at("text"), kQuestion);
  EXPECT_EQ(messages[1].at("from"), "assistant");
  EXPECT_EQ(messages[1].at("id"), answer.at("message"));
  EXPECT_EQ(messages[1].at("answer"), value(answer)) << "it is replayed as it was told";
  EXPECT_EQ(std::string(messages[1].at("text").as_string()), std::string(kQuote) + "[1]");
}

TEST_F(AskRoutesTest, ARefusalIsKeptWithTheNearestPassages) {
  host_.generator_->margin = [](const std::string&) { return -5.0; };
  const Got got = ask(ann_, {{"question", "火星上的显存怎么卖？"}});
  const object answer = answer_of(got);
  EXPECT_EQ(answer.at("outcome"), "refused");
  EXPECT_THAT(answer.at("sentences").as_array(), IsEmpty());
  EXPECT_FALSE(answer.at("citations").as_array().empty());
  const object kept = chat(ann_, chat_of(got));
  EXPECT_EQ(kept.at("messages").at(1).at("answer"), value(answer));
  EXPECT_EQ(kept.at("messages").at(1).at("text"), answer.at("note"));
}

TEST_F(AskRoutesTest, SpeaksTheLanguageAskedFor) {
  host_.generator_->margin = [](const std::string&) { return -5.0; };
  const object body{{"question", "火星上的显存怎么卖？"}};
  const auto ask_in = [&](const char* lang) {
    return send(ann_, "POST", "/api/ask", boost::json::serialize(body), {{"accept-language", lang}});
  };
  const Got english = ask_in("en"), chinese = ask_in("zh-CN");
  EXPECT_THAT(english.body, AllOf(HasSubstr("searching"), HasSubstr("The ")));
  EXPECT_THAT(chinese.body,
              AllOf(HasSubstr("正在检索"), Not(HasSubstr("searching")), Not(HasSubstr("The "))));
}

TEST_F(AskRoutesTest, WithoutAModelItQuotes) {
  host_.generator_ = nullptr;
  const object answer = answer_of(ask(ann_, {{"question", kPrinterQuestion}}));
  EXPECT_EQ(answer.at("outcome"), "extracted");
  EXPECT_EQ(answer.at("model"), "");
  EXPECT_THAT(boost::json::serialize(answer.at("sentences")), HasSubstr("2021"));
}

TEST_F(AskRoutesTest, AFollowUpIsCompletedFromTheChat) {
  const store::ChatId chat_id = chat_of(ask(ann_));
  constexpr const char* kCompleted = "7B 模型用 int4 推理需要多少显存？";
  says_ = [&](const std::string& prompt) -> std::string {
    if (prompt.find("那 int4 呢？") == std::string::npos) return "用 int4 量化后只需 3.5 GB 显存。";
    EXPECT_THAT(prompt, HasSubstr(kQuestion));
    EXPECT_THAT(prompt, HasSubstr("14 GB"));
    return kCompleted;
  };
  const Got got = ask(ann_, {{"question", "那 int4 呢？"}, {"chat", chat_id}});
  EXPECT_EQ(last_event(got, "question").at("standalone"), kCompleted);
  EXPECT_EQ(answer_of(got).at("question"), kCompleted);
  EXPECT_EQ(chat_of(got), chat_id);
  const object kept = chat(ann_, chat_id);
  const array& messages = kept.at("messages").as_array();
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2].at("text"), "那 int4 呢？");
  EXPECT_EQ(messages[2].at("standalone"), kCompleted);
  EXPECT_EQ(kept.at("title"), kQuestion) << "of the first question";
}

TEST_F(AskRoutesTest, WhatWasRemovedDoesNotComeBackThroughAFollowUp) {
  const store::ChatId chat_id = chat_of(ask(ann_));
  ASSERT_TRUE(store_->trash_document(gpu_));
  ASSERT_TRUE(index_->catch_up_text({}, {}));
  host_.generator_->prompts.clear();
  says_ = [](const std::string&) { return "LoRA 只训练低秩矩阵，显存占用比全量微调小得多。"; };
  const Got got = ask(ann_, {{"question", "那 int4 呢？"}, {"chat", chat_id}});
  EXPECT_EQ(answer_of(got).at("chat"), chat_id);
  EXPECT_THAT(got.body, Not(HasSubstr("14 GB")));
  for (const std::string& prompt : host_.generator_->prompts) EXPECT_THAT(prompt, Not(HasSubstr("14 GB")));
}

TEST_F(AskRoutesTest, ChatsOfOthersCannotBeContinued) {
  const store::ChatId chat_id = chat_of(ask(ann_));
  const Got others = ask(bob_, {{"chat", chat_id}}), unknown = ask(bob_, {{"chat", chat_id + 100}});
  EXPECT_EQ(others.status, 404);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(others.error(), unknown.error());
  ASSERT_TRUE(store_->share_chat(chat_id, {{.to = store::Grant::To::user, .id = bob_.user}}));
  const Got shared = ask(bob_, {{"chat", chat_id}});
  EXPECT_EQ(shared.status, 403);
  EXPECT_EQ(shared.error(), "forbidden");
  EXPECT_EQ(store_->messages(chat_id)->size(), 2u);
  EXPECT_EQ(chats_of(bob_), 0u);
}

TEST_F(AskRoutesTest, CollectionsOfOthersAreAsUnknownOnes) {
  const Got others = ask(bob_, {{"collections", array{docs_}}}),
            unknown = ask(bob_, {{"collections", array{docs_ + 100}}});
  EXPECT_EQ(others.status, 404);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(others.error(), unknown.error());
  const object answer = answer_of(ask(bob_));
  EXPECT_EQ(answer.at("outcome"), "refused");
  EXPECT_THAT(answer.at("citations").as_array(), IsEmpty());
}

TEST_F(AskRoutesTest, OneQuestionAtATimeInAChat) {
  const store::ChatId chat_id = chat_of(ask(ann_));
  hold();
  net::Reply first = ask_later(ann_, {{"chat", chat_id}});
  wait_until_held();
  const Got second = ask(ann_, {{"chat", chat_id}});
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.error(), "conflict");
  release();
  EXPECT_EQ(chat_of(read(std::move(first))), chat_id);
  EXPECT_EQ(chat_of(ask(ann_, {{"chat", chat_id}})), chat_id) << "free once the answer was told";
  EXPECT_EQ(store_->messages(chat_id)->size(), 6u);
}

TEST_F(AskRoutesTest, AChatIsFreeAgainAfterAFailure) {
  const store::ChatId chat_id = chat_of(ask(ann_));
  host_.generator_->reply = [](const std::string&) -> Result<std::string> {
    return fail(Errc::unavailable, text("the engine is gone", "引擎已退出"));
  };
  const Got failed = ask(ann_, {{"chat", chat_id}});
  EXPECT_EQ(failed.status, 200);
  EXPECT_EQ(error_of(failed), "unavailable");
  EXPECT_EQ(last_event(failed, "error").at("message"), "the engine is gone");
  EXPECT_EQ(names_of_events(failed).back(), "error");
  EXPECT_EQ(error_of(ask(ann_, {{"chat", chat_id}})), "unavailable") << "not a conflict";
  EXPECT_EQ(store_->messages(chat_id)->size(), 2u) << "nothing is kept of a question without an answer";
}

TEST_F(AskRoutesTest, OneUserCannotFillTheLine) {
  constexpr int kShare = 4;
  hold();
  std::vector<net::Reply> asked;
  for (int i = 0; i < kShare; ++i) asked.push_back(ask_later(ann_, {}));
  wait_until_held();
  const Got more = ask(ann_);
  EXPECT_EQ(more.status, 429);
  EXPECT_EQ(more.error(), "busy");
  EXPECT_FALSE(more.headers.at("retry-after").empty());
  net::Reply others = ask_later(bob_, {});
  release();
  for (net::Reply& reply : asked) EXPECT_NE(chat_of(read(std::move(reply))), 0);
  const Got waited = read(std::move(others));
  const auto places = events_named(waited.body, "queue");
  ASSERT_FALSE(places.empty());
  EXPECT_EQ(places.front().at("position"), 4) << "behind three that wait";
  EXPECT_EQ(places.back().at("position"), 1);
}

TEST_F(AskRoutesTest, NothingIsKeptOfACancelledQuestion) {
  hold();
  net::Reply running = ask_later(ann_, {});
  wait_until_held();
  const CancelToken of_ann = gone_;
  net::Reply waiting = ask_later(bob_, {});
  const CancelToken of_bob = gone_;
  of_ann.cancel();
  of_bob.cancel();
  release();
  for (net::Reply* reply : {&running, &waiting}) {
    const Got got = read(std::move(*reply));
    EXPECT_EQ(error_of(got), "cancelled");
    EXPECT_THAT(got.body, Not(HasSubstr("event: answer")));
  }
  EXPECT_EQ(chats_of(ann_), 0u);
  EXPECT_EQ(chats_of(bob_), 0u);
}

TEST_F(AskRoutesTest, WhoDoesNotListenAnyMoreHasCancelled) {
  hold();
  net::Reply reply = ask_later(ann_, {});
  wait_until_held();
  std::get<std::shared_ptr<net::EventStream>>(reply.body)->gone().cancel();
  release();
  const Got got = read(std::move(reply));
  EXPECT_THAT(got.body, AllOf(Not(HasSubstr("event: answer")), Not(HasSubstr("event: sentence"))));
  EXPECT_EQ(chats_of(ann_), 0u);
}

TEST_F(AskRoutesTest, ARightWithdrawnMeanwhileCounts) {
  hold();
  net::Reply running = ask_later(ann_, {});
  wait_until_held();
  net::Reply any = ask_later(ann_, {}), named = ask_later(ann_, {{"collections", array{docs_}}});
  ASSERT_TRUE(store_->accounts().set_grants(docs_, {}));
  release();
  const Got first = read(std::move(running)), second = read(std::move(any)), third = read(std::move(named));
  EXPECT_EQ(error_of(first), "forbidden");
  EXPECT_EQ(answer_of(second).at("outcome"), "refused");
  EXPECT_EQ(error_of(third), "not_found");
  for (const Got& got : {first, second, third})
    EXPECT_THAT(got.body, AllOf(Not(HasSubstr("14 GB")), Not(HasSubstr("gpu.md"))));
}

TEST_F(AskRoutesTest, AnEndedSessionEndsItsQuestions) {
  hold();
  net::Reply reply = ask_later(ann_, {});
  wait_until_held();
  const std::string session = Gate::hash_of(ann_.token);
  ASSERT_TRUE(store_->accounts().close_session(session));
  service_->backend().live.cancel_if(
      [&](const LiveCalls::Call& call) { return call.session_hash == session; });
  release();
  const Got got = read(std::move(reply));
  EXPECT_EQ(error_of(got), "forbidden");
  EXPECT_THAT(got.body, Not(HasSubstr("14 GB")));
  EXPECT_EQ(chats_of(ann_), 0u);
}

TEST_F(AskRoutesTest, AChatThatWasDeletedMeanwhileGetsNoAnswer) {
  const store::ChatId chat_id = chat_of(ask(ann_));
  hold();
  net::Reply reply = ask_later(ann_, {{"chat", chat_id}});
  wait_until_held();
  EXPECT_EQ(remove(ann_, "/api/chats/" + std::to_string(chat_id)).status, 204);
  release();
  EXPECT_EQ(error_of(read(std::move(reply))), "not_found");
  EXPECT_EQ(chats_of(ann_), 0u);
}

TEST_F(AskRoutesTest, AChatHasAnEnd) {
  const store::ChatId chat_id = *store_->create_chat("long", ann_.user);
  for (int i = 0; i < 1000; ++i)
    ASSERT_TRUE(store_->append_message(chat_id, {.from_user = i % 2 == 0, .text = "x"}));
  const Got got = ask(ann_, {{"chat", chat_id}});
  EXPECT_EQ(got.status, 403);
  EXPECT_THAT(got.body, HasSubstr("1000 messages"));
}

class BadQuestions : public AskRoutesTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(BadQuestions, AreRefusedBeforeTheyAreAsked) {
  const Got got = send(ann_, "POST", "/api/ask", GetParam());
  EXPECT_EQ(got.status, 400) << got.body;
  EXPECT_EQ(got.error(), "usage");
  EXPECT_TRUE(host_.generator_->prompts.empty());
  EXPECT_EQ(chats_of(ann_), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, BadQuestions,
                         ::testing::Values("{}", "[]", "{", R"({"question":null})", R"({"question":""})",
                                           R"({"question":" \n\t"})", R"({"question":5})",
                                           R"({"question":"a\u0000b"})", R"({"question":"a","extra":1})",
                                           R"({"question":"a","mode":"fast"})",
                                           R"({"question":"a","mode":1})", R"({"question":"a","chat":0})",
                                           R"({"question":"a","chat":"1"})", R"({"question":"a","chat":1.5})",
                                           R"({"question":"a","collections":1})",
                                           R"({"question":"a","collections":["1"]})",
                                           R"({"question":"a","collections":[-1]})"));

TEST_F(AskRoutesTest, QuestionsHaveALimit) {
  const auto asked_with = [&](size_t characters) {
    std::string question;
    for (size_t i = 0; i < characters; ++i) question += "显";
    return ask(ann_, {{"question", question}, {"mode", "extract"}}).status;
  };
  EXPECT_EQ(asked_with(4096), 200);
  EXPECT_EQ(asked_with(4097), 400);
  EXPECT_EQ(asked_with(6000), 400);
}

TEST_F(AskRoutesTest, NobodyAsksWithoutAnAccount) {
  EXPECT_EQ(ask({}).status, 401);
  Browser forged = ann_;
  forged.csrf = "wrong";
  EXPECT_EQ(ask(forged).status, 403);
}

}  // namespace
}  // namespace cvp::serve
