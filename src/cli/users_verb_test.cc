#include <gmock/gmock.h>
#include <unistd.h>

#include "cli/verb_fixture_test.h"
#include "sys/fd.h"
#include "sys/secrets.h"

namespace cvp::cli {
namespace {

using ::testing::HasSubstr;

class UsersVerb : public VerbFixture {
 protected:
  /// Runs a verb with this standard input.
  int run_with(const std::string& name, const std::vector<std::string>& arguments, std::string_view input) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const sys::Fd read(ends[0]);
    sys::Fd write(ends[1]);
    EXPECT_EQ(sys::write_all(write.get(), input), 0);
    write.reset();
    app_->set_input(read.get());
    return run(name, arguments);
  }
  store::Accounts& accounts() { return (*app_->store())->accounts(); }
};

TEST_F(UsersVerb, MakesAnAccountThatCanSignIn) {
  ASSERT_EQ(run_with("users add", {"ann", "--role", "admin"}, "correct horse battery\n"), 0) << err_.str();
  const auto made = accounts().credentials("ann");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->user.role, store::Role::admin);
  EXPECT_TRUE(sys::password_matches(made->password_hash, "correct horse battery"));
  EXPECT_EQ(run("users list", {}), 0);
  EXPECT_THAT(out(), HasSubstr("ann"));
  const auto log = accounts().audit_log(0, 10);
  ASSERT_TRUE(log);
  ASSERT_EQ(log->size(), 1u);
  EXPECT_EQ(log->front().action, "user.create");
}

TEST_F(UsersVerb, RefusesShortPasswordsAndTakenNames) {
  EXPECT_EQ(run_with("users add", {"ann"}, "short\n"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("10"));
  EXPECT_EQ(run_with("users add", {"ann"}, "long enough for it\n"), 0);
  EXPECT_NE(run_with("users add", {"Ann"}, "long enough for it\n"), 0);
  EXPECT_EQ(accounts().users()->size(), 1u);
}

TEST_F(UsersVerb, ANewPasswordEndsSessions) {
  ASSERT_EQ(run_with("users add", {"ann"}, "the first password\n"), 0);
  const store::UserId id = accounts().credentials("ann")->user.id;
  ASSERT_TRUE(accounts().open_session("hash", {.user = id, .csrf = "c", .expires_unix = 4'000'000'000}));
  ASSERT_EQ(run_with("users password", {"ann"}, "the second password\n"), 0) << err_.str();
  EXPECT_FALSE(*accounts().session("hash"));
  EXPECT_TRUE(sys::password_matches(accounts().credentials("ann")->password_hash, "the second password"));
  EXPECT_EQ(run_with("users password", {"nobody"}, "the second password\n"), 3);
}

TEST_F(UsersVerb, RemovesButNotTheLastAdmin) {
  ASSERT_EQ(run_with("users add", {"ann", "--role", "admin"}, "correct horse battery\n"), 0);
  ASSERT_EQ(run_with("users add", {"bob"}, "correct horse battery\n"), 0);
  EXPECT_EQ(run("users rm", {"bob", "--yes"}), 0);
  EXPECT_EQ(run("users rm", {"ann", "--yes"}), 3);
  EXPECT_EQ(accounts().users()->size(), 1u);
}

TEST_F(UsersVerb, LinksAnAccountToTheProviderAndTakesItBack) {
  ASSERT_EQ(run_with("users add", {"ann"}, "the first password\n"), 0);
  ASSERT_EQ(run_with("users add", {"bob"}, "the first password\n"), 0);
  EXPECT_EQ(run("users link", {"ann", "42"}), 2);  // no provider is configured
  open({"serve.oidc_issuer=https://id.example.org"});
  const store::UserId id = accounts().credentials("ann")->user.id;
  ASSERT_TRUE(accounts().open_session("hash", {.user = id, .csrf = "c", .expires_unix = 4'000'000'000}));
  ASSERT_EQ(run("users link", {"ann", "42"}), 0) << err_.str();
  EXPECT_EQ(accounts().external_user("https://id.example.org#42")->id, id);
  EXPECT_FALSE(*accounts().session("hash"));
  // The same, as the audit log shows it; and nobody else can have it.
  EXPECT_EQ(run("users link", {"ann", "https://id.example.org#42"}), 0) << err_.str();
  EXPECT_NE(run("users link", {"bob", "42"}), 0);
  EXPECT_TRUE(accounts().credentials("bob")->user.external_subject.empty());
  EXPECT_EQ(run("users unlink", {"bob"}), 3);
  ASSERT_EQ(run_with("users unlink", {"ann"}, "the second password\n"), 0) << err_.str();
  const auto ann = accounts().credentials("ann");
  EXPECT_TRUE(ann->user.external_subject.empty());
  EXPECT_TRUE(sys::password_matches(ann->password_hash, "the second password"));
  EXPECT_EQ(accounts().audit_log(0, 1)->front().action, "user.unlink");
}

}  // namespace
}  // namespace cvp::cli
