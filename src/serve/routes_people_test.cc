#include "serve/account_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class PeopleTest : public AccountTest {
 protected:
  static std::string at(const std::string& path, int64_t id) { return path + std::to_string(id); }
  static std::vector<std::string> names(const boost::json::object& got, const char* list = "items") {
    std::vector<std::string> out;
    for (const boost::json::value& one : got.at(list).as_array())
      out.emplace_back(one.at("name").as_string());
    return out;
  }
  std::vector<std::string> names_of(const std::string& target, const char* list = "items",
                                    std::optional<Browser> who = {}) {
    return names(get(who ? *who : root_, target).object(), list);
  }
  store::GroupId group(const std::string& name, const std::vector<store::UserId>& members) {
    const store::GroupId id = *store_->accounts().create_group(name);
    EXPECT_TRUE(store_->accounts().change_group(id, name, members));
    return id;
  }
  std::vector<int64_t> members(store::GroupId id) {
    const auto all = *store_->accounts().groups();
    const auto found = std::ranges::find(all, id, &store::Group::id);
    return found != all.end() ? found->members : std::vector<int64_t>{-1};
  }

  Browser root_ = sign_in("root", store::Role::admin);
};

TEST_F(PeopleTest, OnlyAdministratorsManagePeople) {
  const Browser reader = sign_in("reader"), editor = sign_in("editor", store::Role::editor);
  const boost::json::object user = {{"name", "x"}, {"password", kPassword}, {"role", "admin"}};
  const std::string self = at("/api/users/", editor.user);
  for (const Browser& who : {reader, editor, Browser{}}) {
    const int status = who.token.empty() ? 401 : 403;
    for (const char* list : {"/api/users", "/api/groups", "/api/audit"})
      EXPECT_EQ(get(who, list).status, status) << list;
    EXPECT_EQ(post(who, "/api/users", user).status, status);
    EXPECT_EQ(patch(who, self, {{"role", "admin"}}).status, status);
    EXPECT_EQ(remove(who, self).status, status);
    EXPECT_EQ(post(who, "/api/groups", {{"name", "x"}}).status, status);
    EXPECT_EQ(patch(who, "/api/groups/1", {{"name", "x"}}).status, status);
    EXPECT_EQ(remove(who, "/api/groups/1").status, status);
  }
  EXPECT_EQ(store_->accounts().user(editor.user)->role, store::Role::editor);
}

TEST_F(PeopleTest, ANewAccountCanSignIn) {
  const store::GroupId team = group("team", {});
  const Got got = post(root_, "/api/users",
                       {{"name", "王小明"},
                        {"password", "一句好记的短话就够了"},
                        {"role", "editor"},
                        {"groups", boost::json::array{team, team}}});
  ASSERT_EQ(got.status, 200) << got.body;
  const boost::json::object user = got.object();
  EXPECT_EQ(user.at("role"), "editor");
  EXPECT_EQ(user.at("groups"), (boost::json::array{team}));
  EXPECT_EQ(user.at("disabled"), false);
  EXPECT_EQ(user.at("external"), false);
  EXPECT_TRUE(user.at("last_seen").is_null());
  EXPECT_EQ(user.at("created").as_int64(), clock_.unix_seconds());
  EXPECT_EQ(log_in("王小明", "一句好记的短话就够了").status, 200);
  EXPECT_THAT(audited(), Contains("root user.create 王小明"));
  EXPECT_THAT(names_of("/api/users"), ElementsAre("root", "王小明"));
}

TEST_F(PeopleTest, ReadsNewAccountsStrictly) {
  const auto with = [&](const char* field, const boost::json::value& value) {
    boost::json::object body = {{"name", "ann"}, {"password", kPassword}, {"role", "reader"}};
    body[field] = value;
    return post(root_, "/api/users", body).status;
  };
  EXPECT_EQ(with("name", "ROOT"), 409) << "told apart without case";
  for (const char* name : {"", " a", "a\nb", "a<b>"}) EXPECT_EQ(with("name", name), 400) << name;
  EXPECT_EQ(with("name", boost::json::string(65, 'a')), 400);
  EXPECT_EQ(with("password", "ninechars"), 400);
  EXPECT_EQ(with("password", nullptr), 400);
  EXPECT_EQ(with("role", "owner"), 400);
  EXPECT_EQ(with("role", nullptr), 400);
  EXPECT_EQ(with("groups", boost::json::array{999}), 404);
  EXPECT_EQ(with("disabled", true), 400);
  EXPECT_EQ(post(root_, "/api/users", {{"name", "ann"}, {"password", kPassword}}).status, 400);
  EXPECT_THAT(names_of("/api/users"), ElementsAre("root")) << "what failed left nothing";
}

