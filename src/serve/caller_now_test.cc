#include "serve/caller_now.h"

#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

class CallerNowTest : public ServeTest {
 protected:
  std::optional<Caller> now(const Caller& caller) { return *caller_now(store_->accounts(), clock_, caller); }
  Caller signed_in(const Browser& browser) {
    net::RequestHead head;
    head.headers = {{"cookie", "cvp_session=" + browser.token}};
    return **service_->backend().gate.caller(head);
  }
};

TEST_F(CallerNowTest, HasTheRightsOfNow) {
  const Browser ann = sign_in("ann", store::Role::editor);
  const Caller before = signed_in(ann);
  EXPECT_TRUE(before.rights.empty());
  const store::CollectionId collection = add_collection("c", {to_user(ann.user, store::Right::write)});
  EXPECT_EQ(now(before)->right(collection), store::Right::write);
  ASSERT_TRUE(store_->accounts().change_user(ann.user, {.role = store::Role::reader}));
  EXPECT_EQ(now(before)->right(collection), store::Right::read);
  EXPECT_EQ(now(before)->csrf, ann.csrf);
}

TEST_F(CallerNowTest, EndsWithSessionAndAccount) {
  const Browser ann = sign_in("ann"), bob = sign_in("bob"), eve = sign_in("eve");
  const Caller first = signed_in(ann), second = signed_in(bob), third = signed_in(eve);
  ASSERT_TRUE(store_->accounts().close_session(Gate::hash_of(ann.token)));
  ASSERT_TRUE(store_->accounts().change_user(bob.user, {.disabled = true}));
  ASSERT_TRUE(store_->accounts().remove_user(eve.user));
  EXPECT_FALSE(now(first));
  EXPECT_FALSE(now(second));
  EXPECT_FALSE(now(third));
}

TEST_F(CallerNowTest, AKeyEndsWhenItExpiresOrIsTakenBack) {
  const store::UserId ann = add_user("ann");
  store::Accounts& accounts = store_->accounts();
  const int64_t end = clock_.unix_seconds() + 100;
  const store::KeyId lasting = *accounts.create_key("a", {.user = ann, .name = "a", .scopes = {"read"}});
  const store::KeyId ending =
      *accounts.create_key("b", {.user = ann, .name = "b", .scopes = {"read"}, .expires_unix = end});
  Caller caller{.user = *accounts.user(ann), .key = ending};
  EXPECT_TRUE(now(caller)->may(Scope::read));
  EXPECT_FALSE(now(caller)->may(Scope::write));
  clock_.advance(100'000);
  EXPECT_FALSE(now(caller));
  caller.key = lasting;
  EXPECT_TRUE(now(caller));
  ASSERT_TRUE(accounts.remove_key(ann, lasting));
  EXPECT_FALSE(now(caller));
}

}  // namespace
}  // namespace cvp::serve
