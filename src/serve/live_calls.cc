#include "serve/live_calls.h"

#include <algorithm>

namespace cvp::serve {

LiveCalls::Ticket::~Ticket() {
  if (calls_ == nullptr) return;
  const std::lock_guard lock(calls_->mutex_);
  calls_->calls_.erase(at_);
}

LiveCalls::Ticket LiveCalls::begin(Call call) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(std::move(call));
  return {*this, std::prev(calls_.end())};
}

void LiveCalls::cancel_if(const std::function<bool(const Call&)>& gone) {
  const std::lock_guard lock(mutex_);
  for (const Call& call : calls_)
    if (gone(call)) call.cancel.cancel();
}

size_t LiveCalls::count(store::UserId user) const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::ranges::count(calls_, user, &Call::user));
}

}  // namespace cvp::serve
