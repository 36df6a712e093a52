// crash/add: `cvp add` is killed at random moments; what it had acknowledged must be there, and the store
// sound.
#include <signal.h>

#include <boost/json.hpp>

#include <chrono>
#include <random>
#include <thread>

#include "bench/context.h"
#include "bench/figure.h"
#include "sys/host.h"
#include "sys/process.h"
#include "sys/sha256.h"

namespace cvp::bench {
namespace {

constexpr size_t kKills = 50;
constexpr size_t kKillsPerHome = 5;  // a home is killed, continued and killed again
constexpr size_t kCopies = 8;        // of every demo document, each made different
constexpr uint64_t kSeed = 5;
constexpr uint64_t kOutputBytes = 64 << 20;

struct Acknowledged {
  std::string uri;
  store::DocumentId document = 0;
};

/// Whole lines of what `cvp add --json` printed.
Result<std::vector<Acknowledged>> acknowledged(const std::string& printed) {
  std::vector<Acknowledged> out;
  for (size_t begin = 0; begin < printed.size();) {
    const size_t end = printed.find('\n', begin);
    if (end == std::string::npos) break;
    boost::system::error_code error;
    const auto value =
        boost::json::parse(boost::json::string_view(printed.data() + begin, end - begin), error);
    begin = end + 1;
    if (error || !value.is_object())
      return fail(Errc::corrupt, text("cvp add --json printed no JSON", "cvp add --json 输出的不是 JSON"));
    const auto& object = value.get_object();
    const auto* outcome = object.if_contains("outcome");
    const auto* uri = object.if_contains("uri");
    const auto* document = object.if_contains("document");
    if (!outcome || !outcome->is_string() || !uri || !uri->is_string()) continue;
    const std::string_view kind(outcome->get_string().data(), outcome->get_string().size());
    if (kind != "added" && kind != "updated" && kind != "unchanged") continue;
    out.push_back(
        {std::string(uri->get_string()), document && document->is_int64() ? document->get_int64() : 0});
  }
  return out;
}

class Crasher {
 public:
  Crasher(Context& context, sys::Path root) : context_(context), root_(std::move(root)), random_(kSeed) {}

  Result<std::vector<Claim>> run() {
    TRY(copy_documents());
    const double whole_ms = TRY(add_all(root_ / "timing"));
    context_.say("{} files; one whole `cvp add` takes {:.0f} ms; seed {}", written_, whole_ms, kSeed);
    const size_t kills = context_.limited(kKills);
    const OnProgress on_progress = context_.progress();
    for (size_t i = 0; i < kills; ++i) {
      if (context_.cancel().cancelled()) return fail_cancelled();
      TRY(kill_once(root_ / fmt::format("home{}", i / kKillsPerHome), whole_ms));
      on_progress({text("killing", "正在强制终止"), i + 1, kills});
    }
    context_.say("{} killed while running, {} had ended before; {} acknowledgements checked", killed_,
                 kills - killed_, checked_);
    Claim lost{fmt::format("{} acknowledged documents lost", lost_), "0", lost_ == 0 && checked_ > 0};
    Claim corrupt{fmt::format("{} corrupt stores", corrupt_), "0", corrupt_ == 0 && killed_ > 0};
    return std::vector<Claim>{lost, corrupt};
  }

 private:
  /// Copies of the demo documents; text ones differ by a line at the end, so that each is a document of its
  /// own.
  Result<void> copy_documents() {
    const sys::Path from = context_.options().source / "demo" / "documents";
    files_ = root_ / "documents";
    for (const sys::Path& path : TRY(sys::list_files(from, 1000))) {
      const std::string bytes = TRY(sys::read_file(path, kOutputBytes));
      const bool is_text = path.extension() == ".md" || path.extension() == ".txt";
      for (size_t copy = 0; copy < (is_text ? kCopies : 1); ++copy) {
        const sys::Path to = files_ / fmt::format("{}{}", copy, path.filename().string());
        TRY(sys::make_folders(files_));
        TRY(sys::write_file_atomic(to, is_text ? bytes + fmt::format("\n\nCopy {}.\n", copy) : bytes));
        ++written_;
      }
    }
    return {};
  }

