#include "net/connection_table.h"

#include <vector>

namespace cvp::net {

ConnectionTable::Handle ConnectionTable::add(std::string client, std::function<void()> close, Time now) {
  const size_t of_client = ++by_client_[client];
  entries_.push_back({std::move(client), std::move(close), true, now});
  const Handle handle = std::prev(entries_.end());
  if (of_client > per_client_) {
    evict(handle->client, handle);
  } else if (entries_.size() > limit_) {
    evict("", handle);
  }
  return handle;
}

void ConnectionTable::evict(const std::string& client, Handle newest) {
  Handle longest = newest;
  for (Handle it = entries_.begin(); it != newest; ++it) {
    if (!it->waiting || (!client.empty() && it->client != client)) continue;
    if (longest == newest || it->since < longest->since) longest = it;
  }
  // Closing only ends the socket: the connection removes itself when its coroutine sees that.
  longest->close();
  longest->waiting = false;
}

void ConnectionTable::remove(Handle handle) {
  const auto count = by_client_.find(handle->client);
  if (--count->second == 0) by_client_.erase(count);
  entries_.erase(handle);
}

void ConnectionTable::set_waiting(Handle handle, bool waiting, Time now) {
  handle->waiting = waiting;
  handle->since = now;
}

void ConnectionTable::close_waiting() {
  for (const Entry& entry : entries_)
    if (entry.waiting) entry.close();
}

void ConnectionTable::close_all() {
  for (const Entry& entry : entries_) entry.close();
}

}  // namespace cvp::net
