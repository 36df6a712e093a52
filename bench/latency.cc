// search/latency: a search as `ask` does it, over 20,000 news items with a vector each, beside FTS5 on the
// same queries.
#include "bench/datasets.h"
#include "bench/figure.h"
#include "bench/hash_embedder.h"
#include "bench/peer_fts5.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kItems = 20'000;
constexpr size_t kQueriesOfEach = 500;
constexpr size_t kResults = 20;  // what a turn retrieves

struct Times {
  std::vector<double> all, text, dense;
};

/// One pass over the queries; the first pass warms.
Result<Times> time_index(Context& context, Base& base, HashEmbedder& embedder,
                         const std::vector<std::string>& queries) {
  Times out;
  vector::SearchOptions options;
  options.k = kResults;
  for (const std::string& query : queries) {
    const double begin = sys::real_clock().steady_ms();
    const vector::SearchResult found = TRY(base.index->search(query, options, &embedder, context.cancel()));
    out.all.push_back(sys::real_clock().steady_ms() - begin - found.embed_ms);
    out.text.push_back(found.text_ms);
    out.dense.push_back(found.dense_ms);
    if (!found.dense_used)
      return fail(Errc::failed, text("a search did without vectors", "有一次检索没有用到向量"));
  }
  return out;
}

Result<std::vector<double>> time_peer(PeerIndex& peer, const std::vector<std::string>& queries) {
  std::vector<double> out;
  for (const std::string& query : queries) {
    const double begin = sys::real_clock().steady_ms();
    TRY(peer.search(query, kResults));
    out.push_back(sys::real_clock().steady_ms() - begin);
  }
  return out;
}

}  // namespace

Result<std::vector<Claim>> search_latency(Context& context) {
  const std::vector<Document> news = TRY(load_news(context, kItems));
  const std::vector<std::string> queries = TRY(load_queries(context, news, context.limited(kQueriesOfEach)));
  HashEmbedder embedder;
  Base& base = *TRY(context.base("news", news, &embedder));
  const vector::Status status = TRY(base.index->status(&embedder.identity()));
  TRY(time_index(context, base, embedder, queries));
  const Times times = TRY(time_index(context, base, embedder, queries));
  const double resident = static_cast<double>(sys::resident_bytes()) / (1 << 20);
  context.say(
      "{} items, {} passages, {} with a vector of {} dimensions; {} queries, the {} best, second pass",
      news.size(), status.chunks, status.with_vector, embedder.identity().dimension, queries.size(),
      kResults);
  context.say(
      "{:22} p50 {:.2f} ms  p99 {:.2f} ms   (full text p50 {:.2f} p99 {:.2f}, vectors p50 {:.2f} p99 {:.2f})",
      "cvp, hybrid", eval::percentile(times.all, 0.5), eval::percentile(times.all, 0.99),
      eval::percentile(times.text, 0.5), eval::percentile(times.text, 0.99),
      eval::percentile(times.dense, 0.5), eval::percentile(times.dense, 0.99));
  size_t loaded = 0;
  for (const Document& document : news) loaded += document.bytes.size();
  context.say("resident memory {:.0f} MB, the {:.0f} MB of news that this program holds among it", resident,
              static_cast<double>(loaded) / (1 << 20));
  PeerIndex peer = TRY(PeerIndex::build(news));
  TRY(time_peer(peer, queries));
  const std::vector<double> peer_ms = TRY(time_peer(peer, queries));
  context.say("{:22} p50 {:.2f} ms  p99 {:.2f} ms   (full text alone, in memory, whole items)",
              "SQLite FTS5, bigrams", eval::percentile(peer_ms, 0.5), eval::percentile(peer_ms, 0.99));
  return std::vector<Claim>{at_most("p99", eval::percentile(times.all, 0.99), 15, 1, "ms")};
}

}  // namespace cvp::bench
