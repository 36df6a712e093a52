// serve/memory: what a server holds that has 20,000 passages and their vectors, was asked a few things and is
// left alone. Chat and embeddings come from elsewhere, so that there is no engine and no model in it.
#include "base/json_text.h"
#include "bench/datasets.h"
#include "bench/figure.h"
#include "bench/json_fields.h"
#include "bench/serve_lab.h"
#include "bench/stub_engine.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kItems = 20'000;
constexpr size_t kSearches = 20;
constexpr std::chrono::seconds kIdle{30};
constexpr double kVectorsPatienceMs = 1'800'000;
constexpr std::chrono::milliseconds kLook{1000};

struct Counts {
  uint64_t chunks = 0, vectors = 0;
};

Result<Counts> counts(const ApiClient& client) {
  Counts out;
  const boost::json::object listed = TRY(client.get("/api/collections"));
  for (const boost::json::value& one : array_in(listed, "items")) {
    if (!one.is_object()) continue;
    out.chunks += static_cast<uint64_t>(number_in(one.get_object(), "chunks"));
    out.vectors += static_cast<uint64_t>(number_in(one.get_object(), "vectors_done"));
  }
  return out;
}

Result<Counts> wait_for_vectors(Context& context, const ApiClient& client) {
  const Clock& clock = sys::real_clock();
  const OnProgress on_progress = context.progress();
  const double begin = clock.steady_ms();
  while (clock.steady_ms() - begin < kVectorsPatienceMs) {
    if (context.cancel().cancelled()) return fail_cancelled();
    const Counts now = TRY(counts(client));
    if (now.chunks > 0 && now.vectors == now.chunks) return now;
    on_progress({text("making vectors", "正在生成向量"), now.vectors, now.chunks});
    clock.sleep_for(kLook);
  }
  return fail(Errc::failed, text("the vectors are not done", "向量迟迟没有生成完毕"));
}

/// Both sides of a search, so that the full text and the vectors are in memory.
Result<void> search_some(Context& context, const ApiClient& client, const std::vector<std::string>& queries) {
  for (const std::string& query : queries) {
    if (context.cancel().cancelled()) return fail_cancelled();
    const boost::json::object found = TRY(client.post("/api/search", {{"query", query}, {"mode", "hybrid"}}));
    const boost::json::value* dense = found.if_contains("dense_used");
    if (dense == nullptr || *dense != boost::json::value(true))
      return fail(Errc::failed, text("a search did without vectors", "有一次检索没有用到向量"));
  }
  return {};
}

}  // namespace

Result<std::vector<Claim>> serve_memory(Context& context) {
  const std::vector<Document> news = TRY(load_news(context, kItems));
  const std::vector<std::string> queries = TRY(load_queries(context, news, kSearches / 2));
  TRY(context.base("news", news, nullptr));
  StubEngine engine("Yes.", {});
  const auto lab =
      TRY(Lab::create(context, {.settings = engine.settings(), .prepare = [&](const sys::Path& home) {
                                  return copy_base(context, "news", home);
                                }}));
  const Counts made = TRY(wait_for_vectors(context, lab->admin()));
  const uint64_t worked = TRY(settled_bytes(context, lab->server(), std::chrono::seconds(5)));
  lab->server().stop();
  TRY(lab->start_again());
  TRY(search_some(context, lab->admin(), queries));
  const uint64_t idle = TRY(settled_bytes(context, lab->server(), kIdle));
  context.say("{} items, {} passages, {} with a vector; {} searches by words and meaning, then left alone",
              news.size(), made.chunks, made.vectors, queries.size());
  context.say(
      "resident after a start and the searches {:.0f} MB; of the server that had just made the vectors "
      "{:.0f} MB",
      static_cast<double>(idle) / 1e6, static_cast<double>(worked) / 1e6);
  return std::vector<Claim>{
      at_most("idle", static_cast<double>(idle) / 1e6, 150, 0, "MB"),
      {fmt::format("{} passages", made.chunks), fmt::format("≥ {}", kItems), made.chunks >= kItems}};
}

}  // namespace cvp::bench
