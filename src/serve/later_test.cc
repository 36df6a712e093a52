#include "serve/later.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <future>

#include "serve/replies.h"

namespace cvp::serve {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LaterTest : public ::testing::Test {
 protected:
  Call call(store::UserId user = 1) {
    Call out;
    out.caller.user.id = user;
    out.caller.session_hash = "s";
    return out;
  }
  static net::Reply waited(net::Reply reply) {
    auto* body = std::get_if<std::shared_ptr<net::LateReply>>(&reply.body);
    if (body == nullptr) return reply;
    const auto late = *body;
    for (int i = 0; i < 2000 && !late->take(reply); ++i) std::this_thread::sleep_for(5ms);
    return reply;
  }
  /// Nobody's call is running any more.
  bool forgotten() {
    for (int i = 0; i < 2000 && live_.count(1) > 0; ++i) std::this_thread::sleep_for(1ms);
    return live_.count(1) == 0;
  }
  static Result<net::Reply> until_cancelled(const CancelToken& cancel) {
    for (int i = 0; i < 10'000 && !cancel.cancelled(); ++i) std::this_thread::sleep_for(1ms);
    return fail_cancelled();
  }

  LiveCalls live_;
  WorkQueue queue_{WorkQueue::Options{.at_once = 1, .waiting = 2, .per_user = 2}};
};

TEST_F(LaterTest, GivesWhatTheWorkMakes) {
  const Call made = call();
  auto reply = later(queue_, live_, made, [](const CancelToken&) -> Result<net::Reply> {
    return net::Reply{.status = 201, .body = std::string("made")};
  });
  ASSERT_TRUE(reply);
  const net::Reply got = waited(std::move(*reply));
  EXPECT_EQ(got.status, 201);
  EXPECT_EQ(std::get<std::string>(got.body), "made");
  EXPECT_TRUE(forgotten());
}

TEST_F(LaterTest, AnErrorIsSaidInTheCallersLanguage) {
  Call made = call();
  made.lang = Lang::zh;
  auto reply = later(queue_, live_, made, [](const CancelToken&) -> Result<net::Reply> {
    return fail(Errc::unavailable, text("the model is away", "模型不可用"));
  });
  const net::Reply got = waited(std::move(*reply));
  EXPECT_EQ(got.status, 503);
  EXPECT_THAT(std::get<std::string>(got.body), HasSubstr("模型不可用"));
}

TEST_F(LaterTest, EndsWhenTheClientLeaves) {
  const Call made = call();
  auto reply = later(queue_, live_, made, until_cancelled);
  ASSERT_TRUE(reply);
  EXPECT_EQ(live_.count(1), 1u);
  made.request.gone.cancel();
  EXPECT_EQ(waited(std::move(*reply)).status, 403);
  EXPECT_TRUE(forgotten());
}

TEST_F(LaterTest, EndsWithTheAccountWhetherItRunsOrWaits) {
  const Call first = call(), second = call();
  auto runs = later(queue_, live_, first, until_cancelled);
  bool ran = false;
  auto waits = later(queue_, live_, second, [&](const CancelToken&) -> Result<net::Reply> {
    ran = true;
    return net::Reply{};
  });
  ASSERT_TRUE(runs && waits);
  live_.cancel_if([](const LiveCalls::Call& one) { return one.user == 1 && one.session_hash == "s"; });
  const net::Reply got = waited(std::move(*runs));
  EXPECT_EQ(got.status, 403);
  EXPECT_THAT(std::get<std::string>(got.body), HasSubstr("\"forbidden\""));
  EXPECT_EQ(waited(std::move(*waits)).status, 403);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(forgotten());
}

TEST_F(LaterTest, AFullLineIsAnErrorAtOnce) {
  const Call made = call();
  ASSERT_TRUE(later(queue_, live_, made, until_cancelled));
  ASSERT_TRUE(later(queue_, live_, made, until_cancelled));
  EXPECT_EQ(later(queue_, live_, made, until_cancelled).error().code, Errc::busy);
  EXPECT_EQ(live_.count(1), 2u) << "what was refused is not running";
  made.request.gone.cancel();
  EXPECT_TRUE(forgotten());
}

TEST_F(LaterTest, WhoWaitsWhenTheServerStopsIsToldSo) {
  const Call first = call(), second = call(2);
  std::optional<net::Reply> waits;
  {
    WorkQueue queue{WorkQueue::Options{}};
    std::promise<void> started;
    ASSERT_TRUE(later(queue, live_, first, [&](const CancelToken& cancel) {
      started.set_value();
      return until_cancelled(cancel);
    }));
    started.get_future().wait();
    waits = *later(queue, live_, second, until_cancelled);
  }
  EXPECT_EQ(waited(std::move(*waits)).status, 503);
  EXPECT_TRUE(forgotten());
}

}  // namespace
}  // namespace cvp::serve
