// serve/search: eight programs with an API key search 20,000 news items by words over kept connections;
// beside it the same searches called in this process, one after the other.
#include <algorithm>
#include <mutex>
#include <thread>

#include "base/json_text.h"
#include "bench/datasets.h"
#include "bench/figure.h"
#include "bench/serve_lab.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kItems = 20'000;
constexpr size_t kQueriesOfEach = 500;
constexpr size_t kClients = 8;
constexpr size_t kResults = 10;

struct Load {
  std::vector<double> ms;
  size_t failed = 0;
  std::string problem;  // of one that failed
  double seconds = 0;

  double per_second() const { return static_cast<double>(ms.size()) / seconds; }
};

/// Every client sends every query once, each from another place in the list on.
Load search_at_once(const ApiClient& client, const std::vector<std::string>& queries,
                    const CancelToken& cancel) {
  Load out;
  std::mutex mutex;  // guards out
  const Clock& clock = sys::real_clock();
  const auto work = [&](size_t number) {
    std::vector<double> ms;
    std::string problem;
    size_t failed = 0;
    for (size_t i = 0; i < queries.size() && !cancel.cancelled(); ++i) {
      const std::string& query = queries[(i + number * queries.size() / kClients) % queries.size()];
      const std::string body =
          json_text(boost::json::object{{"query", query}, {"mode", "text"}, {"k", kResults}});
      const double begin = clock.steady_ms();
      const auto reply = client.send("POST", "/api/search", body, cancel);
      ms.push_back(clock.steady_ms() - begin);
      if (reply && reply->status == 200) continue;
      ++failed;
      problem = reply ? fmt::format("{} {}", reply->status, reply->body) : reply.error().message.en;
    }
    const std::lock_guard lock(mutex);
    out.ms.insert(out.ms.end(), ms.begin(), ms.end());
    out.failed += failed;
    if (!problem.empty()) out.problem = problem;
  };
  const double begin = clock.steady_ms();
  std::vector<std::thread> clients;
  for (size_t i = 0; i < kClients; ++i) clients.emplace_back(work, i);
  for (std::thread& one : clients) one.join();
  out.seconds = (clock.steady_ms() - begin) / 1000;
  return out;
}

/// Without a server: what a search itself takes. The first pass warms.
Result<std::vector<double>> time_in_process(Context& context, Base& base,
                                            const std::vector<std::string>& queries) {
  std::vector<double> out;
  const vector::SearchOptions options{.k = kResults, .mode = vector::Mode::text};
  for (int pass = 0; pass < 2; ++pass) {
    out.clear();
    for (const std::string& query : queries) {
      const double begin = sys::real_clock().steady_ms();
      TRY(base.index->search(query, options, nullptr, context.cancel()));
      out.push_back(sys::real_clock().steady_ms() - begin);
    }
  }
  return out;
}

}  // namespace

Result<std::vector<Claim>> serve_search(Context& context) {
  const std::vector<Document> news = TRY(load_news(context, kItems));
  const std::vector<std::string> queries = TRY(load_queries(context, news, context.limited(kQueriesOfEach)));
  Base& base = *TRY(context.base("news", news, nullptr));
  const uint64_t chunks = TRY(base.index->status(nullptr)).chunks;
  const std::vector<double> direct = TRY(time_in_process(context, base, queries));
  const auto lab = TRY(Lab::create(
      context, {.prepare = [&](const sys::Path& home) { return copy_base(context, "news", home); }}));
  ApiClient client(lab->server().url());
  client.use_key(TRY(lab->admin().new_key("search", {"search"})));
  search_at_once(client, queries, context.cancel());
  const Load load = search_at_once(client, queries, context.cancel());
  if (context.cancel().cancelled()) return fail_cancelled();
  const double p99 = eval::percentile(load.ms, 0.99);
  context.say("{} items, {} passages, {} queries, the {} best by words, second pass", news.size(), chunks,
              queries.size(), kResults);
  context.say("{:38} p50 {:6.2f} ms  p99 {:6.2f} ms  {:6.0f} requests/s, {} failed{}",
              fmt::format("POST /api/search, {} clients", kClients), eval::percentile(load.ms, 0.5), p99,
              load.per_second(), load.failed, load.problem.empty() ? "" : ": " + load.problem);
  context.say("{:38} p50 {:6.2f} ms  p99 {:6.2f} ms", "the search alone, in this process",
              eval::percentile(direct, 0.5), eval::percentile(direct, 0.99));
  return std::vector<Claim>{at_least("requests/s", load.per_second(), 300, 0),
                            at_most("p99", p99, 50, 1, "ms"),
                            {fmt::format("{} failed", load.failed), "0", load.failed == 0}};
}

}  // namespace cvp::bench
