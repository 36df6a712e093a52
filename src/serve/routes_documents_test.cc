#include "serve/library_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using boost::json::object;

class DocumentsTest : public LibraryTest {
 protected:
  std::vector<std::string> names(const Browser& who, const std::string& query = "") {
    return listed(who, documents_of(library_) + query, "name");
  }
  /// Sends a file that is taken; its id.
  store::DocumentId taken(const std::string& name, const std::string& bytes) {
    const Got got = upload(ann_, library_, name, bytes);
    EXPECT_EQ(got.status, 201) << got.body;
    const object reply = got.object();
    return reply.at("document").at("id").as_int64();
  }
  Got restore(const Browser& who, store::DocumentId id, const std::string& token) {
    return post(who, document(id, "/restore"), {{"undo", token}});
  }

  const store::CollectionId library_ = add_collection(
      "library", {to_user(ann_.user, store::Right::write), to_user(reader_.user, store::Right::write)});
};

TEST_F(DocumentsTest, AFileIsAddedUpdatedAndKnown) {
  const Got first = upload(ann_, library_, "manual/pump.md", "# Pump\n\nChange the oil every year.\n");
  ASSERT_EQ(first.status, 201) << first.body;
  const object added = first.object();
  EXPECT_EQ(added.at("outcome").as_string(), "added");
  const object& document = added.at("document").as_object();
  EXPECT_EQ(document.at("name").as_string(), "manual/pump.md");
  EXPECT_EQ(document.at("title").as_string(), "Pump");
  EXPECT_EQ(document.at("media_type").as_string(), "text/markdown");
  EXPECT_EQ(document.at("collection").as_int64(), library_);
  EXPECT_EQ(document.at("revision_number").to_number<int>(), 1);

  const auto outcome = [&](const std::string& name, const std::string& bytes) {
    const object reply = upload(ann_, library_, name, bytes).object();
    EXPECT_EQ(reply.at("document").at("id"), document.at("id"));
    return std::string(reply.at("outcome").as_string());
  };
  EXPECT_EQ(outcome("manual/pump.md", "# Pump\n\nChange the oil every year.\n"), "unchanged");
  EXPECT_EQ(outcome("manual/pump.md", "# Pump\n\nChange the oil every month.\n"), "updated");
  EXPECT_EQ(outcome("./manual//pump.md", "# Pump\n\nChange the oil every day.\n"), "updated");
  EXPECT_THAT(names(ann_), ElementsAre("manual/pump.md"));
  EXPECT_THAT(audited(), ElementsAre("ann document.add manual/pump.md", "ann document.update manual/pump.md",
                                     "ann document.update manual/pump.md"));
}

TEST_F(DocumentsTest, TheSameContentUnderAnotherNameIsSaidToBeThere) {
  taken("a.txt", "the same words");
  const object reply = upload(ann_, library_, "b.txt", "the same words").object();
  EXPECT_EQ(reply.at("outcome").as_string(), "unchanged");
  EXPECT_EQ(reply.at("document").at("name").as_string(), "a.txt");
  const boost::json::array& notes = reply.at("document").at("notes").as_array();
  ASSERT_FALSE(notes.empty());
  EXPECT_THAT(std::string(notes.back().as_string()), HasSubstr("a.txt"));
}

TEST_F(DocumentsTest, WhatCannotBeReadIsNamedWithReasonAndRemedy) {
  const Got got = upload(ann_, library_, "照片.txt", std::string("\x89PNG\r\n\x1a\n\0\0\0\0", 12));
  EXPECT_EQ(got.status, 422) << got.body;
  EXPECT_EQ(got.error(), "unreadable");
  const object error = got.object();
  EXPECT_THAT(std::string(error.at("error").at("message").as_string()), HasSubstr("照片.txt"));
  EXPECT_FALSE(error.at("error").at("hint").as_string().empty());
  EXPECT_THAT(got.body, Not(HasSubstr("spool")));
  EXPECT_THAT(got.body, Not(HasSubstr(folder_.path().string())));

  const Got empty = upload(ann_, library_, "empty.md", "");
  EXPECT_EQ(empty.status, 422);
  const object said = upload(ann_, library_, "empty.md", "", "zh").object();
  EXPECT_EQ(said.at("error").at("message").as_string(), "empty.md：文件是空的");
  EXPECT_EQ(upload(ann_, library_, "a.pdf", "%PDF-1.7 and nothing more").status, 422);
  EXPECT_EQ(upload(ann_, library_, "old.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old office").status, 422);
  EXPECT_THAT(names(ann_), IsEmpty());
  EXPECT_THAT(audited(), IsEmpty());
}

