#include "serve/upkeep.h"

#include <algorithm>

#include "base/log.h"
#include "serve/yielding_embedder.h"

namespace cvp::serve {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kIdle{30};
constexpr std::chrono::seconds kFirstRetry{1}, kLastRetry{60};
constexpr std::chrono::milliseconds kLook{20};
// A server that is never idle still gets its vectors, if slowly.
constexpr std::chrono::seconds kMostPatience{60};
constexpr double kSliceMs = 30'000;  // of embedding, before text and trash are looked after again
constexpr double kTellMs = 2000;

}  // namespace

Upkeep::Upkeep(Parts parts) : parts_(parts), thread_([this] { work(); }) {}

Upkeep::~Upkeep() {
  {
    const std::lock_guard lock(mutex_);
    ending_.cancel();
  }
  changed_.notify_all();
  thread_.join();
}

void Upkeep::wake() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_all();
}

std::optional<Error> Upkeep::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Upkeep::work() {
  std::chrono::seconds pause = kIdle;
  while (wait(pause)) pause = settle(round(), pause);
}

bool Upkeep::wait(std::chrono::seconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [&] { return wanted_ || ending_.cancelled(); });
  wanted_ = false;
  return !ending_.cancelled();
}

Result<void> Upkeep::round() {
  // Each is tried, whatever became of the others; what is said is the first that went wrong.
  const auto emptied = parts_.store.empty_trash(parts_.clock.unix_seconds() - parts_.undo_seconds);
  const auto text = parts_.index.catch_up_text({}, ending_);
  const auto embedded = embed();
  TRY(text);
  TRY(emptied);
  return embedded;
}

Result<void> Upkeep::embed() {
  const std::shared_ptr<model::Embedder> embedder = parts_.host.embedder();
  if (embedder == nullptr) return {};
  const double began_ms = parts_.clock.steady_ms();
  double told_ms = began_ms;
  bool any = false;
  const auto interrupted = [&] {
    const std::lock_guard lock(mutex_);
    return wanted_ || parts_.clock.steady_ms() - began_ms > kSliceMs;
  };
  YieldingEmbedder yielding(*embedder, [&](size_t first) -> Result<void> {
    // Between two batches, never before the first, so that it always gets on.
    if (any && first == 0 && interrupted()) return fail_cancelled();
    any = true;
    if (const double now = parts_.clock.steady_ms(); now - told_ms > kTellMs) {
      told_ms = now;
      parts_.events.collections_changed();
    }
    return wait_for_turn();
  });
  const auto done = parts_.index.catch_up_vectors(yielding, {}, ending_);
  if (any) parts_.events.collections_changed();
  if (done || done.error().code != Errc::cancelled) return done;
  wake();  // goes on after a look at the rest
  return {};
}

Result<void> Upkeep::wait_for_turn() const {
  const auto others = [&] {
    return parts_.generation.waiting() + parts_.generation.running() + parts_.retrieval.waiting() +
               parts_.retrieval.running() >
           0;
  };
  const auto until = Steady::now() + kMostPatience;
  while (!ending_.cancelled() && Steady::now() < until && others()) std::this_thread::sleep_for(kLook);
  if (ending_.cancelled()) return fail_cancelled();
  return {};
}

std::chrono::seconds Upkeep::settle(const Result<void>& done, std::chrono::seconds last_wait) {
  const std::lock_guard lock(mutex_);
  if (done) {
    if (trouble_) log::info("background work goes well again");
    trouble_.reset();
    return kIdle;
  }
  if (ending_.cancelled()) return kIdle;
  const bool retried = trouble_.has_value();
  if (!retried || trouble_->message.en != done.error().message.en)
    log::warn("background work: {}", done.error().message.en);
  trouble_ = done.error();
  return retried ? std::min(2 * last_wait, kLastRetry) : kFirstRetry;
}

}  // namespace cvp::serve
