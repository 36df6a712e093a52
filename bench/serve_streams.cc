// serve/streams: 64 answers are asked for at the same time, again and again, while pages listen for changes.
//
// An engine of two cores makes one answer at a time, so that 64 open streams are one that is spoken to and 63
// that wait in the line and are told their place. Half of the questions go through the documents (/api/ask),
// half are passed to the engine as they are (/v1/chat/completions); what they have in common is the line. Two
// streams belong to one account each, which is less than an account may have. Beside them every account holds
// an /api/events open, as a browser page does. Dropped is every stream that ends without its last event, is
// refused, or is silent for a minute.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/json_text.h"
#include "bench/figure.h"
#include "bench/serve_lab.h"
#include "bench/stub_engine.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kUsers = 32, kStreamsOfUser = 2;
constexpr size_t kSeconds = 300;
constexpr std::chrono::milliseconds kHealthPause{100}, kAfterDrop{500};
constexpr StubSpeed kSpeed{.first_ms = 20, .word_ms = 15};
constexpr size_t kToldProblems = 10;
constexpr double kNoAnswerMs = 60'000;  // a look at the server's health that failed

class Streams {
 public:
  Streams(Context& context, Lab& lab, std::vector<ApiClient> users, double seconds)
      : context_(context),
        users_(std::move(users)),
        health_(lab.server().url()),
        end_ms_(now_ms() + seconds * 1000) {}

  void run() {
    std::vector<std::thread> threads;
    for (const ApiClient& user : users_) {
      threads.emplace_back([&] { listen(user); });
      for (size_t i = 0; i < kStreamsOfUser; ++i) threads.emplace_back([&, i] { ask_on(user, i); });
    }
    look_at_health();
    over_.cancel();
    for (std::thread& thread : threads) thread.join();
  }

  std::vector<Claim> report(const StubEngine& engine) const {
    const size_t all = answered_ + dropped_;
    context_.say(
        "{} streams of answers ended, {} generations of the engine; on average {:.1f} of {} were open", all,
        engine.generations(), eval::mean(open_then_).value, kUsers * kStreamsOfUser);
    context_.say("{} streams of events were held by {} accounts, {} events came on them", kUsers, kUsers,
                 events_.load());
    for (const std::string& problem : problems_) context_.say("dropped: {}", problem);
    context_.say("/health/live, {} times: p50 {:.1f} ms, p99 {:.1f} ms, slowest {:.1f} ms", health_ms_.size(),
                 eval::percentile(health_ms_, 0.5), eval::percentile(health_ms_, 0.99),
                 eval::percentile(health_ms_, 1));
    return {Claim{fmt::format("{} of {} streams dropped", dropped_, all + kUsers), "0",
                  dropped_ == 0 && answered_ >= kUsers * kStreamsOfUser},
            at_most("health p99", eval::percentile(health_ms_, 0.99), 100, 1, "ms")};
  }

 private:
  static double now_ms() { return sys::real_clock().steady_ms(); }
  bool over() const { return now_ms() >= end_ms_ || context_.cancel().cancelled(); }

  void dropped(const std::string& why) {
    const std::lock_guard lock(mutex_);
    ++dropped_;
    if (problems_.size() < kToldProblems) problems_.push_back(why);
  }

  /// One stream after the other; the last one ends after the time is over.
  void ask_on(const ApiClient& user, size_t number) {
    for (size_t turn = number; !over(); ++turn) {
      ++open_;
      const std::string problem = turn % 2 == 0 ? ask_documents(user) : ask_engine(user);
      --open_;
      if (context_.cancel().cancelled()) return;
      if (!problem.empty()) {
        dropped(problem);
        sys::real_clock().sleep_for(kAfterDrop);
      } else {
        const std::lock_guard lock(mutex_);
        ++answered_;
      }
    }
  }

  /// What was wrong with it; empty: nothing.
  std::string ask_documents(const ApiClient& user) const {
    const auto end = user.ask(kStubQuestion, "single", context_.cancel());
    if (!end) return "/api/ask: " + end.error().message.en;
    if (end->answered) return {};
    return fmt::format("/api/ask: {} {}", end->status, json_text(end->last));
  }

  std::string ask_engine(const ApiClient& user) const {
    const boost::json::object message{{"role", "user"}, {"content", kStubQuestion}};
    const boost::json::object body{
        {"model", StubEngine::kModel}, {"stream", true}, {"messages", boost::json::array{message}}};
    std::string last;
    const auto on_data = [&](std::string_view data) {
      last = data;
      return true;
    };
    const auto reply = user.stream("/v1/chat/completions", json_text(body), on_data, context_.cancel());
    if (!reply) return "/v1/chat/completions: " + reply.error().message.en;
    if (reply->status == 200 && last == "[DONE]") return {};
    return fmt::format("/v1/chat/completions: {} {}", reply->status, last.empty() ? reply->body : last);
  }

  /// The stream of a page that stays open.
  void listen(const ApiClient& user) {
    const auto on_data = [&](std::string_view) {
      ++events_;
      return true;
    };
    const auto reply = user.stream("/api/events", "", on_data, over_);
    if (over_.cancelled()) return;
    dropped(reply ? fmt::format("/api/events: ended with {}", reply->status)
                  : "/api/events: " + reply.error().message.en);
  }

  void look_at_health() {
    const OnProgress on_progress = context_.progress();
    const double begin = now_ms();
    while (!over()) {
      const double at = now_ms();
      const auto reply = health_.send("GET", "/health/live");
      health_ms_.push_back(reply && reply->status == 200 ? now_ms() - at : kNoAnswerMs);
      open_then_.push_back(static_cast<double>(open_.load()));
      on_progress({text("holding streams, seconds", "正在保持数据流（秒）"),
                   static_cast<uint64_t>((now_ms() - begin) / 1000),
                   static_cast<uint64_t>((end_ms_ - begin) / 1000)});
      sys::real_clock().sleep_for(kHealthPause);
    }
  }

  Context& context_;
  const std::vector<ApiClient> users_;
  const ApiClient health_;
  const double end_ms_;
  CancelToken over_;
  std::atomic<size_t> open_ = 0, events_ = 0;
  std::vector<double> health_ms_, open_then_;  // of the thread that looks

  std::mutex mutex_;  // guards what follows, until all threads have ended
  size_t answered_ = 0, dropped_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace

Result<std::vector<Claim>> serve_streams(Context& context) {
  StubEngine engine(kStubReply, kSpeed);
  const auto lab = TRY(Lab::create(context, {.settings = engine.settings()}));
  const int64_t collection = TRY(lab->new_collection("manuals"));
  TRY(lab->admin().upload(collection, "pump.md", kStubDocument));
  std::vector<ApiClient> users;
  for (size_t i = 0; i < kUsers; ++i)
    users.push_back(TRY(lab->new_user(fmt::format("reader-{}", i), "reader")));
  Streams streams(context, *lab, std::move(users), static_cast<double>(context.limited(kSeconds)));
  streams.run();
  if (context.cancel().cancelled()) return fail_cancelled();
  if (!lab->server().running()) return fail(Errc::failed, text("the server ended", "服务器意外退出"));
  return streams.report(engine);
}

}  // namespace cvp::bench