TEST_F(PeopleTest, ListsPageByPage) {
  for (const char* name : {"Dora", "bob", "ann", "Carl"}) add_user(name);
  const boost::json::object first = get(root_, "/api/users?limit=2").object();
  EXPECT_THAT(names(first), ElementsAre("ann", "bob"));
  EXPECT_EQ(first.at("next"), "bob");
  ASSERT_TRUE(store_->accounts().remove_user(store_->accounts().credentials("bob")->user.id));
  const boost::json::object second = get(root_, "/api/users?limit=2&after=bob").object();
  EXPECT_THAT(names(second), ElementsAre("Carl", "Dora"));
  EXPECT_EQ(second.at("next"), "dora");
  const boost::json::object last = get(root_, "/api/users?limit=2&after=dora").object();
  EXPECT_THAT(names(last), ElementsAre("root"));
  EXPECT_TRUE(last.at("next").is_null());
  for (const char* bad : {"?limit=0", "?limit=201", "?limit=x", "?before=1"})
    EXPECT_EQ(get(root_, std::string("/api/users") + bad).status, 400) << bad;
}

TEST_F(PeopleTest, AnotherRoleOrStateSignsOut) {
  Browser ann = sign_in("ann");
  const Browser bob = sign_in("bob");
  const std::string address = at("/api/users/", ann.user);
  EXPECT_EQ(patch(root_, address, {{"role", "reader"}, {"disabled", false}}).status, 200);
  EXPECT_TRUE(signed_in(ann)) << "nothing changed";
  EXPECT_THAT(audited(), Not(Contains(HasSubstr("user.change"))));

  const auto page = running(ann), key = running(ann.user, 3), other = running(bob);
  EXPECT_EQ(patch(root_, address, {{"role", "editor"}}).object().at("role"), "editor");
  EXPECT_FALSE(signed_in(ann));
  EXPECT_TRUE(page.ended());
  EXPECT_TRUE(key.ended());
  EXPECT_FALSE(other.ended());
  EXPECT_TRUE(signed_in(bob));

  ann = browser(ann.user);
  const std::string secret = make_key(ann, {"read"});
  EXPECT_EQ(patch(root_, address, {{"disabled", true}, {"role", "reader"}}).object().at("disabled"), true);
  EXPECT_FALSE(signed_in(ann));
  EXPECT_EQ(with_key(secret, "GET", "/api/me").status, 401);
  EXPECT_EQ(patch(root_, address, {{"disabled", false}}).status, 200);
  EXPECT_FALSE(signed_in(ann)) << "the old session does not come back";
  EXPECT_THAT(audited(), Contains("root user.change ann: role, disabled"));
}

TEST_F(PeopleTest, ANewPasswordSignsOut) {
  add_account("ann");
  const Browser ann = entered(log_in("ann"));
  const auto page = running(ann);
  const Got got = patch(root_, at("/api/users/", ann.user), {{"password", "another password"}});
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_FALSE(signed_in(ann));
  EXPECT_TRUE(page.ended());
  EXPECT_EQ(log_in("ann").status, 401);
  EXPECT_EQ(log_in("ann", "another password").status, 200);
  EXPECT_THAT(audited(), Contains("root user.change ann: password"));
  EXPECT_THAT(got.body, Not(HasSubstr("password")));
}

