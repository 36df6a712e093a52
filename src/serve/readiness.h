// Whether the server can do its work now: writes to the store, reads the index, asks the engine that runs.
#pragma once
#include <mutex>
#include <string_view>
#include <vector>

#include "serve/backend.h"

namespace cvp::serve {

/// Thread-safe. Looks at most once in kFreshMs, however often it is asked: nobody can wear out a disk or keep
/// an engine busy by asking.
class Readiness {
 public:
  static constexpr double kFreshMs = 2000;

  explicit Readiness(Backend& backend) : backend_(backend) {}

  struct Check {
    std::string_view name;  // "store", "index", "engine", "background"
    bool ok = true;
    bool needed = true;  // false: the server works without it, but somebody should look
    Text problem;        // for administrators
  };
  enum class State { ready, degraded, unavailable };
  struct Report {
    State state = State::unavailable;
    std::vector<Check> checks;
  };
  /// While somebody else looks: what was seen last; nothing yet: unavailable, without checks.
  Report report();

 private:
  std::vector<Check> look();

  Backend& backend_;
  std::mutex mutex_;
  bool looking_ = false;           // guarded by mutex_
  std::optional<double> seen_ms_;  // guarded by mutex_
  Report last_;                    // guarded by mutex_
};

}  // namespace cvp::serve
