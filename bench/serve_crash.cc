// crash/serve: a server that receives files, answers and changes settings is killed at random moments; what
// it had acknowledged must be there when it runs again, and nothing that it started may outlive it.
#include <signal.h>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "bench/figure.h"
#include "bench/json_fields.h"
#include "bench/models.h"
#include "bench/process_tree.h"
#include "bench/serve_lab.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr size_t kKills = 100;
constexpr size_t kUploaders = 2;
constexpr uint64_t kSeed = 6;
constexpr uint64_t kLeastMs = 300, kMostMs = 3000;  // of a server's life
constexpr double kOrphanMs = 2000;
constexpr std::chrono::milliseconds kAgain{20}, kLook{20};
constexpr const char* kSetting = "answer.sentences";
constexpr int64_t kSettingMost = 20;

struct KeptDocument {
  int64_t id = 0;
  std::string bytes;
};
struct KeptMessage {
  int64_t chat = 0, id = 0;
};
/// What the server said that it has.
struct Acknowledged {
  std::vector<KeptDocument> documents;
  std::vector<KeptMessage> messages;
  int64_t setting = 0, tried = 0;  // the last change that was acknowledged, and the last that was sent
};

/// Everybody at once, until it is stopped.
class Work {
 public:
  Work(const ApiClient& client, int64_t collection, size_t life, int64_t setting)
      : client_(client), collection_(collection), life_(life) {
    kept_.setting = kept_.tried = setting;
    for (size_t i = 0; i < kUploaders; ++i) threads_.emplace_back([this, i] { upload(i); });
    threads_.emplace_back([this] { ask(); });
    threads_.emplace_back([this] { change(); });
  }
  ~Work() { stop(); }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  Acknowledged stop() {
    ending_.cancel();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return kept_;
  }

 private:
  void upload(size_t number) {
    for (size_t i = 0; !ending_.cancelled(); ++i) {
      const std::string name = fmt::format("note-{}-{}-{}.md", life_, number, i);
      const std::string bytes =
          fmt::format("# {}\n\nThe valve of line {} opens at {} bar.\n", name, i, life_);
      const auto id = client_.upload(collection_, name, bytes, ending_);
      if (id) {
        const std::lock_guard lock(mutex_);
        kept_.documents.push_back({*id, bytes});
      } else {
        sys::real_clock().sleep_for(kAgain);
      }
    }
  }

  void ask() {
    while (!ending_.cancelled()) {
      const auto end = client_.ask("At how many bar does the valve of line 1 open?", "extract", ending_);
      if (end && end->answered) {
        const std::lock_guard lock(mutex_);
        kept_.messages.push_back({number_in(end->last, "chat"), number_in(end->last, "message")});
      } else {
        sys::real_clock().sleep_for(kAgain);
      }
    }
  }

  void change() {
    for (int64_t value = kept_.setting; !ending_.cancelled();) {
      value = value % kSettingMost + 1;
      {
        const std::lock_guard lock(mutex_);
        kept_.tried = value;
      }
      const auto changed = client_.patch("/api/settings", {{kSetting, value}});
      // One that was not acknowledged may hold or not: the server that could say so is dead.
      if (!changed) return;
      {
        const std::lock_guard lock(mutex_);
        kept_.setting = value;
      }
      sys::real_clock().sleep_for(kAgain);
    }
  }

  const ApiClient client_;
  const int64_t collection_;
  const size_t life_;
  const CancelToken ending_;
  std::mutex mutex_;  // guards kept_
  Acknowledged kept_;
  std::vector<std::thread> threads_;
};

class ServeCrasher {
 public:
  ServeCrasher(Context& context, Lab& lab) : context_(context), lab_(lab), random_(kSeed) {}

  Result<void> run() {
    collection_ = TRY(lab_.new_collection("notes"));
    setting_ = TRY(setting_now());
    const size_t kills = context_.limited(kKills);
    const OnProgress on_progress = context_.progress();
    for (size_t i = 0; i < kills; ++i) {
      if (context_.cancel().cancelled()) return fail_cancelled();
      TRY(kill_once(i));
      on_progress({text("killing", "正在强制终止"), i + 1, kills});
    }
    TRY(check(all_));  // once more, all that was ever acknowledged
    lab_.server().stop();
    return check_store();
  }

  void say() const {
    context_.say("seed {}; {} kills, {} of them with an engine running; acknowledged: {} uploads, {} answers",
                 kSeed, kills_, with_engine_, all_.documents.size(), all_.messages.size());
    context_.say("{} checks after restarts, slowest restart {:.0f} ms", checked_, slowest_start_ms_);
  }
  bool sound() const { return lost_ == 0 && corrupt_ == 0; }
  std::vector<Claim> claims(bool engines) const {
    std::vector<Claim> out;
    out.push_back({fmt::format("{} acknowledged uploads, answers or settings lost", lost_), "0",
                   lost_ == 0 && !all_.documents.empty() && !all_.messages.empty()});
    out.push_back({fmt::format("{} corrupt stores", corrupt_), "0", corrupt_ == 0});
    out.push_back({engines ? fmt::format("{} processes left after 2 s", orphans_) : "no engine to be left",
                   "0", orphans_ == 0 && with_engine_ > 0});
    return out;
  }

