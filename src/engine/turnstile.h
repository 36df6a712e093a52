#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/cancel.h"
#include "base/result.h"

namespace cvp::engine {

/// Lets one call through at a time, in the order of arrival; who waits may leave by cancelling.
class Turnstile {
 public:
  static constexpr size_t kWaitingLimit = 256;

  class Turn {
   public:
    Turn(Turn&& other) noexcept : owner_(other.owner_) { other.owner_ = nullptr; }
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (owner_ != nullptr) owner_->leave();
    }

   private:
    friend class Turnstile;
    explicit Turn(Turnstile* owner) : owner_(owner) {}
    Turnstile* owner_;
  };

  /// Errc::cancelled within 100 ms, Errc::busy when kWaitingLimit calls wait already.
  Result<Turn> enter(const CancelToken& cancel);

 private:
  void leave();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<uint64_t> waiting_;  // tickets; the front one is inside
  uint64_t next_ticket_ = 0;
};

}  // namespace cvp::engine
