#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "sys/files.h"

namespace cvp::sys {

/// The owner of a home: an flock on HOME/lock, whose text names pid, verb and start. Released on destruction
/// or death.
class HomeLock {
 public:
  /// Waits up to `patience` for another owner to leave; then Errc::busy, naming it. on_wait is called once
  /// when waiting starts.
  static Result<HomeLock> acquire(const Path& home, const std::string& verb,
                                  std::chrono::milliseconds patience, const Clock& clock,
                                  const CancelToken& cancel,
                                  const std::function<void(const std::string& owner)>& on_wait = {});
  HomeLock(HomeLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  HomeLock& operator=(HomeLock&&) = delete;
  ~HomeLock();

 private:
  explicit HomeLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace cvp::sys
