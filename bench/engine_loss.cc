// serve/engine-loss: the engine that a server runs is killed, stopped, or talks nonsense while it works on a
// question. Searches and lists of others must not notice, and the next question must be answered soon: at
// most five seconds later than a server's very first one is, which waits for the model to load.
//
// The engine is a stand-in with a load time of its own (engine_child.h), because no real one talks nonsense
// on command. Where the default chat model is installed, the real one is killed as well.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "base/json_text.h"
#include "bench/engine_child.h"
#include "bench/figure.h"
#include "bench/serve_lab.h"
#include "bench/stub_engine.h"
#include "hub/engine_install.h"
#include "model/catalogue.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr double kMostS = 5;            // beyond what a first answer takes
constexpr double kMostOthersMs = 100;   // p99
constexpr double kPatienceMs = 60'000;  // for an answer after the engine was lost
constexpr std::chrono::milliseconds kOthersPause{10}, kCalm{5000}, kAgain{100};

double now_ms() { return sys::real_clock().steady_ms(); }

/// Somebody who only searches and looks.
class OtherRequests {
 public:
  OtherRequests(const ApiClient& client, int64_t collection)
      : client_(client), collection_(collection), thread_([this] { work(); }) {}
  ~OtherRequests() { stop(); }

  void stop() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // After stop().
  size_t all() const { return ms_.size(); }
  size_t failed() const { return failed_; }
  double p99() const { return eval::percentile(ms_, 0.99); }
  double slowest() const { return eval::percentile(ms_, 1); }
  const std::string& problem() const { return problem_; }

 private:
  void work() {
    const std::string search =
        json_text(boost::json::object{{"query", "warranty of the pump"}, {"mode", "text"}});
    const std::string documents = fmt::format("/api/collections/{}/documents", collection_);
    while (!ending_) {
      time("POST", "/api/search", search);
      time("GET", documents, "");
      time("GET", "/api/collections", "");
      sys::real_clock().sleep_for(kOthersPause);
    }
  }

  void time(const std::string& method, const std::string& target, const std::string& body) {
    const double begin = now_ms();
    const auto reply = client_.send(method, target, body);
    ms_.push_back(now_ms() - begin);
    if (reply && reply->status == 200) return;
    ++failed_;
    problem_ = target + ": " + (reply ? std::to_string(reply->status) : reply.error().message.en);
  }

  const ApiClient client_;
  const int64_t collection_;
  std::atomic<bool> ending_ = false;
  std::vector<double> ms_;
  size_t failed_ = 0;
  std::string problem_;
  std::thread thread_;  // last: it uses what stands above
};

struct Answered {
  bool ok = false;
  double ended_ms = 0;
  std::string words;  // of the error
};

class Losses {
 public:
  Losses(Context& context, Lab& lab) : context_(context), lab_(lab) {}

  /// The first answer, which waits for the model, and a second one that does not.
  Result<void> measure_start() {
    const double begin = now_ms();
    const Answered cold = ask();
    if (!cold.ok) return fail(Errc::failed, text("no answer: {}", "没有得到回答：{}", cold.words));
    first_ms_ = cold.ended_ms - begin;
    const Answered warm = ask();
    if (!warm.ok) return fail(Errc::failed, text("no answer: {}", "没有得到回答：{}", warm.words));
    context_.say("first answer after {:.1f} s, of which loading {:.1f} s", first_ms_ / 1000,
                 (first_ms_ - (warm.ended_ms - cold.ended_ms)) / 1000);
    return {};
  }

  enum class From { loss, failure };
  /// What happens to the engine, `after_ms` into a question. Recovery is counted from the loss, or from where
  /// the question failed, which is when a hang is known to be one.
  Result<Claim> lose(std::string_view how, int after_ms, From from,
                     const std::function<Result<void>()>& strike) {
    auto running = std::async(std::launch::async, [this] { return ask(); });
    sys::real_clock().sleep_for(std::chrono::milliseconds(after_ms));
    const auto struck = strike();
    const double lost_ms = now_ms();
    const Answered hit = running.get();
    TRY(struck);
    if (context_.cancel().cancelled()) return fail_cancelled();
    if (hit.ended_ms < lost_ms)
      return fail(Errc::failed,
                  text("the question was over before the engine was lost", "引擎出事之前问题就已处理完"));
    size_t failures = 0;
    Answered next = ask();
    for (; !next.ok && now_ms() - hit.ended_ms < kPatienceMs; next = ask()) {
      ++failures;
      sys::real_clock().sleep_for(kAgain);
      if (context_.cancel().cancelled()) return fail_cancelled();
    }
    const double recovery_ms = next.ended_ms - (from == From::loss ? lost_ms : hit.ended_ms);
    const double beyond_s = std::max(0.0, recovery_ms - first_ms_) / 1000;
    context_.say(
        "{:26} the question {} after {:.1f} s{}; the next answer {:.1f} s later, {} failed before it{}",
        fmt::format("{}:", how), hit.ok ? "was answered" : "failed", (hit.ended_ms - lost_ms) / 1000,
        hit.ok ? "" : fmt::format(" ({})", hit.words), recovery_ms / 1000, failures,
        next.ok ? "" : fmt::format("; never again: {}", next.words));
    Claim out = at_most(fmt::format("{}: beyond load", how), beyond_s, kMostS, 1, "s");
    out.holds = out.holds && next.ok && failures == 0;
    return out;
  }

