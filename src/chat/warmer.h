// Idle time put to use: the prefixes of passages that are likely to be asked about are made while nobody
// waits.
#pragma once
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "chat/answerer.h"

namespace cvp::chat {

/// Passages worth warming, most likely first: those of the last answer, then a small collection whole.
/// collections empty: all. At most `limit`.
Result<std::vector<store::ChunkId>> worth_warming(store::Store& store,
                                                  const std::vector<store::CollectionId>& collections,
                                                  const Answer& last, size_t limit);

/// Warms in a thread of its own between questions. The answerer must outlive it; while it runs nobody else
/// may ask.
class Warmer {
 public:
  explicit Warmer(Answerer& answerer) : answerer_(answerer) {}
  ~Warmer() { stop(); }
  Warmer(const Warmer&) = delete;
  Warmer& operator=(const Warmer&) = delete;

  void begin(std::vector<store::ChunkId> chunks, Lang lang);
  /// Cancels and waits until the engine is free: no longer than it computes one batch.
  void stop();

 private:
  Answerer& answerer_;
  CancelToken cancel_;
  std::jthread thread_;
};

}  // namespace cvp::chat
