#include "engine/token_cache.h"

namespace cvp::engine {
namespace {

std::string key_of(std::string_view text, bool markup) {
  std::string key;
  key.reserve(text.size() + 1);
  key += markup ? 'm' : 't';
  key += text;
  return key;
}

}  // namespace

size_t TokenCache::cost(const Entry& entry) {
  constexpr size_t kOverheadBytes = 160;  // nodes of list and index, control block
  return entry.key.size() + entry.ids->size() * sizeof(int32_t) + kOverheadBytes;
}

TokenCache::Ids TokenCache::find(std::string_view text, bool markup) {
  const std::string key = key_of(text, markup);
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return {};
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->ids;
}

TokenCache::Ids TokenCache::keep(std::string_view text, bool markup, std::vector<int32_t> ids) {
  Entry entry{key_of(text, markup), std::make_shared<const std::vector<int32_t>>(std::move(ids))};
  const Ids kept = entry.ids;
  const std::lock_guard lock(mutex_);
  if (index_.contains(entry.key) || cost(entry) > limit_bytes_) return kept;
  bytes_ += cost(entry);
  entries_.push_front(std::move(entry));
  index_.emplace(entries_.front().key, entries_.begin());
  while (bytes_ > limit_bytes_) {
    bytes_ -= cost(entries_.back());
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return kept;
}

size_t TokenCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace cvp::engine
