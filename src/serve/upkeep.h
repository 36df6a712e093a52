// What a server does by itself: empties the trash, brings index and vectors up to the store.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "serve/event_hub.h"
#include "serve/host.h"
#include "serve/work_queue.h"
#include "store/store.h"
#include "vector/index.h"

namespace cvp::serve {

/// Thread-safe. Looks when it is woken, else every half minute. Embedding goes on in small steps, and waits
/// between two of them while anybody waits for a model.
class Upkeep {
 public:
  struct Parts {
    store::Store& store;
    vector::Index& index;
    Host& host;
    const Clock& clock;
    EventHub& events;
    const WorkQueue& generation;
    const WorkQueue& retrieval;
    int64_t undo_seconds;
  };
  explicit Upkeep(Parts parts);
  ~Upkeep();

  /// Documents or models changed.
  void wake();
  /// The last error of the background work, until it goes well again; for /health/ready.
  std::optional<Error> trouble() const;

 private:
  void work();
  bool wait(std::chrono::seconds time);
  Result<void> round();
  Result<void> embed();
  Result<void> wait_for_turn() const;
  std::chrono::seconds settle(const Result<void>& done, std::chrono::seconds last_wait);

  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = true;
  std::optional<Error> trouble_;
  CancelToken ending_;
  std::thread thread_;
};

}  // namespace cvp::serve
