#include "serve/library_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using boost::json::array;
using boost::json::object;

class CollectionsTest : public LibraryTest {
 protected:
  store::CollectionId make(const Browser& who, const std::string& name) {
    const Got got = post(who, "/api/collections", {{"name", name}});
    EXPECT_EQ(got.status, 200) << got.body;
    const object made = got.object();
    return made.at("id").as_int64();
  }
  std::vector<std::string> names(const Browser& who) { return listed(who, "/api/collections", "name"); }
  std::vector<std::string> rights(const Browser& who) { return listed(who, "/api/collections", "right"); }
};

TEST_F(CollectionsTest, WhoMakesOneManagesIt) {
  const Got got = post(ann_, "/api/collections", {{"name", "合同"}});
  ASSERT_EQ(got.status, 200) << got.body;
  const object made = got.object();
  EXPECT_EQ(made.at("name").as_string(), "合同");
  EXPECT_EQ(made.at("right").as_string(), "manage");
  EXPECT_EQ(made.at("everyone").as_string(), "none");
  EXPECT_EQ(made.at("documents").to_number<int>(), 0);
  EXPECT_EQ(boost::json::serialize(made.at("access")),
            fmt::format("[{{\"user\":{},\"right\":\"manage\"}}]", ann_.user));
  EXPECT_THAT(names(ann_), ElementsAre("合同"));
  EXPECT_THAT(names(bob_), IsEmpty());
  EXPECT_THAT(names(reader_), IsEmpty());
  EXPECT_THAT(audited(), ElementsAre("ann collection.create 合同"));
}

TEST_F(CollectionsTest, NamesAreCheckedAndTakenOnce) {
  make(ann_, "hr");
  EXPECT_EQ(post(bob_, "/api/collections", {{"name", "hr"}}).status, 409);
  EXPECT_THAT(names(bob_), IsEmpty()) << "nobody gets another's collection by naming it";
  for (const std::string_view wrong : {"", "a  b", "a/b", "<script>"})
    EXPECT_EQ(post(ann_, "/api/collections", {{"name", wrong}}).status, 400) << wrong;
  EXPECT_EQ(post(ann_, "/api/collections", {{"name", std::string(65, 'a')}}).status, 400);
  EXPECT_EQ(post(ann_, "/api/collections", {}).status, 400);
  EXPECT_EQ(post(ann_, "/api/collections", {{"name", 7}}).status, 400);
  EXPECT_EQ(post(ann_, "/api/collections", {{"name", "x"}, {"everyone", "write"}}).status, 400);
  EXPECT_EQ(post(reader_, "/api/collections", {{"name", "mine"}}).status, 403);
  EXPECT_EQ(post({}, "/api/collections", {{"name", "mine"}}).status, 401);
  EXPECT_THAT(names(ann_), ElementsAre("hr"));
}

TEST_F(CollectionsTest, EverybodySeesWhatHeMayRead) {
  add_collection("a-mine", {to_user(ann_.user, store::Right::write)});
  add_collection("b-others", {to_user(bob_.user, store::Right::manage)});
  add_collection("c-everyones", {{.to = store::Grant::To::everyone, .id = 0, .right = store::Right::write}});
  EXPECT_THAT(names(ann_), ElementsAre("a-mine", "c-everyones"));
  EXPECT_THAT(rights(ann_), ElementsAre("write", "write"));
  EXPECT_THAT(names(bob_), ElementsAre("b-others", "c-everyones"));
  EXPECT_THAT(names(reader_), ElementsAre("c-everyones"));
  EXPECT_THAT(rights(reader_), ElementsAre("read")) << "a reader reads, whatever a list says";
  const Browser admin = sign_in("ada", store::Role::admin);
  EXPECT_THAT(rights(admin), ElementsAre("manage", "manage", "manage"));
  EXPECT_EQ(get({}, "/api/collections").status, 401);

  const object seen = get(ann_, "/api/collections").object();
  for (const boost::json::value& one : seen.at("items").as_array())
    EXPECT_FALSE(one.as_object().contains("access")) << "of those who manage it alone";
}

