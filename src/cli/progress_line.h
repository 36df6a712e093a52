#pragma once
#include <string>

#include "base/progress.h"
#include "base/text.h"

namespace cvp::cli {

/// "0:07", "12:30", "1:02:03"
std::string format_duration(double seconds);
/// "812 B", "1.2 MB", "1.1 GB": decimal units, three digits at most.
std::string format_bytes(double bytes);

/// The status line of long work, drawn again and again over itself: what, bar, share, count, rate and time
/// left. Pure: time comes from the caller.
class ProgressLine {
 public:
  /// The line for `progress` at a moment, at most max_columns wide. A new `what` starts a new measurement of
  /// the rate.
  std::string render(const Progress& progress, double now_ms, Lang lang, size_t max_columns);

 private:
  std::string what_;
  double begin_ms_ = 0;
  uint64_t begin_done_ = 0;
};

}  // namespace cvp::cli
