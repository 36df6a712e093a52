#include "serve/throttle.h"

#include <algorithm>

namespace cvp::serve {

int64_t Throttle::wait(const std::string& who) const {
  const std::lock_guard lock(mutex_);
  const auto found = tries_.find(who);
  return found == tries_.end() ? 0 : std::max<int64_t>(0, found->second.until - clock_.unix_seconds());
}

void Throttle::failed(const std::string& who, int free_tries) {
  const std::lock_guard lock(mutex_);
  if (tries_.size() >= kRemembered && !tries_.contains(who)) {
    tries_.erase(std::ranges::min_element(tries_, {}, [](const auto& one) { return one.second.last; }));
  }
  Tries& tries = tries_[who];
  tries.last = clock_.unix_seconds();
  if (++tries.count <= free_tries) return;
  const int doublings = std::min(tries.count - free_tries - 1, 10);
  tries.until = tries.last + std::min(kLongestWait, kFirstWait << doublings);
}

void Throttle::succeeded(const std::string& who) {
  const std::lock_guard lock(mutex_);
  tries_.erase(who);
}

}  // namespace cvp::serve
