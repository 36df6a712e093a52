#include <future>

#include "serve/account_fixture.h"
#include "serve/revoke.h"

namespace cvp::serve {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class JobRoutes : public AccountTest {
 protected:
  JobView begin(Jobs::NewJob job) {
    return *service_->backend().jobs.start(
        std::move(job), [](const OnProgress& on_progress, const CancelToken& cancel) -> Result<Text> {
          on_progress({text("downloading", "下载中"), 5, 10, Progress::Unit::bytes});
          for (int i = 0; i < 10'000 && !cancel.cancelled(); ++i) std::this_thread::sleep_for(1ms);
          return fail_cancelled();
        });
  }
  std::vector<std::string> subjects(const Browser& who) {
    std::vector<std::string> out;
    const boost::json::object list = get(who, "/api/jobs").object();
    for (const boost::json::value& one : list.at("items").as_array())
      out.emplace_back(one.at("subject").as_string());
    return out;
  }
  std::string state(const Browser& who, int64_t id) {
    const boost::json::object list = get(who, "/api/jobs").object();
    for (const boost::json::value& one : list.at("items").as_array())
      if (one.at("id") == boost::json::value(id)) return std::string(one.at("state").as_string());
    return "";
  }
  template <class Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(5ms);
    return condition();
  }
  /// Listens until the account's calls are ended; gives all that came.
  std::future<Got> listen(const Browser& who, const std::string& language = "en") {
    const size_t before = service_->backend().live.count(who.user);
    auto got = std::async(std::launch::async, [this, who, language] {
      return send(who, "GET", "/api/events", "", {{"accept-language", language}});
    });
    EXPECT_TRUE(soon([&] { return service_->backend().live.count(who.user) > before; }));
    return got;
  }

  const Browser admin_ = sign_in("ada", store::Role::admin), ann_ = sign_in("ann"), bob_ = sign_in("bob");
};

TEST_F(JobRoutes, ListsWhatTheCallerMaySee) {
  const store::CollectionId secret = add_collection("secret", {to_user(ann_.user, store::Right::read)});
  begin({.kind = "pull", .subject = "qwen", .unit = "bytes"});
  begin({.kind = "watch", .subject = "contracts", .unit = "files", .collection = secret});
  EXPECT_THAT(subjects(admin_), ElementsAre("contracts", "qwen"));
  EXPECT_THAT(subjects(ann_), ElementsAre("contracts"));
  EXPECT_THAT(subjects(bob_), IsEmpty());
  EXPECT_EQ(get({}, "/api/jobs").status, 401);
  const std::string body = send(admin_, "GET", "/api/jobs", "", {{"accept-language", "zh"}}).body;
  EXPECT_TRUE(soon([&] {
    return send(admin_, "GET", "/api/jobs", "", {{"accept-language", "zh"}}).body.find("下载中") !=
           std::string::npos;
  })) << body;
}

TEST_F(JobRoutes, StopsThemForThoseWhoMay) {
  const store::CollectionId shared = add_collection("shared", {to_user(bob_.user, store::Right::read)});
  const int64_t own = begin({.kind = "eval", .subject = "of ann", .owner = ann_.user}).id;
  const int64_t seen = begin({.kind = "watch", .subject = "docs", .collection = shared}).id;
  const auto one = [](int64_t id) { return fmt::format("/api/jobs/{}", id); };
  const Got unknown = remove(bob_, one(999)), foreign = remove(bob_, one(own));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(foreign.status, 404) << "as one that is not there";
  EXPECT_EQ(remove(bob_, one(seen)).status, 403);
  EXPECT_EQ(remove({}, one(seen)).status, 401);
  EXPECT_EQ(state(ann_, own), "running");
  EXPECT_EQ(remove(ann_, one(own)).status, 204);
  EXPECT_TRUE(soon([&] { return state(ann_, own) == "cancelled"; }));
  EXPECT_EQ(remove(admin_, one(seen)).status, 204);
  EXPECT_TRUE(soon([&] { return state(admin_, seen) == "cancelled"; }));
  EXPECT_THAT(audited(), Contains("ann job.cancel eval of ann"));
  EXPECT_THAT(audited(), Contains("ada job.cancel watch docs"));
  EXPECT_EQ(with_key(make_key(ann_, {"read"}), "DELETE", one(own)).status, 403);
}

TEST_F(JobRoutes, EventsTellOfJobsAndCollections) {
  auto ann = listen(ann_, "zh"), bob = listen(bob_);
  const int64_t id = begin({.kind = "pull", .subject = "qwen", .unit = "bytes", .owner = ann_.user}).id;
  service_->backend().events.collections_changed();
  ASSERT_EQ(remove(ann_, fmt::format("/api/jobs/{}", id)).status, 204);
  ASSERT_TRUE(soon([&] { return state(ann_, id) == "cancelled"; }));
  std::this_thread::sleep_for(300ms);  // the hub looks every 200 ms
  end_calls(service_->backend(), ann_.user);
  end_calls(service_->backend(), bob_.user);
  const Got heard = ann.get(), nothing = bob.get();
  EXPECT_EQ(heard.status, 200);
  EXPECT_THAT(heard.headers.at("content-type"), HasSubstr("text/event-stream"));
  const auto jobs = events_named(heard.body, "job");
  ASSERT_GE(jobs.size(), 2u);
  EXPECT_EQ(jobs.front().at("subject"), "qwen");
  EXPECT_EQ(jobs.back().at("state"), "cancelled");
  EXPECT_THAT(std::string(jobs.back().at("message").as_string()), HasSubstr("停止"));
  EXPECT_THAT(events_named(heard.body, "collections"), Not(IsEmpty()));
  EXPECT_THAT(events_named(nothing.body, "job"), IsEmpty());
  EXPECT_THAT(events_named(nothing.body, "collections"), Not(IsEmpty()));
}

TEST_F(JobRoutes, ARightThatWasTakenBackSilencesTheStream) {
  const store::CollectionId secret = add_collection("secret", {to_user(bob_.user, store::Right::read)});
  auto bob = listen(bob_);
  ASSERT_TRUE(store_->accounts().set_grants(secret, {}));
  std::this_thread::sleep_for(600ms);  // rights are as old as half a second
  begin({.kind = "watch", .subject = "contract with Acme", .collection = secret});
  std::this_thread::sleep_for(100ms);
  end_calls(service_->backend(), bob_.user);
  EXPECT_THAT(bob.get().body, Not(HasSubstr("Acme")));
}

TEST_F(JobRoutes, AStreamEndsWithItsSession) {
  auto ann = listen(ann_);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(end_session(service_->backend(), Gate::hash_of(ann_.token)));
  EXPECT_EQ(ann.get().status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_EQ(get(ann_, "/api/events").status, 401);
}

TEST_F(JobRoutes, TooManyPagesAreTurnedAway) {
  EXPECT_EQ(send(ann_, "HEAD", "/api/events").status, 200);
  EXPECT_EQ(service_->backend().live.count(ann_.user), 0u) << "nobody reads the stream of a HEAD";
  std::vector<std::future<Got>> open;
  for (size_t i = 0; i < EventHub::kStreamsPerUser; ++i) open.push_back(listen(ann_));
  while (service_->backend().live.count(ann_.user) < EventHub::kStreamsPerUser)
    std::this_thread::sleep_for(1ms);
  const Got got = get(ann_, "/api/events");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.headers.count("retry-after"), 1u);
  end_calls(service_->backend(), ann_.user);
  for (auto& one : open) EXPECT_EQ(one.get().status, 200);
}

}  // namespace
}  // namespace cvp::serve