 private:
  Result<void> kill_once(size_t life) {
    const auto lives = std::chrono::milliseconds(kLeastMs + random_() % (kMostMs - kLeastMs));
    Acknowledged kept;
    {
      Work work(lab_.admin(), collection_, life, setting_);
      std::this_thread::sleep_for(lives);
      if (!lab_.server().running())
        return fail(Errc::failed, text("the server ended by itself", "服务器自行退出"));
      with_engine_ += !lab_.server().engines().empty();
      lab_.server().kill();
      kept = work.stop();
    }
    ++kills_;
    count_orphans();
    const double begin = sys::real_clock().steady_ms();
    TRY(lab_.start_again());
    slowest_start_ms_ = std::max(slowest_start_ms_, sys::real_clock().steady_ms() - begin);
    all_.documents.insert(all_.documents.end(), kept.documents.begin(), kept.documents.end());
    all_.messages.insert(all_.messages.end(), kept.messages.begin(), kept.messages.end());
    TRY(check_setting(kept));
    return check(kept);
  }

  void count_orphans() {
    const std::string variable = "CVP_HOME=" + lab_.home().string();
    const double begin = sys::real_clock().steady_ms();
    std::vector<int> left = running_with(variable);
    while (!left.empty() && sys::real_clock().steady_ms() - begin < kOrphanMs) {
      sys::real_clock().sleep_for(kLook);
      left = running_with(variable);
    }
    for (const int pid : left) {
      context_.say("left behind: {}", command_line(pid));
      ::kill(pid, SIGKILL);
    }
    orphans_ += left.size();
  }

  Result<int64_t> setting_now() const {
    const boost::json::object settings = TRY(lab_.admin().get("/api/settings"));
    for (const boost::json::value& item : array_in(settings, "items"))
      if (item.is_object() && text_in(item.get_object(), "key") == kSetting)
        return number_in(item.get_object(), "value");
    return fail(Errc::failed, text("no setting {}", "没有设置项 {}", kSetting));
  }

  Result<void> check_setting(const Acknowledged& kept) {
    setting_ = TRY(setting_now());
    ++checked_;
    if (setting_ == kept.setting || setting_ == kept.tried) return {};
    ++lost_;
    context_.say("lost: {} is {}, acknowledged was {}", kSetting, setting_, kept.setting);
    return {};
  }

  Result<void> check(const Acknowledged& kept) {
    const ApiClient& client = lab_.admin();
    for (const KeptDocument& document : kept.documents) {
      const ApiReply reply = TRY(client.send("GET", fmt::format("/api/documents/{}/original", document.id)));
      ++checked_;
      if (reply.status == 200 && reply.body == document.bytes) continue;
      ++lost_;
      context_.say("lost: document {} ({})", document.id, reply.status);
    }
    for (const KeptMessage& message : kept.messages) {
      const ApiReply reply = TRY(client.send("GET", fmt::format("/api/chats/{}", message.chat)));
      ++checked_;
      if (reply.status == 200 && has_answer(object_of(reply.body), message.id)) continue;
      ++lost_;
      context_.say("lost: message {} of chat {} ({})", message.id, message.chat, reply.status);
    }
    return {};
  }

  static bool has_answer(const boost::json::object& chat, int64_t message) {
    for (const boost::json::value& one : array_in(chat, "messages"))
      if (one.is_object() && number_in(one.get_object(), "id") == message)
        return !object_in(one.get_object(), "answer").empty();
    return false;
  }

  Result<void> check_store() {
    const auto store = store::Store::open(lab_.home(), sys::real_clock());
    if (!store) {
      ++corrupt_;
      context_.say("corrupt: {}", store.error().message.en);
      return {};
    }
    const std::vector<Text> problems = TRY((*store)->verify(true, {}));
    for (const Text& problem : problems) context_.say("corrupt: {}", problem.en);
    corrupt_ += !problems.empty();
    return {};
  }

  Context& context_;
  Lab& lab_;
  std::mt19937_64 random_;
  int64_t collection_ = 0, setting_ = 0;
  Acknowledged all_;
  size_t kills_ = 0, with_engine_ = 0, checked_ = 0, lost_ = 0, corrupt_ = 0, orphans_ = 0;
  double slowest_start_ms_ = 0;
};

}  // namespace

Result<std::vector<Claim>> crash_serve(Context& context) {
  // The embedding model's engine, which every upload keeps busy. Without it all but the orphans is measured.
  const auto embedder = installed_default(context.options().home, model::ModelRole::embedding,
                                          context.progress(), context.cancel());
  std::optional<Error> absent;
  if (!embedder) absent = embedder.error();
  const auto prepare = [&](const sys::Path& home) -> Result<void> {
    if (absent) return {};
    const auto linked = link_models(context, *embedder, home);
    if (!linked && linked.error().code != Errc::not_found) return linked;
    if (!linked) absent = linked.error();
    return {};
  };
  const auto lab = TRY(Lab::create(context, {.prepare = prepare}));
  if (absent && absent->code != Errc::not_found) return std::unexpected(*absent);
  ServeCrasher crasher(context, *lab);
  TRY(crasher.run());
  crasher.say();
  // Half a figure is none, unless it is missed already.
  if (absent && crasher.sound()) {
    context.say("nothing was lost; whether engines are left is not known without one");
    return std::unexpected(*absent);
  }
  return crasher.claims(!absent);
}

}  // namespace cvp::bench
