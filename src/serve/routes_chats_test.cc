#include "base/json_text.h"
#include "chat/history.h"
#include "ingest/docx.h"
#include "serve/account_fixture.h"
#include "serve/answer_json.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Ann's chat with an answer from two documents: one that Bob may read, and her own.
class ChatRoutesTest : public AccountTest {
 protected:
  ChatRoutesTest() {
    const auto reads = [](const Browser& who) { return to_user(who.user, store::Right::read); };
    gates_ = add_text(add_collection("open", {reads(ann_), reads(bob_), reads(eve_)}), "/srv/gates.md",
                      "The gate is three metres wide.");
    vault_ = add_text(add_collection("anns", {reads(ann_)}), "/srv/vaults.md", "The vault opens with 4711.");
    chat_ = *store_->create_chat("How wide is the gate?", ann_.user);
    keep("How wide is the gate?", "How wide is the gate?", first_answer());
    keep("And its colour?", "What is the colour of the vault 4711?",
         {.outcome = chat::Outcome::answered,
          .question = "What is the colour of the vault 4711?",
          .sentences = {{.text = "It is green.", .supported = true, .citations = {1}}},
          .citations = {citation(1, gates_, "The gate is three metres wide.", "Gates", "/srv/gates.md")}});
    const auto messages = *store_->messages(chat_);
    question_ = messages[0].id;
    answer_ = messages[1].id;
  }

  static chat::Citation citation(int number, store::DocumentId document, const std::string& quote,
                                 const std::string& title, const std::string& uri) {
    return {.number = number,
            .chunk = 70 + number,
            .document = document,
            .revision = 80 + number,
            .span = {0, static_cast<uint32_t>(quote.size())},
            .page = 3,
            .quote = quote,
            .title = title,
            .uri = uri,
            .heading = "Part of " + title};
  }
  chat::Answer first_answer() const {
    return {.outcome = chat::Outcome::answered,
            .question = "How wide is the gate?",
            .sentences = {{.text = "Three metres.", .supported = true, .citations = {1}},
                          {.text = "Its code is 4711.", .supported = true, .citations = {1, 2}},
                          {.text = "The vault sings.", .why_not = text("nobody says so", "没有这样说")}},
            .citations = {citation(1, gates_, "The gate is three metres wide.", "Gates", "/srv/gates.md"),
                          citation(2, vault_, "The vault opens with 4711.", "Vaults", "/srv/vaults.md")},
            .confidence = 0.9,
            .model = "small"};
  }
  void keep(const std::string& asked, const std::string& standalone, const chat::Answer& answer) {
    ASSERT_TRUE(store_->append_message(chat_, {.from_user = true, .text = asked, .standalone = standalone}));
    ASSERT_TRUE(store_->append_message(chat_, {.from_user = false,
                                               .text = chat::shown_text(answer, Lang::en),
                                               .answer_json = json_text(answer_json(answer, Lang::en))}));
  }
  void share_with(const Browser& who) {
    ASSERT_TRUE(store_->share_chat(
        chat_, {{.to = store::Grant::To::user, .id = who.user, .right = store::Right::read}}));
  }

  std::string at(const std::string& rest = "") const { return fmt::format("/api/chats/{}{}", chat_, rest); }
  std::string feedback_at(int64_t message) const { return at(fmt::format("/messages/{}/feedback", message)); }
  Got put(const Browser& who, const std::string& target, const object& body) {
    return send(who, "PUT", target, boost::json::serialize(body));
  }
  object shown_to(const Browser& who) {
    const Got got = get(who, at());
    EXPECT_EQ(got.status, 200) << got.body;
    return got.object();
  }
  static object just(std::string_view key, int64_t id) { return {{key, id}}; }
  static std::string string_at(const value& from, std::string_view key) {
    const value& found = from.at(key);
    return std::string(found.as_string());
  }

  const Browser ann_ = sign_in("ann", store::Role::editor), bob_ = sign_in("bob"), eve_ = sign_in("eve");
  store::DocumentId gates_ = 0, vault_ = 0;
  store::ChatId chat_ = 0;
  int64_t question_ = 0, answer_ = 0;
};

