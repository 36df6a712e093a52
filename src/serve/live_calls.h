// What is running for whom, so that a revoked account's streams end within a second.
#pragma once
#include <functional>
#include <list>
#include <mutex>

#include "base/cancel.h"
#include "store/accounts.h"

namespace cvp::serve {

/// Thread-safe.
class LiveCalls {
 public:
  struct Call {
    store::UserId user = 0;
    store::KeyId key = 0;
    std::string session_hash;
    CancelToken cancel;
  };
  /// Ends with the object.
  class Ticket {
   public:
    Ticket(LiveCalls& calls, std::list<Call>::iterator at) : calls_(&calls), at_(at) {}
    Ticket(Ticket&& other) noexcept : calls_(std::exchange(other.calls_, nullptr)), at_(other.at_) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

   private:
    LiveCalls* calls_;
    std::list<Call>::iterator at_;
  };

  Ticket begin(Call call);
  /// Cancels the calls for which this is true.
  void cancel_if(const std::function<bool(const Call&)>& gone);
  size_t count(store::UserId user) const;

 private:
  mutable std::mutex mutex_;
  std::list<Call> calls_;
};

}  // namespace cvp::serve
