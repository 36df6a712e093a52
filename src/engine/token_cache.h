#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cvp::engine {

/// Token ids of prompt segments, least recently used out: a passage, the system prompt and the template are
/// tokenized once. The ids of a segment depend on nothing around it, which is what makes prefixes exact.
/// Thread-safe.
class TokenCache {
 public:
  using Ids = std::shared_ptr<const std::vector<int32_t>>;

  explicit TokenCache(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// Nothing when it is not there.
  Ids find(std::string_view text, bool markup);
  Ids keep(std::string_view text, bool markup, std::vector<int32_t> ids);
  size_t bytes() const;

 private:
  struct Entry {
    std::string key;  // kind and text
    Ids ids;
  };
  static size_t cost(const Entry& entry);

  const size_t limit_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;                                                // newest first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;  // keys live in entries_
  size_t bytes_ = 0;
};

}  // namespace cvp::engine