TEST_F(PeopleTest, ReadsChangesStrictly) {
  const Browser ann = sign_in("ann");
  const store::UserId sso = *store_->accounts().create_user({.name = "sso", .external_subject = "subject"});
  const auto change = [&](store::UserId id, const boost::json::object& body) {
    return patch(root_, at("/api/users/", id), body).status;
  };
  EXPECT_EQ(change(ann.user, {{"password", "short"}}), 400);
  EXPECT_EQ(change(ann.user, {{"role", "owner"}}), 400);
  EXPECT_EQ(change(ann.user, {{"name", "other"}}), 400);
  EXPECT_EQ(change(ann.user, {{"groups", boost::json::array{999}}, {"role", "admin"}}), 404);
  EXPECT_EQ(change(sso, {{"password", kPassword}}), 403);
  EXPECT_EQ(change(999, {{"role", "admin"}}), 404);
  EXPECT_EQ(change(999, {{"password", kPassword}}), 404);
  EXPECT_EQ(patch(root_, "/api/users/x", {}).status, 404);
  EXPECT_EQ(store_->accounts().user(ann.user)->role, store::Role::reader);
  EXPECT_TRUE(signed_in(ann));
}

TEST_F(PeopleTest, TheLastAdministratorStays) {
  const std::string root = at("/api/users/", root_.user);
  for (const boost::json::object& body :
       {boost::json::object{{"role", "editor"}}, boost::json::object{{"disabled", true}}})
    EXPECT_EQ(patch(root_, root, body).error(), "forbidden");
  EXPECT_EQ(remove(root_, root).status, 403);
  EXPECT_TRUE(signed_in(root_));
  sign_in("second", store::Role::admin);
  EXPECT_EQ(patch(root_, root, {{"role", "editor"}}).status, 200);
  EXPECT_FALSE(signed_in(root_));
}

TEST_F(PeopleTest, ARemovedAccountIsGoneAtOnce) {
  const Browser ann = sign_in("ann");
  const std::string secret = make_key(ann, {"read"});
  const auto page = running(ann);
  EXPECT_EQ(remove(root_, at("/api/users/", ann.user)).status, 204);
  EXPECT_FALSE(signed_in(ann));
  EXPECT_TRUE(page.ended());
  EXPECT_EQ(with_key(secret, "GET", "/api/me").status, 401);
  EXPECT_EQ(remove(root_, at("/api/users/", ann.user)).status, 404);
  EXPECT_THAT(audited(), Contains("root user.delete ann"));
}

TEST_F(PeopleTest, WhoLeavesAGroupReadsNoMore) {
  const Browser ann = sign_in("ann"), bob = sign_in("bob");
  const Got made =
      post(root_, "/api/groups", {{"name", "team"}, {"members", boost::json::array{ann.user, bob.user}}});
  ASSERT_EQ(made.status, 200) << made.body;
  const int64_t id = made.object().at("id").as_int64();
  const auto of_ann = running(ann), of_bob = running(bob);
  const boost::json::object left =
      patch(root_, at("/api/groups/", id), {{"members", boost::json::array{bob.user}}}).object();
  EXPECT_EQ(left.at("name"), "team");
  EXPECT_THAT(members(id), ElementsAre(bob.user));
  EXPECT_TRUE(of_ann.ended());
  EXPECT_TRUE(signed_in(ann));
  EXPECT_FALSE(of_bob.ended());

  EXPECT_EQ(patch(root_, at("/api/groups/", id), {{"name", "crew"}}).object().at("name"), "crew");
  EXPECT_THAT(members(id), ElementsAre(bob.user)) << "a rename keeps the members";
  EXPECT_FALSE(of_bob.ended());
  EXPECT_EQ(remove(root_, at("/api/groups/", id)).status, 204);
  EXPECT_TRUE(of_bob.ended());
  EXPECT_EQ(remove(root_, at("/api/groups/", id)).status, 404);
  EXPECT_THAT(audited(), Contains("root group.create team"));
  EXPECT_THAT(audited(), Contains("root group.change crew"));
  EXPECT_THAT(audited(), Contains("root group.delete crew"));
}

