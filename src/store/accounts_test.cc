#include "store/accounts.h"

#include <gmock/gmock.h>

#include "store/store.h"
#include "sys/sha256.h"
#include "testing/fakes.h"

namespace cvp::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class AccountsTest : public ::testing::Test {
 protected:
  UserId admin(const std::string& name = "admin") {
    return *accounts_.create_user({.name = name, .password_hash = "h", .role = Role::admin});
  }
  UserId person(const std::string& name, Role role = Role::editor) {
    return *accounts_.create_user({.name = name, .password_hash = "h", .role = role});
  }
  User user(UserId id) { return *accounts_.user(id); }
  std::vector<std::pair<CollectionId, Right>> rights(UserId id) {
    std::vector<std::pair<CollectionId, Right>> out;
    const std::vector<CollectionRight> all = *accounts_.rights(user(id));
    for (const CollectionRight& one : all) out.emplace_back(one.collection, one.right);
    return out;
  }
  static Errc error_of(const auto& result) { return result ? Errc::failed : result.error().code; }

  sys::TempFolder folder_ = *sys::TempFolder::create();
  ::cvp::testing::FakeClock clock_;
  std::unique_ptr<Store> store_ = std::move(*Store::open(folder_.path(), clock_));
  Accounts& accounts_ = store_->accounts();
};

TEST_F(AccountsTest, TheFirstAdminIsMadeOnce) {
  EXPECT_FALSE(*accounts_.any_user());
  ASSERT_TRUE(accounts_.create_first_admin({.name = "管理员", .password_hash = "h"}));
  EXPECT_TRUE(*accounts_.any_user());
  EXPECT_EQ(error_of(accounts_.create_first_admin({.name = "second", .password_hash = "h"})), Errc::refused);
  EXPECT_EQ(accounts_.credentials("管理员")->user.role, Role::admin);
}

TEST_F(AccountsTest, NamesAreToldApartWithoutCase) {
  person("Ann");
  EXPECT_EQ(error_of(accounts_.create_user({.name = "ANN", .password_hash = "h"})), Errc::busy);
  EXPECT_EQ(accounts_.credentials("ann")->user.name, "Ann");
  EXPECT_EQ(error_of(accounts_.credentials("bob")), Errc::not_found);
  for (const char* bad : {"", " a", "a\nb", "a<b", "\xff"})
    EXPECT_EQ(error_of(accounts_.create_user({.name = bad, .password_hash = "h"})), Errc::usage) << bad;
}

TEST_F(AccountsTest, TheLastAdminStays) {
  const UserId only = admin();
  EXPECT_EQ(error_of(accounts_.change_user(only, {.role = Role::editor})), Errc::refused);
  EXPECT_EQ(error_of(accounts_.change_user(only, {.disabled = true})), Errc::refused);
  EXPECT_EQ(error_of(accounts_.remove_user(only)), Errc::refused);
  EXPECT_EQ(user(only).role, Role::admin);
  admin("second");
  EXPECT_TRUE(accounts_.remove_user(only));
}

