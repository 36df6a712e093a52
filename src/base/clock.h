#pragma once
#include <chrono>
#include <cstdint>

namespace cvp {

/// Time as an effect: the real one is sys::real_clock(), tests use testing::FakeClock.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds since the Unix epoch, UTC.
  virtual int64_t unix_seconds() const = 0;
  /// Monotonic milliseconds from an arbitrary start.
  virtual double steady_ms() const = 0;
  virtual void sleep_for(std::chrono::milliseconds duration) const = 0;
};

}  // namespace cvp
