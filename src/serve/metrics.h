// What /metrics tells a monitoring system (Prometheus): how many requests, how long, how much. Routes are
// told apart, never people or documents.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/reply.h"

namespace cvp::serve {

/// Thread-safe. Counts from the start of the process.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  struct Request {
    std::string_view method;
    std::string_view route;  // a pattern: there are only as many series as routes
    int status = 0;
    uint64_t bytes = 0;  // sent
    double ms = 0;
  };
  void answered(const Request& request);
  /// Counts as live until nobody holds it any more.
  void stream_opened(const std::shared_ptr<net::EventStream>& stream);
  /// The server knows how many connections are open. It is asked at every scrape, until it is taken back with
  /// an empty function; which must be before the server ends.
  void connections_from(std::function<size_t()> count);

  /// What is true at the moment of a scrape.
  struct Now {
    size_t questions_waiting = 0, questions_running = 0;
    size_t searches_waiting = 0, searches_running = 0;
    size_t jobs_running = 0;
    uint64_t collections = 0, documents = 0, chunks = 0, vectors = 0;
  };
  /// In Prometheus' text format 0.0.4.
  std::string text(const Now& now);

 private:
  struct Series;

  const std::unique_ptr<Series> series_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<net::EventStream>> streams_;  // guarded by mutex_
  std::function<size_t()> connections_;                   // guarded by mutex_
};

}  // namespace cvp::serve