TEST_F(DocumentsTest, OnlyThoseWhoMayWriteAdd) {
  EXPECT_EQ(upload(reader_, library_, "a.txt", "words").status, 403) << "readers never write";
  EXPECT_EQ(upload({}, library_, "a.txt", "words").status, 401);
  expect_unknown(upload(bob_, library_, "a.txt", "words"));
  expect_unknown(upload(bob_, 999, "a.txt", "words"));
  ASSERT_TRUE(store_->accounts().set_grants(library_, {to_user(bob_.user, store::Right::read)}));
  EXPECT_EQ(upload(bob_, library_, "a.txt", "words").status, 403);
  EXPECT_THAT(names(bob_), IsEmpty());
}

TEST_F(DocumentsTest, ANameIsNeededAndMadeHarmless) {
  EXPECT_EQ(send(ann_, "POST", documents_of(library_), "words").status, 400);
  EXPECT_EQ(upload(ann_, library_, "..", "words").status, 400);
  EXPECT_EQ(upload(ann_, library_, std::string(1025, 'a'), "words").status, 400);
  EXPECT_EQ(upload(ann_, library_, "a.txt&path=/etc", "words").status, 400);
  taken("../../../etc/cron.d/evil.txt", "words");
  EXPECT_THAT(names(ann_), ElementsAre("etc/cron.d/evil.txt"));
}

TEST_F(DocumentsTest, WhatIsTooLargeIsRefused) {
  options_.max_upload_bytes = 10;
  start();
  EXPECT_EQ(upload(ann_, library_, "a.txt", "eleven bytes").status, 413);
  EXPECT_EQ(upload(ann_, library_, "a.txt", "ten bytes!").status, 201);
}

TEST_F(DocumentsTest, AClientThatLeftAddsNothing) {
  next_gone_.cancel();
  EXPECT_NE(upload(ann_, library_, "a.txt", "words").status, 201);
  EXPECT_THAT(names(ann_), IsEmpty());
  EXPECT_THAT(audited(), IsEmpty());
}

TEST_F(DocumentsTest, ListsPageByPageWhatChangedLast) {
  for (int i = 0; i < 5; ++i) add_text(library_, fmt::format("{}.txt", i), fmt::format("text {}", i));
  add_text(library_, "1.txt", "changed");
  EXPECT_THAT(names(ann_), ElementsAre("1.txt", "4.txt", "3.txt", "2.txt", "0.txt"));
  std::vector<std::string> seen;
  std::string after;
  for (int page = 0; page < 3; ++page) {
    const object list = get(ann_, documents_of(library_) + "?limit=2" + after).object();
    for (const boost::json::value& one : list.at("items").as_array())
      seen.emplace_back(one.at("name").as_string());
    if (page == 2) {
      EXPECT_TRUE(list.at("next").is_null());
    } else {
      after = "&after=" + std::string(list.at("next").as_string());
    }
  }
  EXPECT_THAT(seen, ElementsAre("1.txt", "4.txt", "3.txt", "2.txt", "0.txt"));
  for (const std::string_view wrong :
       {"?limit=0", "?limit=201", "?limit=x", "?after=x", "?after=-1", "?sort=up"})
    EXPECT_EQ(get(ann_, documents_of(library_) + std::string(wrong)).status, 400) << wrong;
}

TEST_F(DocumentsTest, FindsAPartOfANameHoweverItIsWritten) {
  add_text(library_, "/srv/files/Annual Report.txt", "one");
  add_text(library_, "合同/租賃.txt", "two");
  add_text(library_, "notes.txt", "three");
  EXPECT_THAT(names(ann_, "?q=annual REP"), ElementsAre("Annual Report.txt"));
  EXPECT_THAT(names(ann_, "?q=租赁"), ElementsAre("合同/租賃.txt")) << "simplified finds traditional";
  EXPECT_THAT(names(ann_, "?q=ｎｏｔｅ"), ElementsAre("notes.txt")) << "full width finds half width";
  EXPECT_THAT(names(ann_, "?q=srv"), IsEmpty()) << "where a file lies is not its name";
  EXPECT_THAT(names(ann_, "?q=%"), IsEmpty()) << "no pattern, but text";
  EXPECT_EQ(get(ann_, documents_of(library_) + "?q=" + std::string(201, 'a')).status, 400);
}