constexpr const char* kHidden = "(from a document that was removed or that you may not read)";

TEST_F(ChatRoutesTest, ItsOwnerSeesItAsItWasAnswered) {
  const object chat = shown_to(ann_);
  EXPECT_EQ(chat.at("mine"), true);
  EXPECT_EQ(chat.at("shared"), array());
  const array& messages = chat.at("messages").as_array();
  ASSERT_EQ(messages.size(), 4u);
  const value& asked = messages[0];
  EXPECT_EQ(asked.at("id"), question_);
  EXPECT_EQ(asked.at("from"), "user");
  EXPECT_EQ(asked.at("answer"), nullptr);
  EXPECT_EQ(asked.at("feedback"), nullptr);
  const value& answered = messages[1];
  object expected = answer_json(first_answer(), Lang::en);
  expected["chat"] = chat_;
  expected["message"] = answer_;
  EXPECT_EQ(json_text(answered.at("answer")), json_text(expected));
  EXPECT_EQ(answered.at("text"), "Three metres.[1]\nIts code is 4711.[1][2]\nThe vault sings.");
  EXPECT_EQ(messages[2].at("standalone"), "What is the colour of the vault 4711?");
}

TEST_F(ChatRoutesTest, OfOthersItIsAsUnknown) {
  const Got others = get(bob_, at()), unknown = get(bob_, "/api/chats/987654");
  EXPECT_EQ(others.status, 404);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(others.error(), unknown.error());
  EXPECT_EQ(get(bob_, at("/export?format=md")).status, 404);
  EXPECT_EQ(patch(bob_, at(), {{"title", "mine"}}).status, 404);
  EXPECT_EQ(remove(bob_, at()).status, 404);
  EXPECT_EQ(put(bob_, feedback_at(answer_), {{"good", true}}).status, 404);
  const Browser admin = sign_in("root", store::Role::admin);
  EXPECT_EQ(get(admin, at()).status, 404) << "an administrator is no reader";
  EXPECT_EQ(shown_to(ann_).at("title"), "How wide is the gate?");
}

TEST_F(ChatRoutesTest, AReaderSeesOnlyWhatHisOwnRightsShow) {
  share_with(bob_);
  const Got got = get(bob_, at());
  ASSERT_EQ(got.status, 200);
  for (const char* secret : {"4711", "vault", "Vault", "sings", "/srv/vaults.md"})
    EXPECT_THAT(got.body, Not(HasSubstr(secret)));
  const object chat = got.object();
  EXPECT_EQ(chat.at("mine"), false);
  EXPECT_EQ(chat.at("shared"), array()) << "with whom else is the owner's business";
  const value& message = chat.at("messages").at(1);
  const array& sentences = message.at("answer").at("sentences").as_array();
  ASSERT_EQ(sentences.size(), 3u);
  EXPECT_EQ(sentences[0].at("text"), "Three metres.");
  EXPECT_EQ(sentences[0].at("supported"), true);
  for (const value& hidden : {sentences[1], sentences[2]}) {
    EXPECT_EQ(hidden.at("text"), kHidden);
    EXPECT_EQ(hidden.at("supported"), false);
    EXPECT_EQ(hidden.at("citations"), array());
  }
  const array& citations = message.at("answer").at("citations").as_array();
  ASSERT_EQ(citations.size(), 2u);
  EXPECT_EQ(citations[0].at("quote"), "The gate is three metres wide.");
  object blank = citation_json({.number = 2, .title = kHidden});
  EXPECT_EQ(json_text(citations[1]), json_text(blank));
  EXPECT_EQ(string_at(message, "text"), std::string("Three metres.[1]\n") + kHidden + "\n" + kHidden);
  EXPECT_EQ(chat.at("messages").at(2).at("standalone"), "") << "it was completed from what is hidden";
  EXPECT_EQ(chat.at("messages").at(3).at("answer").at("question"), "And its colour?");
}

TEST_F(ChatRoutesTest, NotesSpeakTheReadersLanguage) {
  share_with(bob_);
  const Got got = send(bob_, "GET", at(), "", {{"accept-language", "zh"}});
  EXPECT_THAT(got.body,
              AllOf(HasSubstr("（出自已删除或你无权查看的文档）"), Not(HasSubstr("you may not read"))));
}

