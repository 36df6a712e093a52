#include "serve/throttle.h"

#include <gtest/gtest.h>

#include "testing/fakes.h"

namespace cvp::serve {
namespace {

TEST(Throttle, ManyWrongTriesHaveToWaitLongerAndLonger) {
  testing::FakeClock clock;
  Throttle throttle(clock);
  for (int i = 0; i < Throttle::kFreeTries; ++i) throttle.failed("ann");
  EXPECT_EQ(throttle.wait("ann"), 0);
  throttle.failed("ann");
  EXPECT_EQ(throttle.wait("ann"), Throttle::kFirstWait);
  throttle.failed("ann");
  EXPECT_EQ(throttle.wait("ann"), 2 * Throttle::kFirstWait);
  EXPECT_EQ(throttle.wait("bob"), 0);
  clock.advance(1000.0 * 2 * Throttle::kFirstWait);
  EXPECT_EQ(throttle.wait("ann"), 0);
  for (int i = 0; i < 100; ++i) throttle.failed("ann");
  EXPECT_EQ(throttle.wait("ann"), Throttle::kLongestWait);
  throttle.succeeded("ann");
  EXPECT_EQ(throttle.wait("ann"), 0);
}

TEST(Throttle, AnAddressMayTryMoreOften) {
  testing::FakeClock clock;
  Throttle throttle(clock);
  for (int i = 0; i < Throttle::kFreeTriesOfAddress; ++i)
    throttle.failed("192.0.2.1", Throttle::kFreeTriesOfAddress);
  EXPECT_EQ(throttle.wait("192.0.2.1"), 0);
  throttle.failed("192.0.2.1", Throttle::kFreeTriesOfAddress);
  EXPECT_EQ(throttle.wait("192.0.2.1"), Throttle::kFirstWait);
}

TEST(Throttle, RemembersALimitedNumber) {
  testing::FakeClock clock;
  Throttle throttle(clock);
  for (int i = 0; i < 10; ++i) throttle.failed("first");
  for (size_t i = 0; i < Throttle::kRemembered; ++i) {
    clock.advance(1000);
    throttle.failed(std::to_string(i));
  }
  EXPECT_EQ(throttle.wait("first"), 0);
}

}  // namespace
}  // namespace cvp::serve