TEST_F(DocumentsTest, AListIsOfThoseWhoMayReadIt) {
  const auto id = add_text(library_, "a.txt", "words");
  for (const std::string& target : {documents_of(library_), document(id)}) {
    EXPECT_EQ(get(reader_, target).status, 200);
    expect_unknown(get(bob_, target));
    EXPECT_EQ(get({}, target).status, 401);
  }
  expect_unknown(get(bob_, documents_of(999)));
  expect_unknown(get(bob_, document(999)));
  expect_unknown(get(bob_, "/api/documents/99999999999999999999"));
}

TEST_F(DocumentsTest, ADocumentTellsItsRevisions) {
  const auto id = add_text(library_, "a.txt", "first words");
  add_text(library_, "a.txt", "second words");
  const object seen = get(reader_, document(id)).object();
  EXPECT_EQ(seen.at("revision_number").to_number<int>(), 2);
  const boost::json::array& revisions = seen.at("revisions").as_array();
  ASSERT_EQ(revisions.size(), 2u);
  EXPECT_EQ(revisions[0].at("number").to_number<int>(), 2);
  EXPECT_TRUE(revisions[0].at("active").as_bool());
  EXPECT_EQ(revisions[0].at("revision"), seen.at("revision"));
  EXPECT_FALSE(revisions[1].at("active").as_bool());
  EXPECT_EQ(revisions[1].at("bytes").to_number<int>(), 11);
}

TEST_F(DocumentsTest, RemovedIsGoneAtOnceAndCanBeHadBack) {
  const auto id = add_text(library_, "a.txt", "some words");
  const Got removed = remove(ann_, document(id));
  ASSERT_EQ(removed.status, 200) << removed.body;
  const object undo = removed.object();
  EXPECT_EQ(undo.at("until").as_int64(), clock_.unix_seconds() + options_.undo_seconds);
  EXPECT_THAT(names(ann_), IsEmpty());
  for (const std::string_view part : {"", "/text", "/original", "/boxes", "/chunks"})
    expect_unknown(get(ann_, document(id, part)));
  expect_unknown(remove(ann_, document(id)));

  const std::string token(undo.at("undo").as_string());
  const Got back = restore(ann_, id, token);
  ASSERT_EQ(back.status, 200) << back.body;
  const object document_back = back.object();
  EXPECT_EQ(document_back.at("name").as_string(), "a.txt");
  EXPECT_THAT(names(ann_), ElementsAre("a.txt"));
  EXPECT_EQ(restore(ann_, id, token).status, 200) << "asked twice, it is there all the same";
  EXPECT_THAT(audited(), ElementsAre("ann document.delete a.txt", "ann document.restore a.txt"));
}

TEST_F(DocumentsTest, OnlyTheDeletionsOwnTokenRestores) {
  const auto id = add_text(library_, "a.txt", "some words");
  const auto other = add_text(library_, "b.txt", "other words");
  const object undo = remove(ann_, document(id)).object();
  const object others_undo = remove(ann_, document(other)).object();
  const std::string token(undo.at("undo").as_string());
  expect_unknown(restore(ann_, id, std::string(others_undo.at("undo").as_string())));
  expect_unknown(restore(ann_, id, "1.2.3"));
  expect_unknown(restore(ann_, 999, token));
  EXPECT_EQ(post(ann_, document(id, "/restore"), {}).status, 400);
  EXPECT_EQ(post(ann_, document(id, "/restore"), {{"undo", token}, {"all", true}}).status, 400);
  EXPECT_EQ(restore(reader_, id, token).status, 403);
  expect_unknown(restore(bob_, id, token));
  EXPECT_THAT(names(ann_), IsEmpty());
  clock_.advance(1000.0 * static_cast<double>(options_.undo_seconds));
  EXPECT_EQ(restore(ann_, id, token).status, 200) << "until the last second";
  clock_.advance(1000);
  expect_unknown(restore(ann_, other, std::string(others_undo.at("undo").as_string())));
}

TEST_F(DocumentsTest, OnlyThoseWhoMayWriteRemove) {
  const auto id = add_text(library_, "a.txt", "some words");
  EXPECT_EQ(remove(reader_, document(id)).status, 403);
  EXPECT_EQ(remove({}, document(id)).status, 401);
  expect_unknown(remove(bob_, document(id)));
  expect_unknown(remove(bob_, document(999)));
  ASSERT_TRUE(store_->accounts().set_grants(
      library_, {to_user(bob_.user, store::Right::read), to_user(ann_.user, store::Right::read)}));
  EXPECT_EQ(remove(bob_, document(id)).status, 403);
  EXPECT_THAT(names(ann_), ElementsAre("a.txt"));
}

}  // namespace
}  // namespace cvp::serve
