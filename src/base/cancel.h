#pragma once
#include <atomic>
#include <memory>

namespace cvp {

/// Asks running work to stop. Copies share one flag; any thread (or a signal handler, through flag()) may set
/// it. Work polls cancelled() at least every 100 ms and returns Errc::cancelled, leaving nothing
/// half-written.
class CancelToken {
 public:
  CancelToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  bool cancelled() const { return flag_->load(std::memory_order_relaxed); }
  void cancel() const { flag_->store(true, std::memory_order_relaxed); }
  /// For a signal handler; lives as long as any copy of this token.
  std::atomic<bool>* flag() const { return flag_.get(); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace cvp
