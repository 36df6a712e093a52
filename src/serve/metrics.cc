#include "serve/metrics.h"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>

namespace cvp::serve {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// Seconds: a search takes milliseconds, an answer of a small machine a minute.
const Histogram::BucketBoundaries& boundaries() {
  static const Histogram::BucketBoundaries kBoundaries = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                          1,     2.5,  5,     10,   30,  60};
  return kBoundaries;
}

/// A client may send any word as a method, which must not make a series each.
std::string known_method(std::string_view method) {
  constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  return std::ranges::find(kMethods, method) != kMethods.end() ? std::string(method) : "other";
}

}  // namespace

struct Metrics::Series {
  Gauge& gauge(const char* name, const char* help, const prometheus::Labels& labels = {}) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
  }
  Gauge& queue(const char* name, const char* help, const char* queue_name) {
    return gauge(name, help, {{"queue", queue_name}});
  }

  static constexpr const char* kWaiting = "cvp_queue_waiting";
  static constexpr const char* kRunning = "cvp_queue_running";
  static constexpr const char* kWaitingHelp = "What waits for a model.";
  static constexpr const char* kRunningHelp = "What a model is working on.";

  prometheus::Registry registry;
  Family<Counter>& requests = prometheus::BuildCounter()
                                  .Name("cvp_http_requests_total")
                                  .Help("Requests by route, method and class of status.")
                                  .Register(registry);
  Family<Counter>& bytes = prometheus::BuildCounter()
                               .Name("cvp_http_sent_bytes_total")
                               .Help("Bytes of replies by route and method.")
                               .Register(registry);
  Family<Histogram>& durations = prometheus::BuildHistogram()
                                     .Name("cvp_http_request_duration_seconds")
                                     .Help("From a request's first byte to its reply's last.")
                                     .Register(registry);
  Gauge& questions_waiting = queue(kWaiting, kWaitingHelp, "questions");
  Gauge& searches_waiting = queue(kWaiting, kWaitingHelp, "searches");
  Gauge& questions_running = queue(kRunning, kRunningHelp, "questions");
  Gauge& searches_running = queue(kRunning, kRunningHelp, "searches");
  Gauge& streams = gauge("cvp_streams", "Event streams that are open.");
  Gauge& connections = gauge("cvp_connections", "Connections that are open.");
  Gauge& jobs = gauge("cvp_jobs_running", "Jobs that run.");
  Gauge& collections = gauge("cvp_collections", "Collections.");
  Gauge& documents = gauge("cvp_documents", "Documents that can be found.");
  Gauge& chunks = gauge("cvp_chunks", "Chunks of these documents.");
  Gauge& vectors = gauge("cvp_vectors", "Chunks with a vector of the embedding model in use.");
};

Metrics::Metrics() : series_(std::make_unique<Series>()) {}
Metrics::~Metrics() = default;

void Metrics::answered(const Request& request) {
  constexpr double kMsPerSecond = 1000;
  const prometheus::Labels route = {{"method", known_method(request.method)},
                                    {"route", std::string(request.route)}};
  prometheus::Labels with_status = route;
  with_status["status"] = fmt::format("{}xx", request.status / 100);
  series_->requests.Add(with_status).Increment();
  series_->bytes.Add(route).Increment(static_cast<double>(request.bytes));
  series_->durations.Add(route, boundaries()).Observe(request.ms / kMsPerSecond);
}

void Metrics::stream_opened(const std::shared_ptr<net::EventStream>& stream) {
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [](const auto& one) { return one.expired(); });
  streams_.push_back(stream);
}

void Metrics::connections_from(std::function<size_t()> count) {
  const std::lock_guard lock(mutex_);
  connections_ = std::move(count);
}

std::string Metrics::text(const Now& now) {
  const auto set = [](Gauge& gauge, uint64_t value) { gauge.Set(static_cast<double>(value)); };
  set(series_->questions_waiting, now.questions_waiting);
  set(series_->questions_running, now.questions_running);
  set(series_->searches_waiting, now.searches_waiting);
  set(series_->searches_running, now.searches_running);
  set(series_->jobs, now.jobs_running);
  set(series_->collections, now.collections);
  set(series_->documents, now.documents);
  set(series_->chunks, now.chunks);
  set(series_->vectors, now.vectors);
  {
    const std::lock_guard lock(mutex_);
    set(series_->streams, std::ranges::count_if(streams_, [](const auto& one) { return !one.expired(); }));
    set(series_->connections, connections_ ? connections_() : 0);
  }
  return static_cast<const prometheus::Serializer&>(prometheus::TextSerializer())
      .Serialize(series_->registry.Collect());
}

}  // namespace cvp::serve
