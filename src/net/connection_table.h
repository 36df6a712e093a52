// Who is connected. Slow clients cannot keep others out: when there are too many, the one that has been
// waited for longest goes. Used by the server's one thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>

namespace cvp::net {

class ConnectionTable {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    std::string client;
    std::function<void()> close;
    bool waiting = true;  // for the client: a header, a body, the next request
    Time since = {};
  };
  using Handle = std::list<Entry>::iterator;

  ConnectionTable(size_t limit, size_t per_client) : limit_(limit), per_client_(per_client) {}

  /// Adds one, and closes another where that makes too many; nothing to close: the new one is closed.
  Handle add(std::string client, std::function<void()> close, Time now);
  void remove(Handle handle);
  void set_waiting(Handle handle, bool waiting, Time now);
  void close_waiting();
  void close_all();
  size_t size() const { return entries_.size(); }

 private:
  /// The one that has been waited for longest; client empty: of all clients.
  void evict(const std::string& client, Handle newest);

  const size_t limit_, per_client_;
  std::list<Entry> entries_;
  std::map<std::string, size_t> by_client_;
};

}  // namespace cvp::net