TEST_F(PeopleTest, GroupsOfAnAccountEndWhatRunsForIt) {
  const Browser ann = sign_in("ann");
  const store::GroupId team = group("team", {ann.user});
  const auto page = running(ann);
  EXPECT_EQ(patch(root_, at("/api/users/", ann.user), {{"groups", boost::json::array{team, team}}}).status,
            200);
  EXPECT_FALSE(page.ended()) << "the same groups";
  EXPECT_EQ(patch(root_, at("/api/users/", ann.user), {{"groups", boost::json::array{}}}).status, 200);
  EXPECT_TRUE(page.ended());
  EXPECT_TRUE(signed_in(ann));
  EXPECT_THAT(members(team), IsEmpty());
  EXPECT_THAT(audited(), Contains("root user.change ann: groups"));
}

TEST_F(PeopleTest, ReadsGroupsStrictly) {
  const store::GroupId team = group("team", {root_.user});
  EXPECT_EQ(post(root_, "/api/groups", {{"name", "team"}}).status, 409);
  EXPECT_EQ(post(root_, "/api/groups", {{"name", "a<b"}}).status, 400);
  EXPECT_EQ(post(root_, "/api/groups", {{"name", nullptr}}).status, 400);
  EXPECT_EQ(post(root_, "/api/groups", {{"name", "x"}, {"members", "all"}}).status, 400);
  EXPECT_EQ(post(root_, "/api/groups", {{"name", "x"}, {"members", boost::json::array{999}}}).status, 404);
  EXPECT_EQ(patch(root_, at("/api/groups/", team), {{"members", boost::json::array{999}}}).status, 404);
  EXPECT_EQ(patch(root_, "/api/groups/999", {{"name", "x"}}).status, 404);
  EXPECT_THAT(members(team), ElementsAre(root_.user));
  EXPECT_THAT(names_of("/api/groups"), ElementsAre("team")) << "what failed left nothing";
}

TEST_F(PeopleTest, ReadersSeeWhomTheyShareAGroupWith) {
  const Browser ann = sign_in("ann"), bob = sign_in("bob"), eve = sign_in("eve"), off = sign_in("off"),
                editor = sign_in("editor", store::Role::editor);
  ASSERT_TRUE(store_->accounts().change_user(off.user, {.disabled = true}));
  group("team", {ann.user, bob.user, off.user});
  group("board", {eve.user, editor.user});
  EXPECT_THAT(names_of("/api/directory", "users", ann), UnorderedElementsAre("ann", "bob"));
  EXPECT_THAT(names_of("/api/directory", "groups", ann), ElementsAre("team"));
  const Browser alone = sign_in("alone");
  EXPECT_THAT(names_of("/api/directory", "users", alone), ElementsAre("alone"));
  EXPECT_THAT(names_of("/api/directory", "groups", alone), IsEmpty());
  for (const Browser& all : {editor, root_}) {
    EXPECT_THAT(names_of("/api/directory", "users", all),
                UnorderedElementsAre("alone", "ann", "bob", "editor", "eve", "root"));
    EXPECT_THAT(names_of("/api/directory", "groups", all), UnorderedElementsAre("board", "team"));
  }
  EXPECT_EQ(get({}, "/api/directory").status, 401);
}

TEST_F(PeopleTest, TheAuditLogIsReadBackwards) {
  for (const char* action : {"one", "two", "three"})
    ASSERT_TRUE(
        store_->accounts().audit({.actor = "ann", .action = action, .subject = "s", .origin = "192.0.2.1"}));
  const boost::json::object first = get(root_, "/api/audit?limit=2").object();
  const boost::json::array& items = first.at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].at("action"), "three");
  EXPECT_EQ(items[0].at("actor"), "ann");
  EXPECT_EQ(items[0].at("subject"), "s");
  EXPECT_EQ(items[0].at("from"), "192.0.2.1");
  EXPECT_EQ(items[0].at("time").as_int64(), clock_.unix_seconds());
  const std::string next(first.at("next").as_string());
  const boost::json::object second = get(root_, "/api/audit?limit=2&after=" + next).object();
  ASSERT_EQ(second.at("items").as_array().size(), 1u);
  EXPECT_EQ(second.at("items").as_array()[0].at("action"), "one");
  EXPECT_TRUE(second.at("next").is_null());
  EXPECT_EQ(get(root_, "/api/audit?after=x").status, 400);
  EXPECT_EQ(get(root_, "/api/audit?after=-1").status, 400);
}

}  // namespace
}  // namespace cvp::serve