TEST_F(CollectionsTest, CountsDocumentsChunksAndVectors) {
  const auto id = add_collection("c", {to_user(ann_.user, store::Right::read)});
  add_text(id, "a.txt", "some words");
  cvp::testing::FakeEmbedder embedder;
  const auto counts = [&] {
    const object seen = get(ann_, "/api/collections").object();
    const object& one = seen.at("items").as_array().at(0).as_object();
    return std::vector{one.at("documents").to_number<int>(), one.at("chunks").to_number<int>(),
                       one.at("vectors_done").to_number<int>()};
  };
  ASSERT_TRUE(index_->catch_up_vectors(embedder, {}, {}));
  EXPECT_THAT(counts(), ElementsAre(1, 1, 1));
  const auto more = add_text(id, "b.txt", "other words");
  EXPECT_THAT(counts(), ElementsAre(2, 2, 1));
  ASSERT_TRUE(store_->trash_document(more));
  EXPECT_THAT(counts(), ElementsAre(1, 1, 1));
}

TEST_F(CollectionsTest, IsRenamedAndShared) {
  const auto id = make(ann_, "hr");
  const auto group = *store_->accounts().create_group("staff");
  ASSERT_TRUE(store_->accounts().change_group(group, "staff", {reader_.user}));
  const Got got = patch(ann_, collection(id),
                        {{"name", "people"},
                         {"everyone", "none"},
                         {"access", array{object{{"user", ann_.user}, {"right", "manage"}},
                                          object{{"user", bob_.user}, {"right", "write"}},
                                          object{{"group", group}, {"right", "read"}}}}});
  ASSERT_EQ(got.status, 200) << got.body;
  const object changed = got.object();
  EXPECT_EQ(changed.at("name").as_string(), "people");
  EXPECT_EQ(changed.at("access").as_array().size(), 3u);
  EXPECT_THAT(rights(bob_), ElementsAre("write"));
  EXPECT_THAT(rights(reader_), ElementsAre("read"));

  ASSERT_EQ(patch(ann_, collection(id), {{"everyone", "read"}}).status, 200);
  EXPECT_THAT(rights(bob_), ElementsAre("write")) << "what is not named stays";
  const Browser other = sign_in("eve", store::Role::editor);
  EXPECT_THAT(rights(other), ElementsAre("read"));
  ASSERT_EQ(patch(ann_, collection(id), {{"access", array()}}).status, 200);
  EXPECT_THAT(rights(ann_), ElementsAre("read"));
  EXPECT_THAT(audited(), Contains("ann collection.rename hr → people"));
  EXPECT_THAT(audited(), Contains("ann collection.access people"));
}

TEST_F(CollectionsTest, OnlyManagersChangeOrRemove) {
  const auto id = add_collection("c", {to_user(ann_.user, store::Right::write)});
  EXPECT_EQ(patch(ann_, collection(id), {{"name", "d"}}).status, 403);
  EXPECT_EQ(remove(ann_, collection(id)).status, 403);
  EXPECT_EQ(patch(reader_, collection(id), {{"name", "d"}}).status, 403);
  EXPECT_EQ(remove(reader_, collection(id)).status, 403);
  EXPECT_EQ(remove({}, collection(id)).status, 401);
  // Whoever may not read it gets the answer that an unknown id gets.
  expect_unknown(patch(bob_, collection(id), {{"name", "d"}}));
  expect_unknown(remove(bob_, collection(id)));
  expect_unknown(patch(bob_, collection(999), {{"name", "d"}}));
  expect_unknown(remove(bob_, collection(999)));
  expect_unknown(remove(bob_, "/api/collections/x"));
  EXPECT_THAT(names(ann_), ElementsAre("c"));
  EXPECT_THAT(audited(), IsEmpty());
}

