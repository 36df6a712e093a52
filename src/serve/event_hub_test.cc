#include "serve/event_hub.h"

#include <gmock/gmock.h>

#include <atomic>

namespace cvp::serve {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

/// Everything ten times as often as in the product, or at every event.
constexpr EventHub::Pace kQuick = {.look = 5ms, .collections = 50ms, .rights = 0ms, .accounts = 20ms};

class EventHubTest : public testing::Test {
 protected:
  using Stream = std::shared_ptr<net::EventStream>;

  static Caller caller(store::UserId user, std::vector<store::CollectionRight> rights = {}) {
    return {.user = {.id = user, .name = "u"}, .rights = std::move(rights), .session_hash = "s"};
  }
  Result<Stream> open(EventHub& hub, const Caller& who, Lang lang = Lang::en) {
    return hub.open(who, lang, live_, [this](const Caller& asked) { return renew_(asked); });
  }
  /// What came until `done` says that it is enough, at most some seconds.
  template <class Done>
  static std::string read(const Stream& stream, Done done) {
    std::string out;
    for (int i = 0; i < 1000; ++i) {
      bool ended = false;
      out += stream->take(ended);
      if (ended || done(out)) return out;
      std::this_thread::sleep_for(5ms);
    }
    return out + " (nothing more came)";
  }
  static std::string read_until(const Stream& stream, std::string_view end) {
    return read(stream, [&](const std::string& so_far) { return so_far.find(end) != std::string::npos; });
  }
  static bool ends(const Stream& stream) {
    return read(stream, [](const std::string&) { return false; }).find("nothing more") == std::string::npos;
  }

  LiveCalls live_;
  std::function<Result<std::optional<Caller>>(const Caller&)> renew_ =
      [](const Caller& asked) -> Result<std::optional<Caller>> { return asked; };
};

TEST_F(EventHubTest, EverybodyHearsOfAJobInHisLanguageOrNotAtAll) {
  EventHub hub(kQuick);
  const Stream ann = *open(hub, caller(1)), bob = *open(hub, caller(2), Lang::zh),
               eve = *open(hub, caller(3));
  hub.job([](const Caller& who, Lang lang) -> std::optional<std::string> {
    if (who.user.id == 3) return {};
    return lang == Lang::zh ? "文" : "text";
  });
  EXPECT_EQ(read_until(ann, "\n\n"), "event: job\ndata: text\n\n");
  EXPECT_EQ(read_until(bob, "\n\n"), "event: job\ndata: 文\n\n");
  bool ended = false;
  EXPECT_THAT(eve->take(ended), IsEmpty());
  EXPECT_FALSE(ended);
}

TEST_F(EventHubTest, ChangesOfCollectionsAreJoined) {
  EventHub hub(kQuick);
  const Stream stream = *open(hub, caller(1));
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < 120ms) {
    hub.collections_changed();
    std::this_thread::sleep_for(1ms);
  }
  const auto spent = std::chrono::steady_clock::now() - start;
  const std::string got = read_until(stream, "event: collections\ndata: {}\n\n");
  size_t count = 0;
  for (size_t at = got.find("event"); at != std::string::npos; at = got.find("event", at + 1)) ++count;
  EXPECT_GE(count, 1u);
  EXPECT_LE(count, 1 + static_cast<size_t>(spent / kQuick.collections));
}

TEST_F(EventHubTest, TheLastChangeIsToldToo) {
  EventHub hub(kQuick);
  const Stream stream = *open(hub, caller(1));
  hub.collections_changed();
  EXPECT_EQ(read_until(stream, "\n\n"), "event: collections\ndata: {}\n\n");
  hub.collections_changed();
  EXPECT_EQ(read_until(stream, "\n\n"), "event: collections\ndata: {}\n\n");
}