TEST_F(ChatRoutesTest, AReaderWithTheSameRightsSeesWhatHasASource) {
  share_with(bob_);
  const store::CollectionId anns = *store_->find_collection("anns");
  ASSERT_TRUE(store_->accounts().set_grants(anns, {to_user(bob_.user, store::Right::read)}));
  const object chat = shown_to(bob_);
  const array& sentences = chat.at("messages").at(1).at("answer").at("sentences").as_array();
  EXPECT_EQ(sentences[1].at("text"), "Its code is 4711.");
  EXPECT_EQ(sentences[2].at("text"), "(a sentence without a source: only the chat's owner sees it)");
}

TEST_F(ChatRoutesTest, WhatWasRemovedIsGoneFromOldAnswersToo) {
  ASSERT_TRUE(store_->trash_document(vault_));
  const Got gone = get(ann_, at());
  for (const char* removed : {"Its code", "The vault opens", "Vaults", "sings", "colour of the vault"})
    EXPECT_THAT(gone.body, Not(HasSubstr(removed)));
  EXPECT_THAT(gone.body, AllOf(HasSubstr(kHidden), HasSubstr("Three metres.")));
  ASSERT_TRUE(store_->restore_document(vault_));
  EXPECT_THAT(get(ann_, at()).body, AllOf(HasSubstr("Its code"), HasSubstr("Vaults"), HasSubstr("sings")));
  ASSERT_TRUE(store_->remove_document(vault_));
  EXPECT_THAT(get(ann_, at()).body, Not(HasSubstr("Its code")));
}

TEST_F(ChatRoutesTest, AnOwnerWhoLostARightLosesItHereToo) {
  ASSERT_TRUE(store_->accounts().set_grants(*store_->find_collection("anns"), {}));
  EXPECT_THAT(get(ann_, at()).body, AllOf(Not(HasSubstr("Its code")), HasSubstr("Three metres.")));
  EXPECT_THAT(get(ann_, at("/export?format=md")).body, Not(HasSubstr("Its code")));
}

TEST_F(ChatRoutesTest, AMessageWithoutASourceIsItsOwnersOnly) {
  ASSERT_TRUE(
      store_->append_message(chat_, {.from_user = false, .text = "kept long ago", .answer_json = "{"}));
  share_with(bob_);
  EXPECT_THAT(get(ann_, at()).body, HasSubstr("kept long ago"));
  EXPECT_THAT(get(bob_, at()).body, Not(HasSubstr("kept long ago")));
}

TEST_F(ChatRoutesTest, SharingIsWithUsersAndGroupsAndEndsAtOnce) {
  const store::GroupId staff = *store_->accounts().create_group("staff");
  ASSERT_TRUE(store_->accounts().change_group(staff, "staff", {eve_.user}));
  const Got shared = patch(ann_, at(), {{"share", array{just("user", bob_.user), just("group", staff)}}});
  ASSERT_EQ(shared.status, 200) << shared.body;
  const object summary = shared.object();
  EXPECT_EQ(summary.at("shared"), (array{just("user", bob_.user), just("group", staff)}));
  EXPECT_EQ(summary.at("mine"), true);
  EXPECT_EQ(get(bob_, at()).status, 200);
  EXPECT_EQ(get(eve_, at()).status, 200);
  ASSERT_EQ(patch(ann_, at(), {{"share", array{just("group", staff)}}}).status, 200);
  EXPECT_EQ(get(bob_, at()).status, 404);
  ASSERT_TRUE(store_->accounts().change_group(staff, "staff", {}));
  EXPECT_EQ(get(eve_, at()).status, 404);
  ASSERT_EQ(patch(ann_, at(), {{"share", array()}}).status, 200);
  EXPECT_EQ(shown_to(ann_).at("shared"), array());
  EXPECT_THAT(audited(), Contains("ann chat.share chat 1: bob, staff"));
  EXPECT_THAT(audited(), Contains("ann chat.share chat 1: nobody"));
}

