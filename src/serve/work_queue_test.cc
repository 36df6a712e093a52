#include "serve/work_queue.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>

namespace cvp::serve {
namespace {

using namespace std::chrono_literals;

/// A queue whose first job runs until it is let go.
class WorkQueueTest : public testing::Test {
 protected:
  WorkQueue::Job job(
      int64_t user, std::function<void()> run = [] {}) {
    return {.user = user, .on_position = {}, .run = std::move(run), .dropped = [this] { ++dropped_; }};
  }
  void hold(WorkQueue& queue, int64_t user = 99) {
    ASSERT_TRUE(queue.push(job(user, [this] {
      started_.set_value();
      released_.get_future().wait();
    })));
    started_.get_future().wait();
  }
  void release() { released_.set_value(); }
  template <class Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    return condition();
  }

  std::atomic<int> dropped_{0};
  std::promise<void> started_, released_;
};

TEST_F(WorkQueueTest, RunsInTheOrderOfComing) {
  WorkQueue queue({});
  hold(queue);
  std::mutex mutex;
  std::vector<int> order;
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(queue.push(job(i, [&, i] {
      const std::lock_guard lock(mutex);
      order.push_back(i);
    })));
  EXPECT_EQ(queue.waiting(), 5u);
  release();
  EXPECT_TRUE(soon([&] {
    const std::lock_guard lock(mutex);
    return order.size() == 5;
  }));
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(WorkQueueTest, TellsPlaces) {
  WorkQueue queue({});
  hold(queue);
  std::mutex mutex;
  std::vector<size_t> places;
  ASSERT_TRUE(queue.push(job(1)));
  auto second = job(2);
  second.on_position = [&](size_t position) {
    const std::lock_guard lock(mutex);
    places.push_back(position);
  };
  ASSERT_TRUE(queue.push(std::move(second)));
  release();
  EXPECT_TRUE(soon([&] { return queue.waiting() == 0 && queue.running() == 0; }));
  EXPECT_THAT(places, testing::ElementsAre(2, 1));
}

TEST_F(WorkQueueTest, OneUserHasAFairShare) {
  WorkQueue queue({.at_once = 1, .waiting = 3, .per_user = 2});
  hold(queue);
  ASSERT_TRUE(queue.push(job(1)));
  ASSERT_TRUE(queue.push(job(1)));
  EXPECT_EQ(queue.push(job(1)).error().code, Errc::busy);
  ASSERT_TRUE(queue.push(job(2)));
  EXPECT_EQ(queue.push(job(3)).error().code, Errc::unavailable);
  release();
}

TEST_F(WorkQueueTest, WhatIsGivenUpNeverRuns) {
  WorkQueue queue({});
  hold(queue);
  std::atomic<bool> ran{false};
  auto given_up = job(1, [&] { ran = true; });
  const CancelToken cancel = given_up.cancel;
  ASSERT_TRUE(queue.push(std::move(given_up)));
  cancel.cancel();
  release();
  EXPECT_TRUE(soon([&] { return dropped_ == 1; }));
  EXPECT_FALSE(ran);
}

TEST_F(WorkQueueTest, EndingDropsWhatWaits) {
  {
    WorkQueue queue({});
    auto running = job(1);
    running.run = [this, cancel = running.cancel] {
      started_.set_value();
      while (!cancel.cancelled()) std::this_thread::sleep_for(1ms);
    };
    ASSERT_TRUE(queue.push(std::move(running)));
    started_.get_future().wait();
    ASSERT_TRUE(queue.push(job(2)));
  }
  EXPECT_EQ(dropped_, 1);
}

}  // namespace
}  // namespace cvp::serve
