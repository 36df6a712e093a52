// What needs a model waits in one line: nobody overtakes, everybody sees a place, nobody has more than a fair
// share of the line.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace cvp::serve {

/// Thread-safe. The destructor stops it.
class WorkQueue {
 public:
  struct Options {
    size_t at_once = 1;  // the engine's slots
    size_t waiting = 64;
    size_t per_user = 4;  // waiting and running
  };
  struct Job {
    int64_t user = 0;
    CancelToken cancel;                                // given up while it waits: it never runs
    std::function<void(size_t position)> on_position;  // 1: next. Called from the queue's threads
    std::function<void()> run;                         // once, unless cancelled before
    std::function<void()> dropped;                     // instead of run: cancelled, or the queue ends
  };

  explicit WorkQueue(const Options& options);
  ~WorkQueue();

  /// Errc::busy: this user has enough in it. Errc::unavailable: the line is full.
  Result<void> push(Job job);
  /// Cancels what runs, waits for it, drops what waits; nothing is taken any more.
  void stop();
  size_t waiting() const;
  size_t running() const;

 private:
  void work();
  void tell_positions(std::unique_lock<std::mutex>& lock);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<std::shared_ptr<Job>> waiting_, running_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cvp::serve