  sys::SpawnOptions command(const sys::Path& home, const sys::Path& out) const {
    sys::SpawnOptions options;
    options.argv = {(context_.options().binaries / "cvp").string(), "add", "--json", files_.string()};
    options.env = {{"CVP_HOME", home.string()}, {"XDG_CONFIG_HOME", (root_ / "config").string()}};
    options.stdout_file = out;
    options.stderr_file = root_ / "errors";
    return options;
  }

  /// Milliseconds of an add that nobody disturbs.
  Result<double> add_all(const sys::Path& home) {
    const double begin = sys::real_clock().steady_ms();
    const auto process = TRY(sys::Process::spawn(command(home, root_ / "out")));
    const auto status = process->wait_for(std::chrono::minutes(2));
    if (!status || *status != 0) {
      const auto errors = sys::read_file(root_ / "errors", kOutputBytes);
      return fail(Errc::failed,
                  text("cvp add does not work: {}", "cvp add 无法运行：{}", errors ? *errors : "?"));
    }
    return sys::real_clock().steady_ms() - begin;
  }

  Result<void> kill_once(const sys::Path& home, double whole_ms) {
    const sys::Path out = root_ / "out";
    TRY(sys::remove_file(out));
    const auto wait = std::chrono::microseconds(random_() % static_cast<uint64_t>(1000 * whole_ms));
    {
      const auto process = TRY(sys::Process::spawn(command(home, out)));
      std::this_thread::sleep_for(wait);
      killed_ += !process->poll();
      ::kill(process->pid(), SIGKILL);
      process->wait_for(std::chrono::seconds(10));
    }
    std::vector<Acknowledged> acks;
    if (sys::exists(out)) acks = TRY(acknowledged(TRY(sys::read_file(out, kOutputBytes))));
    return check(home, acks);
  }

  Result<void> check(const sys::Path& home, const std::vector<Acknowledged>& acks) {
    if (!sys::exists(home / "cvp.db")) {
      lost_ += acks.size();
      return {};
    }
    auto store = store::Store::open(home, sys::real_clock());
    if (!store) {
      context_.say("corrupt: {}", store.error().message.en);
      ++corrupt_;
      lost_ += acks.size();
      return {};
    }
    const std::vector<Text> problems = TRY((*store)->verify(true, {}));
    for (const Text& problem : problems) context_.say("corrupt: {}", problem.en);
    corrupt_ += !problems.empty();
    for (const Acknowledged& ack : acks) {
      ++checked_;
      if (TRY(is_there(**store, ack))) continue;
      ++lost_;
      context_.say("lost: {}", ack.uri);
    }
    return {};
  }

  /// In the store with the bytes that the file has.
  Result<bool> is_there(store::Store& store, const Acknowledged& ack) {
    const std::string wanted = TRY(sys::sha256_file(ack.uri));
    const auto info = store.document(ack.document);
    return info && info->content_sha256 == wanted && info->chunks > 0;
  }

  Context& context_;
  sys::Path root_, files_;
  std::mt19937_64 random_;
  size_t written_ = 0, killed_ = 0, checked_ = 0, lost_ = 0, corrupt_ = 0;
};

}  // namespace

Result<std::vector<Claim>> crash_add(Context& context) {
  if (!sys::exists(context.options().binaries / "cvp")) {
    return fail(Errc::not_found,
                text("no program cvp beside cvp-bench", "cvp-bench 所在目录下没有 cvp 程序"));
  }
  const sys::TempFolder folder = TRY(sys::TempFolder::create("cvp-crash"));
  return Crasher(context, folder.path()).run();
}

}  // namespace cvp::bench
