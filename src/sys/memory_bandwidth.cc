// Reading speed of memory, as a model's weights are read: every thread streams through its own part of a
// buffer far larger than the caches. Reading, not copying: STREAM's copy counts writes that a model does not
// make.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstring>
#include <thread>

#include "sys/hardware_sources.h"
#include "sys/memory_bandwidth.h"

namespace cvp::sys {
namespace {

constexpr uint64_t kLeastBytes = 128ull << 20;
constexpr uint64_t kMostBytes = 4ull << 30;
constexpr uint64_t kCacheTimes = 4;
constexpr unsigned kMostThreads = 512;
constexpr int kMostPasses = 64;
constexpr std::chrono::milliseconds kTime{400};
constexpr size_t kLanes = 8;

using Clock = std::chrono::steady_clock;

/// Eight sums at once, so that additions never wait for each other. The result is used, so that the reads
/// happen.
uint64_t sum(const uint64_t* begin, const uint64_t* end) {
  uint64_t lanes[kLanes] = {};
  for (; begin + kLanes <= end; begin += kLanes) {
    for (size_t i = 0; i < kLanes; ++i) lanes[i] += begin[i];
  }
  uint64_t total = 0;
  for (const uint64_t lane : lanes) total += lane;
  return total;
}

}  // namespace

uint64_t bandwidth_buffer_bytes(uint64_t cache_bytes, uint64_t available_bytes) {
  const uint64_t wanted =
      std::clamp(std::min(cache_bytes, kMostBytes) * kCacheTimes, kLeastBytes, kMostBytes);
  return std::min(wanted, available_bytes / 4);
}

Result<double> measure_read_bandwidth(unsigned threads, uint64_t buffer_bytes, const CancelToken& cancel) {
  threads = std::clamp(threads, 1u, kMostThreads);
  const size_t words = buffer_bytes / sizeof(uint64_t) / threads;
  if (words < kLanes * 1024) {
    return fail(Errc::unavailable,
                text("too little memory is free to measure its speed", "可用内存太少，无法测量其速度"));
  }
  std::vector<std::vector<uint64_t>> parts(threads);
  std::atomic<uint64_t> used{0};
  std::atomic<bool> go_on{true};
  double best = 0;
  Clock::time_point begin;
  const Clock::time_point start = Clock::now();
  int pass = 0;
  // Runs while all threads wait: the time between two of its calls is one pass of all of them.
  const auto between = [&]() noexcept {
    const Clock::time_point now = Clock::now();
    if (pass > 0) {
      const double seconds = std::chrono::duration<double>(now - begin).count();
      best =
          std::max(best, static_cast<double>(words) * sizeof(uint64_t) * threads / std::max(seconds, 1e-9));
    }
    if ((now - start > kTime && pass > 1) || pass >= kMostPasses || cancel.cancelled()) go_on = false;
    ++pass;
    begin = Clock::now();
  };
  std::barrier round(static_cast<std::ptrdiff_t>(threads), between);
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i) {
      workers.emplace_back([&, i] {
        parts[i].assign(words, i + 1);  // each thread touches its own pages first, which places them near it
        for (round.arrive_and_wait(); go_on; round.arrive_and_wait())
          used += sum(parts[i].data(), parts[i].data() + parts[i].size());
      });
    }
  }
  if (cancel.cancelled()) return fail_cancelled();
  if (used == 0 || best <= 0)
    return fail(Errc::failed, text("the speed of memory could not be measured", "无法测量内存速度"));
  return best;
}

}  // namespace cvp::sys
