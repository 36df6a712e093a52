#include "engine/turnstile.h"

#include <algorithm>
#include <chrono>

namespace cvp::engine {

Result<Turnstile::Turn> Turnstile::enter(const CancelToken& cancel) {
  constexpr std::chrono::milliseconds kBeat{50};
  std::unique_lock lock(mutex_);
  if (waiting_.size() > kWaitingLimit) {
    return fail(Errc::busy,
                text("the model is busy: {} requests wait already", "模型正忙：已有 {} 个请求在排队",
                     waiting_.size() - 1),
                text("try again in a moment", "请稍后再试"));
  }
  const uint64_t ticket = next_ticket_++;
  waiting_.push_back(ticket);
  while (waiting_.front() != ticket) {
    if (cancel.cancelled()) {
      std::erase(waiting_, ticket);
      return fail_cancelled();
    }
    changed_.wait_for(lock, kBeat);
  }
  return Turn(this);
}

void Turnstile::leave() {
  {
    const std::lock_guard lock(mutex_);
    waiting_.pop_front();
  }
  changed_.notify_all();
}

}  // namespace cvp::engine
