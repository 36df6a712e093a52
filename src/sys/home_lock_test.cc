#include "sys/home_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sys/host.h"
#include "sys/process.h"

namespace cvp::sys {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

/// Time that passes only while someone sleeps; may do something on the way.
class SleepingClock : public Clock {
 public:
  int64_t unix_seconds() const override { return 1'700'000'000; }
  double steady_ms() const override { return now_; }
  void sleep_for(milliseconds duration) const override {
    now_ += static_cast<double>(duration.count());
    if (on_sleep) on_sleep(now_);
  }
  std::function<void(double)> on_sleep;

 private:
  mutable double now_ = 0;
};

TEST(HomeLock, SecondOwnerWaitsOnceThenNamesTheFirst) {
  const TempFolder home = *TempFolder::create();
  SleepingClock clock;
  const auto first = HomeLock::acquire(home.path(), "serve", milliseconds(0), clock, {});
  ASSERT_TRUE(first);
  int waits = 0;
  const auto second =
      HomeLock::acquire(home.path(), "add", milliseconds(10'000), clock, {}, [&](const std::string& owner) {
        ++waits;
        EXPECT_THAT(owner, HasSubstr("cvp serve"));
      });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::busy);
  EXPECT_EQ(waits, 1);
  EXPECT_GE(clock.steady_ms(), 10'000);
  EXPECT_THAT(second.error().message.en, HasSubstr(fmt::format("cvp serve, pid {}", ::getpid())));
  EXPECT_THAT(second.error().message.zh, HasSubstr("cvp serve"));
}

TEST(HomeLock, WaiterGetsItWhenTheOwnerLeaves) {
  const TempFolder home = *TempFolder::create();
  SleepingClock clock;
  std::optional<HomeLock> first(
      std::move(HomeLock::acquire(home.path(), "add", milliseconds(0), clock, {}).value()));
  clock.on_sleep = [&](double now) {
    if (now > 500) first.reset();
  };
  EXPECT_TRUE(HomeLock::acquire(home.path(), "ask", milliseconds(10'000), clock, {}));
}

TEST(HomeLock, WaitingCanBeCancelled) {
  const TempFolder home = *TempFolder::create();
  SleepingClock clock;
  const auto first = HomeLock::acquire(home.path(), "add", milliseconds(0), clock, {});
  const CancelToken cancel;
  clock.on_sleep = [&](double) { cancel.cancel(); };
  EXPECT_EQ(HomeLock::acquire(home.path(), "ask", milliseconds(10'000), clock, cancel).error().code,
            Errc::cancelled);
}

TEST(HomeLock, IsFreeAfterItsOwnerDied) {
  const TempFolder home = *TempFolder::create();
  // flock(1) holds the same kind of lock on the same file.
  auto owner = Process::spawn({.argv = {"flock", (home.path() / "lock").string(), "sleep", "60"}}).value();
  SleepingClock clock;
  clock.on_sleep = [](double) { real_clock().sleep_for(milliseconds(1)); };
  auto free_now = [&] { return HomeLock::acquire(home.path(), "x", milliseconds(0), clock, {}).has_value(); };
  for (int i = 0; i < 100 && free_now(); ++i) real_clock().sleep_for(milliseconds(20));
  ASSERT_FALSE(free_now());
  owner->stop(milliseconds(0));
  EXPECT_TRUE(HomeLock::acquire(home.path(), "x", milliseconds(2000), clock, {}));
}

TEST(HomeLock, UnwritableHomeIsNamed) {
  const auto refused = HomeLock::acquire("/proc/cvp-home", "add", milliseconds(0), real_clock(), {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message.en, HasSubstr("/proc/cvp-home"));
}

}  // namespace
}  // namespace cvp::sys