  Result<void> signal_engine(int number) {
    const std::vector<int> engines = lab_.server().engines();
    if (engines.empty()) return fail(Errc::failed, text("no engine is running", "没有正在运行的引擎"));
    for (const int pid : engines) ::kill(pid, number);
    return {};
  }

 private:
  Answered ask() const {
    const auto end = lab_.admin().ask(kStubQuestion, "single", context_.cancel());
    Answered out{.ok = end && end->answered, .ended_ms = now_ms()};
    if (!end) out.words = end.error().message.en;
    if (end && !end->answered) out.words = json_text(end->last);
    return out;
  }

  Context& context_;
  Lab& lab_;
  double first_ms_ = 0;
};

Result<void> add_document(Lab& lab, int64_t collection) {
  TRY(lab.admin().upload(collection, "pump.md", kStubDocument));
  return {};
}

Result<std::vector<Claim>> lose_stand_in(Context& context) {
  const sys::TempFolder orders = TRY(sys::TempFolder::create("cvp-orders"));
  const sys::Path folder = orders.path() / "engine";
  const auto lab =
      TRY(Lab::create(context, {.settings = {{"engine.path", (folder / "llama-server").string()}},
                                .prepare = [&](const sys::Path& home) -> Result<void> {
                                  TRY(install_engine_child(home, folder, kStubReply));
                                  return {};
                                }}));
  const int64_t collection = TRY(lab->new_collection("manuals"));
  TRY(add_document(*lab, collection));
  Losses losses(context, *lab);
  TRY(losses.measure_start());
  OtherRequests calm(lab->admin(), collection);
  sys::real_clock().sleep_for(kCalm);
  calm.stop();
  OtherRequests others(lab->admin(), collection);
  constexpr int kIntoAnswerMs = 300;
  std::vector<Claim> out;
  out.push_back(TRY(losses.lose("killed", kIntoAnswerMs, Losses::From::loss,
                                [&] { return losses.signal_engine(SIGKILL); })));
  out.push_back(TRY(losses.lose("hung", kIntoAnswerMs, Losses::From::failure,
                                [&] { return losses.signal_engine(SIGSTOP); })));
  out.push_back(TRY(
      losses.lose("nonsense", 0, Losses::From::failure, [&] { return make_engine_talk_nonsense(folder); })));
  others.stop();
  context.say(
      "{} searches and lists meanwhile: p99 {:.1f} ms, slowest {:.1f} ms, {} failed{}; before: p99 {:.1f} ms",
      others.all(), others.p99(), others.slowest(), others.failed(),
      others.problem().empty() ? "" : " (" + others.problem() + ")", calm.p99());
  out.push_back({fmt::format("{} of {} other requests failed", others.failed(), others.all()), "0",
                 others.failed() == 0 && others.all() > 0});
  out.push_back(at_most("others' p99", others.p99(), kMostOthersMs, 1, "ms"));
  return out;
}

/// The default chat model where it is installed already, with an engine.
std::optional<model::InstalledModel> installed_chat_model(Context& context) {
  const auto catalogue = model::Catalogue::load();
  if (!catalogue) return {};
  const std::string id = catalogue->default_for(model::ModelRole::chat, sys::memory().total_bytes).id;
  const sys::Path homes[] = {sys::default_home(), context.options().home};
  const bool engine = std::ranges::any_of(
      homes, [](const sys::Path& home) { return hub::find_engine(home, "").has_value(); });
  for (const sys::Path& home : homes)
    if (auto model = model::find_installed(home, id); model && engine) return std::move(*model);
  return {};
}

Result<Claim> lose_real(Context& context, const model::InstalledModel& model) {
  context.say("the real engine with {}:", model.entry.id);
  const auto lab = TRY(Lab::create(
      context, {.settings = {{"chat.model", model.entry.id}, {"answer.read_limit", "1"}},
                .prepare = [&](const sys::Path& home) { return link_models(context, model, home); }}));
  TRY(add_document(*lab, TRY(lab->new_collection("manuals"))));
  Losses losses(context, *lab);
  TRY(losses.measure_start());
  constexpr int kIntoAnswerMs = 500;
  return losses.lose("real engine killed", kIntoAnswerMs, Losses::From::loss,
                     [&] { return losses.signal_engine(SIGKILL); });
}

}  // namespace

Result<std::vector<Claim>> serve_engine_loss(Context& context) {
  std::vector<Claim> out = TRY(lose_stand_in(context));
  if (const auto model = installed_chat_model(context)) {
    out.push_back(TRY(lose_real(context, *model)));
  } else {
    context.say("the default chat model or its engine is not installed: the real engine is left out");
  }
  return out;
}

}  // namespace cvp::bench
