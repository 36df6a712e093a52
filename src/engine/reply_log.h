// Kept replies on disk: one JSON object a line, appended, the last line of a key counts.
//   {"k":"<SHA-256, 64 hex digits>","v":<value>}
#pragma once
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "sys/files.h"

namespace cvp::engine {

/// Thread-safe. One process at a time. A line that was not written to its end (a crash) is cut off at the
/// next start; lines without sense are skipped.
class ReplyLog {
 public:
  static constexpr uint64_t kLimitBytes = 2ull << 30;

  /// Opens or creates FOLDER/NAME.part.
  static Result<std::unique_ptr<ReplyLog>> open(const sys::Path& folder, const std::string& name);

  std::optional<boost::json::value> find(const std::string& key) const;
  /// Kept in memory even where the disk refuses (then logged once); nothing is kept over the limit.
  void keep(const std::string& key, const boost::json::value& value);
  void for_each(
      const std::function<void(const std::string& key, const boost::json::value& value)>& visit) const;
  size_t size() const;

 private:
  explicit ReplyLog(sys::PartFile file) : file_(std::move(file)) {}
  Result<void> load();

  mutable std::mutex mutex_;
  sys::PartFile file_;
  std::unordered_map<std::string, std::string> values_;  // key → value's JSON
  bool disk_refused_ = false;
};

}  // namespace cvp::engine