TEST_F(ChatRoutesTest, OneselfAndRepetitionsAreNotShares) {
  const Got got =
      patch(ann_, at(),
            {{"share", array{just("user", ann_.user), just("user", bob_.user), just("user", bob_.user)}}});
  ASSERT_EQ(got.status, 200);
  array expected;
  expected.push_back(just("user", bob_.user));
  const object summary = got.object();
  EXPECT_EQ(summary.at("shared"), expected);
}

TEST_F(ChatRoutesTest, WhoDoesNotExistOrIsNotKnownCannotBeSharedWith) {
  const store::GroupId staff = *store_->accounts().create_group("staff");
  const auto share_of_bob = [&](const object& with) {
    array list;
    list.push_back(with);
    return list;
  };
  EXPECT_EQ(patch(ann_, at(), {{"share", share_of_bob(just("user", 98765))}}).status, 400);
  EXPECT_EQ(patch(ann_, at(), {{"share", share_of_bob(just("group", 98765))}}).status, 400);
  EXPECT_EQ(patch(ann_, at(), {{"share", share_of_bob(just("group", staff))}}).status, 200)
      << "an editor knows every group";
  // Bob is a reader: he knows those of his groups, and whether there are others he cannot find out here.
  const store::ChatId bobs = *store_->create_chat("bob's", bob_.user);
  const std::string target = fmt::format("/api/chats/{}", bobs);
  const Got stranger = patch(bob_, target, {{"share", share_of_bob(just("user", eve_.user))}}),
            nobody = patch(bob_, target, {{"share", share_of_bob(just("user", 98765))}});
  EXPECT_EQ(stranger.status, 400);
  EXPECT_EQ(nobody.status, 400);
  EXPECT_EQ(stranger.error(), nobody.error());
  ASSERT_TRUE(store_->accounts().change_group(staff, "staff", {bob_.user, eve_.user}));
  EXPECT_EQ(patch(bob_, target, {{"share", share_of_bob(just("user", eve_.user))}}).status, 200);
  ASSERT_TRUE(store_->accounts().change_group(staff, "staff", {eve_.user}));
  EXPECT_EQ(patch(bob_, target, {{"share", share_of_bob(just("user", eve_.user))}}).status, 200)
      << "who has it already may keep it";
}

TEST_F(ChatRoutesTest, Renaming) {
  const Got got = patch(ann_, at(), {{"title", " Gates\n and doors "}});
  ASSERT_EQ(got.status, 200) << got.body;
  const object summary = got.object();
  EXPECT_EQ(summary.at("title"), "Gates and doors");
  EXPECT_EQ(summary.at("messages"), 4);
  EXPECT_THAT(audited(), Contains("ann chat.rename chat 1"));
  EXPECT_EQ(patch(ann_, at(), {}).status, 200) << "nothing to change";
  EXPECT_EQ(shown_to(ann_).at("title"), "Gates and doors");
}