TEST_F(EventHubTest, RightsAreThoseOfNow) {
  EventHub::Pace pace = kQuick;
  pace.accounts = 1h;  // what is asked below changes between two events only
  EventHub hub(pace);
  const Stream stream = *open(hub, caller(1, {{7, store::Right::read}}));
  const auto tell = [&](const std::string& data) {
    hub.job([&](const Caller& who, Lang) -> std::optional<std::string> {
      if (who.right(7) == store::Right::none) return {};
      return data;
    });
  };
  tell("first");
  renew_ = [](const Caller& asked) -> Result<std::optional<Caller>> {
    Caller now = asked;
    now.rights.clear();
    return now;
  };
  tell("second");
  renew_ = [](const Caller&) -> Result<std::optional<Caller>> {
    return fail(Errc::unavailable, text("the disk is away", "磁盘不可用"));
  };
  tell("third");
  bool ended = false;
  EXPECT_EQ(stream->take(ended), "event: job\ndata: first\n\n");
  EXPECT_FALSE(ended);
}

TEST_F(EventHubTest, RightsAreNotAskedAtEveryEvent) {
  EventHub hub;
  std::atomic<int> asked = 0;
  renew_ = [&](const Caller& who) -> Result<std::optional<Caller>> {
    ++asked;
    return who;
  };
  const Stream stream = *open(hub, caller(1));
  for (int i = 0; i < 20; ++i) hub.job([](const Caller&, Lang) { return std::optional<std::string>("x"); });
  EXPECT_LT(asked, 5);
}

TEST_F(EventHubTest, WhoNoLongerCountsHearsNothingMore) {
  std::atomic<bool> counts = true;
  renew_ = [&](const Caller& who) -> Result<std::optional<Caller>> {
    if (!counts) return std::nullopt;
    return who;
  };
  EventHub hub(kQuick);
  const Stream stream = *open(hub, caller(1));
  counts = false;
  EXPECT_TRUE(ends(stream));  // found without any event
  EXPECT_EQ(open(hub, caller(1)).error().code, Errc::refused);
}

TEST_F(EventHubTest, ARevokedAccountsStreamEndsAtOnce) {
  EventHub hub;
  const Stream ann = *open(hub, caller(1)), bob = *open(hub, caller(2));
  EXPECT_EQ(live_.count(1), 1u);
  const auto start = std::chrono::steady_clock::now();
  live_.cancel_if([](const LiveCalls::Call& call) { return call.user == 1 && call.session_hash == "s"; });
  EXPECT_TRUE(ends(ann));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 500ms);
  bool ended = false;
  bob->take(ended);
  EXPECT_FALSE(ended);
  for (int i = 0; i < 200 && live_.count(1) > 0; ++i) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(live_.count(1), 0u);
}

TEST_F(EventHubTest, WhoReadsTooSlowlyIsLetGo) {
  EventHub hub(kQuick);
  const Stream slow = *open(hub, caller(1)), quick = *open(hub, caller(2));
  const std::string data(net::EventStream::kQueueBytes / 4, 'x');
  bool ended = false;
  for (int i = 0; i < 6; ++i) {
    hub.job([&](const Caller&, Lang) { return std::optional<std::string>(data); });
    quick->take(ended);
    EXPECT_FALSE(ended);
  }
  EXPECT_TRUE(slow->gone().cancelled());
  for (int i = 0; i < 200 && live_.count(1) > 0; ++i) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(live_.count(1), 0u);
  EXPECT_EQ(live_.count(2), 1u);
}

TEST_F(EventHubTest, AUserHasSoManyStreamsAndNoMore) {
  EventHub hub(kQuick);
  std::vector<Stream> streams;
  for (size_t i = 0; i < EventHub::kStreamsPerUser; ++i) streams.push_back(*open(hub, caller(1)));
  EXPECT_THAT(open(hub, caller(1)).error().message.en, HasSubstr("of this account"));
  EXPECT_EQ(live_.count(1), EventHub::kStreamsPerUser);
  EXPECT_TRUE(open(hub, caller(2)));
  streams.front()->gone().cancel();
  EXPECT_TRUE(ends(streams.front()));
  EXPECT_TRUE(open(hub, caller(1)));
}

TEST_F(EventHubTest, EndingClosesAllAndTakesNoMore) {
  EventHub hub;
  const Stream stream = *open(hub, caller(1));
  hub.end();
  EXPECT_TRUE(ends(stream));
  EXPECT_EQ(open(hub, caller(2)).error().code, Errc::unavailable);
  hub.collections_changed();
  hub.job([](const Caller&, Lang) { return std::optional<std::string>("x"); });
}

}  // namespace
}  // namespace cvp::serve
