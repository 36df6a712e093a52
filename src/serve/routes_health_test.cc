#include "serve/readiness.h"
#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HealthTest : public ServeTest {
 protected:
  /// As a program with a key of this user.
  Got get_with_key(store::UserId user, const std::vector<std::string>& scopes, const std::string& target) {
    const std::string secret = "cvp_" + std::to_string(++keys_);
    EXPECT_TRUE(store_->accounts().create_key(Gate::hash_of(secret),
                                              {.user = user, .name = secret, .scopes = scopes}));
    return send({}, "GET", target, "", {{"authorization", "Bearer " + secret}});
  }
  void wait_until_stale() { clock_.advance(Readiness::kFreshMs); }
  void break_engine() {
    host_.engine_answers_ =
        fail(Errc::unavailable, text("the engine in /srv/secret hangs", "/srv/secret 的引擎没有应答"));
  }

  const Browser nobody_;
  int keys_ = 0;
};

TEST_F(HealthTest, TheLiveAnswerAnybody) {
  const Got got = get(nobody_, "/health/live");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, R"({"status":"ok"})");
}

TEST_F(HealthTest, ReadyWritesToTheStoreAndSaysWhatWasChecked) {
  const Got got = get(nobody_, "/health/ready");
  ASSERT_EQ(got.status, 200);
  const boost::json::object object = got.object();
  EXPECT_EQ(object.at("status"), "ready");
  std::vector<std::string> names;
  for (const auto& one : object.at("checks").as_array()) {
    names.emplace_back(one.at("name").as_string());
    EXPECT_TRUE(one.at("ok").as_bool());
    EXPECT_FALSE(one.as_object().contains("text"));
  }
  EXPECT_THAT(names, ::testing::ElementsAre("store", "index", "engine", "background"));
  EXPECT_EQ(*store_->value("health.checked"), std::to_string(clock_.unix_seconds()));
}

TEST_F(HealthTest, AskingOftenWritesOnce) {
  ASSERT_EQ(get(nobody_, "/health/ready").status, 200);
  ASSERT_TRUE(store_->set_value("health.checked", "mine"));
  clock_.advance(Readiness::kFreshMs - 1);
  EXPECT_EQ(get(nobody_, "/health/ready").status, 200);
  EXPECT_EQ(*store_->value("health.checked"), "mine");
  clock_.advance(1);
  EXPECT_EQ(get(nobody_, "/health/ready").status, 200);
  EXPECT_NE(*store_->value("health.checked"), "mine");
}

TEST_F(HealthTest, AnEngineThatDoesNotAnswerIsToldToAllAndWhyToAdministrators) {
  ASSERT_EQ(get(nobody_, "/health/ready").status, 200);
  break_engine();
  EXPECT_EQ(get(nobody_, "/health/ready").status, 200);  // as it was seen just now
  wait_until_stale();
  const Browser reader = sign_in("rita"), admin = sign_in("ada", store::Role::admin);
  for (const Browser* one : {&nobody_, &reader}) {
    const Got got = get(*one, "/health/ready");
    EXPECT_EQ(got.status, 503);
    EXPECT_EQ(got.error(), "unavailable");
    EXPECT_EQ(got.headers.count("retry-after"), 1u);
    EXPECT_THAT(got.body, HasSubstr("engine"));
    EXPECT_THAT(got.body, Not(HasSubstr("/srv/secret")));
  }
  EXPECT_THAT(get(admin, "/health/ready").body, HasSubstr("/srv/secret"));
  EXPECT_THAT(get_with_key(admin.user, {"read"}, "/health/ready").body, Not(HasSubstr("/srv/secret")));
  EXPECT_THAT(get_with_key(admin.user, {"admin"}, "/health/ready").body, HasSubstr("/srv/secret"));
  host_.engine_answers_ = {};
  wait_until_stale();
  EXPECT_EQ(get(nobody_, "/health/ready").status, 200);
}

TEST_F(HealthTest, TroubleInTheBackgroundIsDegraded) {
  host_.embedder_ = std::make_shared<cvp::testing::FakeEmbedder>();
  host_.embedder_->fail = true;
  start();
  add_text(add_collection("manuals"), "a.txt", "A valve.");
  service_->backend().upkeep.wake();
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries && !service_->backend().upkeep.trouble(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(service_->backend().upkeep.trouble());
  wait_until_stale();
  const Got got = get(sign_in("ada", store::Role::admin), "/health/ready");
  ASSERT_EQ(got.status, 200);
  const boost::json::object object = got.object();
  EXPECT_EQ(object.at("status"), "degraded");
  const boost::json::value& background = object.at("checks").as_array().back();
  EXPECT_FALSE(background.at("ok").as_bool());
  EXPECT_FALSE(background.at("text").as_string().empty());
}

TEST_F(HealthTest, MetricsAreForAdministrators) {
  const Browser admin = sign_in("ada", store::Role::admin);
  EXPECT_EQ(get(nobody_, "/metrics").status, 401);
  EXPECT_EQ(get(sign_in("rita"), "/metrics").status, 403);
  EXPECT_EQ(get(sign_in("ed", store::Role::editor), "/metrics").status, 403);
  EXPECT_EQ(get_with_key(admin.user, {"search", "ask", "read", "write"}, "/metrics").status, 403);
  EXPECT_EQ(get_with_key(admin.user, {"admin"}, "/metrics").status, 200);
  const Got got = get(admin, "/metrics");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(HealthTest, MetricsCountWhatTheServerDidAndHas) {
  const Browser admin = sign_in("ada", store::Role::admin);
  add_text(add_collection("manuals"), "a.txt", "A valve.");
  add_text(add_collection("letters"), "b.txt", "Dear reader.");
  net::RequestHead head{.method = "GET", .path = "/health/live"};
  service_->done(head, 200, 15, 3);
  head.path = "/api/nothing/of/the/kind";
  service_->done(head, 404, 80, 1);
  head.path = "/ask";
  service_->done(head, 200, 900, 1);
  const std::string body = get(admin, "/metrics").body;
  for (const char* line : {R"(cvp_http_requests_total{method="GET",route="/health/live",status="2xx"} 1)",
                           R"(cvp_http_requests_total{method="GET",route="?",status="4xx"} 1)",
                           R"(cvp_http_requests_total{method="GET",route="page",status="2xx"} 1)",
                           "\ncvp_collections 2", "\ncvp_documents 2", "\ncvp_chunks 2", "\ncvp_vectors 0",
                           "\ncvp_jobs_running 0", R"(cvp_queue_waiting{queue="questions"} 0)"})
    EXPECT_THAT(body, HasSubstr(line));
  EXPECT_THAT(body, Not(HasSubstr("nothing")));
  EXPECT_THAT(body, Not(HasSubstr("manuals")));
}

}  // namespace
}  // namespace cvp::serve