class BadChanges : public ChatRoutesTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(BadChanges, ChangeNothing) {
  const Got got = send(ann_, "PATCH", at(), GetParam());
  EXPECT_EQ(got.status, 400) << got.body;
  EXPECT_EQ(got.error(), "usage");
  const object chat = shown_to(ann_);
  EXPECT_EQ(chat.at("title"), "How wide is the gate?");
  EXPECT_EQ(chat.at("shared"), array());
  EXPECT_THAT(audited(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, BadChanges,
                         ::testing::Values("[]", R"({"title":""})", R"({"title":" \n"})", R"({"title":5})",
                                           R"({"titel":"x"})", R"({"title":"x","share":1})",
                                           R"({"title":"x","share":[1]})", R"({"title":"x","share":[{}]})",
                                           R"({"title":"x","share":[{"user":1,"group":1}]})",
                                           R"({"title":"x","share":[{"user":"1"}]})",
                                           R"({"title":"x","share":[{"user":0}]})",
                                           R"({"title":"x","share":[{"everyone":1}]})",
                                           R"({"title":"x","share":[{"user":98765}]})"));

TEST_F(ChatRoutesTest, TitlesHaveALimit) {
  const auto titled = [&](size_t characters) {
    std::string title;
    for (size_t i = 0; i < characters; ++i) title += "门";
    return patch(ann_, at(), {{"title", title}}).status;
  };
  EXPECT_EQ(titled(200), 200);
  EXPECT_EQ(titled(201), 400);
  EXPECT_EQ(titled(300), 400);
}

TEST_F(ChatRoutesTest, ReadersCannotChangeIt) {
  share_with(bob_);
  for (const Got& got :
       {patch(bob_, at(), {{"title", "mine"}}), patch(bob_, at(), {{"share", array()}}), remove(bob_, at()),
        put(bob_, feedback_at(answer_), {{"good", true}}), remove(bob_, feedback_at(answer_))}) {
    EXPECT_EQ(got.status, 403);
    EXPECT_EQ(got.error(), "forbidden");
  }
  const object chat = shown_to(ann_);
  EXPECT_EQ(chat.at("title"), "How wide is the gate?");
  EXPECT_EQ(chat.at("shared").as_array().size(), 1u);
}

TEST_F(ChatRoutesTest, Deleting) {
  share_with(bob_);
  EXPECT_EQ(remove(ann_, at()).status, 204);
  EXPECT_EQ(get(ann_, at()).status, 404);
  EXPECT_EQ(get(bob_, at()).status, 404);
  EXPECT_EQ(remove(ann_, at()).status, 404);
  EXPECT_THAT(audited(), ElementsAre("ann chat.delete chat 1"));
}

TEST_F(ChatRoutesTest, TheListHasOnesOwnAndWhatWasShared) {
  const store::ChatId bobs = *store_->create_chat("bob's", bob_.user);
  share_with(bob_);
  const object bob_sees = get(bob_, "/api/chats").object();
  const array& items = bob_sees.at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(bob_sees.at("next"), nullptr);
  for (const value& item : items) {
    const bool mine = item.at("id") == bobs;
    EXPECT_EQ(item.at("mine"), mine);
    EXPECT_EQ(item.at("shared"), array());
    EXPECT_EQ(item.at("messages"), mine ? 0 : 4);
  }
  const object ann_sees = get(ann_, "/api/chats").object();
  ASSERT_EQ(ann_sees.at("items").as_array().size(), 1u);
  array with_bob;
  with_bob.push_back(just("user", bob_.user));
  EXPECT_EQ(ann_sees.at("items").at(0).at("shared"), with_bob);
  EXPECT_EQ(get(eve_, "/api/chats").object().at("items"), array());
  EXPECT_EQ(get({}, "/api/chats").status, 401);
}

TEST_F(ChatRoutesTest, TheListComesInPagesNewestFirst) {
  std::vector<store::ChatId> newest_first = {chat_};
  for (int i = 0; i < 4; ++i) {
    if (i % 2 == 0) clock_.advance(10'000);  // some of the same second
    newest_first.insert(newest_first.begin(), *store_->create_chat(std::to_string(i), ann_.user));
  }
  std::vector<store::ChatId> seen;
  std::string after;
  for (int page = 0; page < 10; ++page) {
    const object got = get(ann_, "/api/chats?limit=2" + (after.empty() ? "" : "&after=" + after)).object();
    for (const value& item : got.at("items").as_array()) seen.push_back(item.at("id").as_int64());
    if (got.at("next").is_null()) break;
    after = string_at(got, "next");
  }
  EXPECT_EQ(seen, newest_first);
  EXPECT_EQ(get(ann_, "/api/chats?limit=0").status, 400);
  EXPECT_EQ(get(ann_, "/api/chats?limit=201").status, 400);
  EXPECT_EQ(get(ann_, "/api/chats?sort=title").status, 400);
}

TEST_F(ChatRoutesTest, FeedbackIsKeptAndTakenBack) {
  EXPECT_EQ(put(ann_, feedback_at(answer_), {{"good", false}, {"reason", "答非所问"}}).status, 204);
  const object chat = shown_to(ann_);
  EXPECT_EQ(chat.at("messages").at(1).at("feedback"), value({{"good", false}, {"reason", "答非所问"}}));
  EXPECT_EQ(chat.at("messages").at(3).at("feedback"), nullptr);
  share_with(bob_);
  EXPECT_THAT(get(bob_, at()).body, Not(HasSubstr("答非所问")));
  EXPECT_EQ(put(ann_, feedback_at(answer_), {{"good", true}}).status, 204);
  const object better = shown_to(ann_);
  EXPECT_EQ(better.at("messages").at(1).at("feedback"), value({{"good", true}, {"reason", ""}}));
  EXPECT_EQ(remove(ann_, feedback_at(answer_)).status, 204);
  const object none = shown_to(ann_);
  EXPECT_EQ(none.at("messages").at(1).at("feedback"), nullptr);
}

TEST_F(ChatRoutesTest, FeedbackIsOfAnswersOnly) {
  EXPECT_EQ(put(ann_, feedback_at(question_), {{"good", true}}).status, 404);
  EXPECT_EQ(put(ann_, feedback_at(98765), {{"good", true}}).status, 404);
  EXPECT_EQ(put(ann_, feedback_at(answer_), {}).status, 400);
  EXPECT_EQ(put(ann_, feedback_at(answer_), {{"good", "yes"}}).status, 400);
  EXPECT_EQ(put(ann_, feedback_at(answer_), {{"good", true}, {"why", ""}}).status, 400);
  std::string reason;
  for (int i = 0; i < 2000; ++i) reason += "好";
  EXPECT_EQ(put(ann_, feedback_at(answer_), {{"good", true}, {"reason", reason}}).status, 204);
  EXPECT_EQ(put(ann_, feedback_at(answer_), {{"good", true}, {"reason", reason + "好"}}).status, 400);
}

TEST_F(ChatRoutesTest, ExportsAsMarkdownAndWord) {
  const Got markdown = get(ann_, at("/export?format=md")), word = get(ann_, at("/export?format=docx"));
  ASSERT_EQ(markdown.status, 200);
  EXPECT_EQ(markdown.headers.at("content-type"), "text/markdown; charset=utf-8");
  EXPECT_EQ(markdown.headers.at("content-disposition"),
            "attachment; filename=\"How_wide_is_the_gate_.md\"; "
            "filename*=UTF-8''How%20wide%20is%20the%20gate_.md");
  EXPECT_THAT(markdown.body,
              AllOf(HasSubstr("# How wide is the gate?"), HasSubstr("Three metres. \\[1\\]"),
                    HasSubstr("- \\[2\\] **Vaults**, page 3, Part of Vaults: “The vault opens with 4711.”")));
  ASSERT_EQ(word.status, 200);
  EXPECT_EQ(word.headers.at("content-type"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  EXPECT_THAT(word.headers.at("content-disposition"), HasSubstr(".docx\""));
  const auto parsed = ingest::parse_docx(word.body, 1 << 20);
  ASSERT_TRUE(parsed) << parsed.error().message.en;
  EXPECT_EQ(parsed->title, "How wide is the gate?");
  EXPECT_THAT(parsed->text, AllOf(HasSubstr("Three metres. [1]"), HasSubstr("[2] Vaults, page 3")));
}

TEST_F(ChatRoutesTest, AReadersExportHidesWhatHisPageHides) {
  share_with(bob_);
  for (const char* format : {"md", "docx"}) {
    const Got got = get(bob_, at(std::string("/export?format=") + format));
    ASSERT_EQ(got.status, 200);
    const std::string text =
        std::string(format) == "md" ? got.body : ingest::parse_docx(got.body, 1 << 20)->text;
    EXPECT_THAT(text, HasSubstr("Three metres."));
    for (const char* secret : {"4711", "vault", "Vault", "sings"}) EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(send(bob_, "GET", at("/export?format=md"), "", {{"accept-language", "zh"}}).body,
              HasSubstr("出自已删除或你无权查看的文档"));
}

TEST_F(ChatRoutesTest, ExportFormatsAreTwo) {
  for (const char* query : {"", "?format=", "?format=pdf", "?format=MD", "?format=md&x=1"})
    EXPECT_EQ(get(ann_, at(std::string("/export") + query)).status, 400) << query;
}

}  // namespace
}  // namespace cvp::serve
