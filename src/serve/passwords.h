// Where passwords are hashed and checked. Argon2id takes 64 MiB and a tenth of a second each time: only a few
// run at once, so that a flood of sign-ins cannot exhaust the memory, and none holds a worker.
#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/reply.h"
#include "serve/call.h"
#include "serve/live_calls.h"
#include "serve/work_queue.h"

namespace cvp::serve {

/// Thread-safe. The destructor waits for what runs.
class Passwords {
 public:
  Passwords(LiveCalls& live, size_t at_once);

  /// The reply that `work` will give, on a thread of this object; that is where to call matches() and
  /// sys::hash_password(). Errc::unavailable: too many wait already.
  Result<net::Reply> reply_later(const Call& call, std::function<Result<net::Reply>()> work);

  /// An empty hash (no such account, or one without a password) matches nothing, but takes the same time:
  /// nobody learns which names exist.
  bool matches(std::string_view hash, std::string_view password);

 private:
  LiveCalls& live_;
  std::once_flag nobodys_made_;
  std::string nobodys_hash_;  // of a password that nobody knows
  WorkQueue queue_;           // last: its threads use the rest
};

}  // namespace cvp::serve
