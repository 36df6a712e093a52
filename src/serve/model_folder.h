// Who changes HOME/models: one at a model, and nobody while another process is at it.
#pragma once
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "sys/home_lock.h"

namespace cvp::serve {

/// Thread-safe. Claims and locks may outlive it.
class ModelFolder {
 public:
  ModelFolder(const sys::Path& home, const Clock& clock)
      : folder_(home / "models"), clock_(clock), claimed_(std::make_shared<Claimed>()) {}

  /// One model, until end() or the end of the object.
  class Claim;
  /// Errc::busy: it is being fetched or removed already.
  Result<std::shared_ptr<Claim>> claim(const std::string& id);

  /// The folder, shared by all of this process that hold it. Errc::busy names the process that has it.
  Result<std::shared_ptr<sys::HomeLock>> lock(std::chrono::milliseconds patience, const CancelToken& cancel);

 private:
  struct Claimed {
    std::mutex mutex;
    std::set<std::string> ids;
  };
  const sys::Path folder_;
  const Clock& clock_;
  const std::shared_ptr<Claimed> claimed_;
  std::mutex locking_;
  std::weak_ptr<sys::HomeLock> lock_;  // guarded by locking_
};

class ModelFolder::Claim {
 public:
  Claim(std::shared_ptr<Claimed> claimed, std::string id)
      : claimed_(std::move(claimed)), id_(std::move(id)) {}
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() { end(); }
  void end();

 private:
  std::shared_ptr<Claimed> claimed_;
  const std::string id_;
};

}  // namespace cvp::serve