TEST_F(CollectionsTest, WrongChangesChangeNothing) {
  const auto id = make(ann_, "hr");
  make(ann_, "taken");
  const auto refused = [&](const object& change) { return patch(ann_, collection(id), change).status; };
  const auto with = [&](const boost::json::value& entry) { return object{{"access", array{entry}}}; };
  EXPECT_EQ(refused({{"everyone", "manage"}}), 400) << "nobody gives everyone everything";
  EXPECT_EQ(refused({{"everyone", 1}}), 400);
  EXPECT_EQ(refused({{"owner", 1}}), 400);
  EXPECT_EQ(refused({{"access", "all"}}), 400);
  EXPECT_EQ(refused(with(1)), 400);
  EXPECT_EQ(refused(with(object{{"user", bob_.user}})), 400);
  EXPECT_EQ(refused(with(object{{"right", "read"}})), 400);
  EXPECT_EQ(refused(with(object{{"user", bob_.user}, {"right", "none"}})), 400);
  EXPECT_EQ(refused(with(object{{"user", bob_.user}, {"right", "own"}})), 400);
  EXPECT_EQ(refused(with(object{{"user", nullptr}, {"right", "read"}})), 400);
  EXPECT_EQ(refused(with(object{{"user", bob_.user}, {"group", 1}, {"right", "read"}})), 400);
  EXPECT_EQ(refused(with(object{{"user", bob_.user}, {"right", "read"}, {"until", 5}})), 400);
  EXPECT_EQ(refused({{"name", "taken"}}), 409);
  // A name that would do, and a user that is not there: neither is changed.
  EXPECT_EQ(refused({{"name", "people"}, {"access", array{object{{"user", 999}, {"right", "read"}}}}}), 404);
  EXPECT_THAT(names(ann_), ElementsAre("hr", "taken"));
  EXPECT_THAT(rights(ann_), ElementsAre("manage", "manage"));
  EXPECT_THAT(audited(), ElementsAre("ann collection.create hr", "ann collection.create taken"));
}

TEST_F(CollectionsTest, WhoMayNotReadAnyMoreGetsNothingMore) {
  const auto id = make(ann_, "hr");
  ASSERT_TRUE(store_->accounts().set_grants(
      id, {to_user(ann_.user, store::Right::manage), to_user(bob_.user, store::Right::read),
           to_user(reader_.user, store::Right::read)}));
  LiveCalls& live = service_->backend().live;
  const CancelToken bobs, readers, anns;
  const auto one = live.begin({.user = bob_.user, .cancel = bobs});
  const auto two = live.begin({.user = reader_.user, .cancel = readers});
  const auto three = live.begin({.user = ann_.user, .cancel = anns});
  const object change{{"access", array{object{{"user", ann_.user}, {"right", "manage"}},
                                       object{{"user", reader_.user}, {"right", "read"}}}}};
  ASSERT_EQ(patch(ann_, collection(id), change).status, 200);
  EXPECT_TRUE(bobs.cancelled());
  EXPECT_FALSE(readers.cancelled());
  EXPECT_FALSE(anns.cancelled());
}

TEST_F(CollectionsTest, RemovedWithAllThatIsInIt) {
  const auto id = make(ann_, "hr");
  const auto other = make(ann_, "stays");
  const auto gone = add_text(id, "a.txt", "some words");
  const auto kept = add_text(other, "b.txt", "some words");
  const Got got = remove(ann_, collection(id));
  EXPECT_EQ(got.status, 204) << got.body;
  EXPECT_THAT(names(ann_), ElementsAre("stays"));
  expect_unknown(get(ann_, document(gone)));
  EXPECT_EQ(get(ann_, document(kept)).status, 200);
  expect_unknown(get(ann_, documents_of(id)));
  expect_unknown(remove(ann_, collection(id)));
  EXPECT_EQ(audited().back(), "ann collection.delete hr");
}

TEST_F(CollectionsTest, ErrorsAreInTheLanguageAskedFor) {
  make(ann_, "hr");
  const auto message = [&](const std::string& lang) {
    const object error =
        send(ann_, "POST", "/api/collections", R"({"name":"hr"})", {{"accept-language", lang}}).object();
    return std::string(error.at("error").at("message").as_string());
  };
  EXPECT_THAT(message("en"), HasSubstr("named “hr” already"));
  EXPECT_THAT(message("zh-CN"), HasSubstr("已有名为“hr”的文档集"));
}

}  // namespace
}  // namespace cvp::serve
