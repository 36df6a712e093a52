// A reply that costs something to make and stays true for a while.
#pragma once
#include <functional>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "net/reply.h"

namespace cvp::serve {

/// Thread-safe. For replies whose body is text.
class KeptReply {
 public:
  explicit KeptReply(double life_ms) : life_ms_(life_ms) {}

  /// Does not wait for one that is being made.
  std::optional<net::Reply> fresh(const Clock& clock) const {
    const std::lock_guard lock(mutex_);
    if (!reply_ || clock.steady_ms() - made_ms_ >= life_ms_) return {};
    return reply_;
  }

  /// The fresh one, else a new one; whoever comes meanwhile waits for it. An error is not kept.
  Result<net::Reply> make(const Clock& clock, const std::function<Result<net::Reply>()>& maker) {
    const std::lock_guard one_at_a_time(making_);
    if (auto kept = fresh(clock)) return std::move(*kept);
    net::Reply reply = TRY(maker());
    const std::lock_guard lock(mutex_);
    reply_ = reply;
    made_ms_ = clock.steady_ms();
    return reply;
  }

 private:
  const double life_ms_;
  std::mutex making_;
  mutable std::mutex mutex_;
  std::optional<net::Reply> reply_;  // guarded by mutex_, as made_ms_
  double made_ms_ = 0;
};

}  // namespace cvp::serve
