// Slows down guessing: after a few wrong passwords a name, and an address that tries many names, has to wait.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace cvp::serve {

/// Thread-safe. Remembers at most kRemembered names and addresses; the oldest go first.
class Throttle {
 public:
  static constexpr int kFreeTries = 5;
  static constexpr int kFreeTriesOfAddress = 30;                 // many people may share one
  static constexpr int64_t kFirstWait = 30, kLongestWait = 900;  // seconds
  static constexpr size_t kRemembered = 10'000;

  explicit Throttle(const Clock& clock) : clock_(clock) {}

  /// Seconds until `who` may try again; 0: now.
  int64_t wait(const std::string& who) const;
  /// A wrong try. Each one after the free ones doubles the wait.
  void failed(const std::string& who, int free_tries = kFreeTries);
  void succeeded(const std::string& who);

 private:
  struct Tries {
    int count = 0;
    int64_t until = 0, last = 0;
  };
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Tries> tries_;
};

}  // namespace cvp::serve