TEST_F(AccountsTest, SessionsEndWithTimeAndWithTheirUser) {
  admin();
  const UserId ann = person("ann");
  const int64_t now = clock_.unix_seconds();
  ASSERT_TRUE(accounts_.open_session("one", {ann, "csrf", now, now, now + 100}));
  ASSERT_TRUE(accounts_.open_session("two", {ann, "csrf", now, now, now + 1000}));
  EXPECT_EQ((*accounts_.session("one"))->user.name, "ann");
  EXPECT_FALSE(*accounts_.session("three"));
  clock_.advance(500'000);
  EXPECT_FALSE(*accounts_.session("one"));
  ASSERT_TRUE(accounts_.change_user(ann, {.disabled = true}));
  EXPECT_FALSE(*accounts_.session("two"));
  ASSERT_TRUE(accounts_.change_user(ann, {.disabled = false}));
  EXPECT_TRUE(*accounts_.session("two"));
  ASSERT_TRUE(accounts_.close_sessions(ann, "two"));
  EXPECT_TRUE(*accounts_.session("two"));
  ASSERT_TRUE(accounts_.remove_user(ann));
  EXPECT_FALSE(*accounts_.session("two"));
}

TEST_F(AccountsTest, KeysBelongToTheirUser) {
  admin();
  const UserId ann = person("ann"), bob = person("bob");
  const auto key = accounts_.create_key(
      "hash", {.user = ann, .name = "script", .prefix = "cvp_ab", .scopes = {"ask", "search"}});
  ASSERT_TRUE(key);
  EXPECT_THAT((*accounts_.key("hash"))->key.scopes, ElementsAre("ask", "search"));
  EXPECT_THAT(*accounts_.keys(bob), IsEmpty());
  EXPECT_EQ(error_of(accounts_.remove_key(bob, *key)), Errc::not_found);
  ASSERT_TRUE(accounts_.change_user(ann, {.disabled = true}));
  EXPECT_FALSE(*accounts_.key("hash"));
  ASSERT_TRUE(accounts_.change_user(ann, {.disabled = false}));
  ASSERT_TRUE(accounts_.remove_key(ann, *key));
  EXPECT_FALSE(*accounts_.key("hash"));
}

TEST_F(AccountsTest, RightsAreTheBestOfAllThatApply) {
  const UserId root = admin(), ann = person("ann"), bob = person("bob", Role::reader);
  const CollectionId a = *store_->ensure_collection("a"), b = *store_->ensure_collection("b");
  const GroupId team = *accounts_.create_group("team");
  ASSERT_TRUE(accounts_.change_group(team, "team", {ann, bob}));
  EXPECT_THAT(rights(ann), IsEmpty());
  ASSERT_TRUE(accounts_.set_grants(
      a, {{Grant::To::everyone, 0, Right::read}, {Grant::To::user, ann, Right::manage}}));
  ASSERT_TRUE(accounts_.set_grants(b, {{Grant::To::group, team, Right::write}}));
  EXPECT_THAT(rights(ann), ElementsAre(std::pair{a, Right::manage}, std::pair{b, Right::write}));
  EXPECT_THAT(rights(bob), ElementsAre(std::pair{a, Right::read}, std::pair{b, Right::read}))
      << "a reader reads";
  EXPECT_THAT(rights(root), ElementsAre(std::pair{a, Right::manage}, std::pair{b, Right::manage}));
  ASSERT_TRUE(accounts_.remove_group(team));
  EXPECT_THAT(rights(bob), ElementsAre(std::pair{a, Right::read}));
  EXPECT_EQ(error_of(accounts_.set_grants(a, {{Grant::To::user, 999, Right::read}})), Errc::not_found);
  EXPECT_THAT(rights(ann), ElementsAre(std::pair{a, Right::manage})) << "a failed change changes nothing";
}

TEST_F(AccountsTest, ChatsAreTheirOwnersAndWhoseTheyShareThemWith) {
  admin();
  const UserId ann = person("ann"), bob = person("bob"), eve = person("eve");
  const GroupId team = *accounts_.create_group("team");
  ASSERT_TRUE(accounts_.change_group(team, "team", {bob}));
  const ChatId chat = *store_->create_chat("mine", ann);
  ASSERT_TRUE(store_->append_message(chat, {.text = "?"}));
  EXPECT_EQ(store_->chats(10, ann)->size(), 1u);
  EXPECT_THAT(*store_->chats(10), IsEmpty()) << "the command line has its own";
  ASSERT_TRUE(store_->share_chat(chat, {{Grant::To::group, team, Right::read}}));
  EXPECT_EQ(store_->chats_shared_with(user(bob), 10)->size(), 1u);
  EXPECT_THAT(*store_->chats_shared_with(user(eve), 10), IsEmpty());
  EXPECT_THAT(*store_->chats_shared_with(user(ann), 10), IsEmpty());
  ASSERT_TRUE(accounts_.remove_user(ann));
  EXPECT_EQ(error_of(store_->messages(chat)), Errc::not_found);
}

TEST_F(AccountsTest, TheAuditLogIsReadBackwards) {
  for (const char* action : {"one", "two", "three"})
    ASSERT_TRUE(accounts_.audit({.actor = "ann", .action = action}));
  const auto newest = *accounts_.audit_log(0, 2);
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].action, "three");
  const auto older = *accounts_.audit_log(newest[1].id, 2);
  ASSERT_EQ(older.size(), 1u);
  EXPECT_EQ(older[0].action, "one");
}

}  // namespace
}  // namespace cvp::store
