#include "cli/progress_line.h"

#include <algorithm>
#include <cmath>

#include "cli/screen_text.h"

namespace cvp::cli {
namespace {

std::string format_count(double count, Progress::Unit unit) {
  if (unit == Progress::Unit::bytes) return format_bytes(count);
  return fmt::format("{:.0f}", count);
}

/// "3.2/s", "1.2 MB/s", "410 tokens/s"
Text format_rate(double per_second, Progress::Unit unit) {
  if (unit == Progress::Unit::bytes) return text("{}/s", "{}/秒", format_bytes(per_second));
  const std::string number = fmt::format("{:.{}f}", per_second, per_second < 10 ? 1 : 0);
  if (unit == Progress::Unit::tokens) return text("{} tokens/s", "{} 词元/秒", number);
  return text("{}/s", "{}/秒", number);
}

std::string bar(double share, size_t width) {
  const auto full = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  std::string out = "[";
  for (size_t i = 0; i < width; ++i) out += i < full ? "█" : "░";
  return out + "]";
}

}  // namespace

std::string format_duration(double seconds) {
  const auto total = static_cast<int64_t>(std::ceil(std::clamp(seconds, 0.0, 359'999.0)));
  const int64_t hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, rest)
                   : fmt::format("{}:{:02}", minutes, rest);
}

std::string format_bytes(double bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(kUnits)) bytes /= 1000, ++unit;
  return fmt::format("{:.{}f} {}", bytes, unit > 0 && bytes < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string ProgressLine::render(const Progress& progress, double now_ms, Lang lang, size_t max_columns) {
  const std::string& what = progress.what.in(lang);
  if (what != what_ || progress.done < begin_done_) {
    what_ = what;
    begin_ms_ = now_ms;
    begin_done_ = progress.done;
  }
  std::string line = one_line(printable(what));
  if (progress.total > 0) {
    const double share = static_cast<double>(progress.done) / static_cast<double>(progress.total);
    const size_t bar_columns = max_columns >= 100 ? 30 : 16;
    line +=
        fmt::format(" {} {:3.0f}%  {}/{}", bar(share, bar_columns), std::floor(std::min(share, 1.0) * 100),
                    format_count(static_cast<double>(progress.done), progress.unit),
                    format_count(static_cast<double>(progress.total), progress.unit));
  } else if (progress.done > 0) {
    line += " " + format_count(static_cast<double>(progress.done), progress.unit);
  }
  const double seconds = (now_ms - begin_ms_) / 1000;
  const double done = static_cast<double>(progress.done - begin_done_);
  if (seconds >= 1 && done > 0) {
    const double rate = done / seconds;
    line += "  " + format_rate(rate, progress.unit).in(lang);
    if (progress.total > progress.done) {
      const std::string left = format_duration(static_cast<double>(progress.total - progress.done) / rate);
      line += "  " + text("{} left", "还需 {}", left).in(lang);
    }
  }
  return shorten(line, max_columns);
}

}  // namespace cvp::cli
