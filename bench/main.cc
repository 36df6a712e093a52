// cvp-bench: measures the figures. See figure.h.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/context.h"
#include "bench/engine_child.h"
#include "bench/record.h"
#include "sys/home_lock.h"
#include "sys/host.h"
#include "sys/terminal.h"

namespace cvp::bench {
namespace {

constexpr int kMissed = 1, kFailed = 2, kSkipped = 77;

constexpr std::string_view kHelp = R"(usage: cvp-bench ID… [options] | all [options] | --list | calibrate

Measures figures on this machine, prints what was measured and the peer beside it, ends with
  ID: VALUE (target …)
and exits 0 only if the targets hold; 77 where data, engine or models are absent. Figures named together share their runs.

  --list       the figures
  --fresh      ask the models anew instead of using kept replies (figures of record); a fresh run that was
               broken off in the last 24 hours is continued
  --limit N    at most N questions, kills, rounds or seconds, for a quick look; never recorded
  --seed N     other questions for answers/*, to try something out on; never recorded
  --rebuild    build the knowledge bases anew
  calibrate    fit the default chat model's calibration and write it to data/calibration

Knowledge bases, vectors and replies are kept in $CVP_BENCH_HOME (default ~/.cache/cvp-bench); data is read from $CVP_DATA
(default ../shared/data). Whole runs are recorded in docs/figures.md.
)";

struct Arguments {
  std::vector<std::string> what;
  Options options;
  bool list = false, help = false;
  std::string problem;
};

bool is_number(const std::string& word) {
  return !word.empty() && word.size() < 10 && word.find_first_not_of("0123456789") == std::string::npos;
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments out;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--list") {
      out.list = true;
    } else if (word == "--help" || word == "-h") {
      out.help = true;
    } else if (word == "--fresh") {
      out.options.fresh = true;
    } else if (word == "--rebuild") {
      out.options.rebuild = true;
    } else if ((word == "--limit" || word == "--seed") && i + 1 < words.size() && is_number(words[i + 1])) {
      const uint64_t number = std::stoul(words[++i]);
      (word == "--limit" ? out.options.limit : out.options.seed) = number;
    } else if (!word.starts_with("-")) {
      out.what.push_back(word);
    } else {
      out.problem = fmt::format("cvp-bench: cannot use \"{}\"; see cvp-bench --help", word);
    }
  }
  return out;
}

void set_folders(Options& options) {
  options.source = sys::env("CVP_SOURCE").value_or(CVP_SOURCE_FOLDER);
  options.data =
      sys::env("CVP_DATA").value_or((options.source / "../shared/data").lexically_normal().string());
  const sys::Path cache = sys::env("XDG_CACHE_HOME").value_or(sys::env("HOME").value_or("/tmp") + "/.cache");
  options.home = sys::env("CVP_BENCH_HOME").value_or((cache / "cvp-bench").string());
  options.binaries = sys::self_executable().parent_path();
}

void print_error(const Error& error) {
  fmt::print(stderr, "{}\n", error.message.en);
  if (!error.hint.empty()) fmt::print(stderr, "{}\n", error.hint.en);
}

Result<void> record(Context& context, const Figure& figure, const std::vector<Claim>& claims) {
  const Options& options = context.options();
  if (options.limit > 0 || options.seed > 0) return {};
  if (figure.asks_models && !options.fresh) {
    context.say("(not recorded: kept replies may have been used; --fresh asks anew)");
    return {};
  }
  const std::string command =
      fmt::format("./dev bench {}{}", figure.id, figure.asks_models ? " --fresh" : "");
  return write_record(options.source, TRY(describe_run(options.source, figure.id, claims, command)));
}

/// The figure's exit status.
int run_figure(Context& context, const Figure& figure) {
  context.say("== {}: {}", figure.id, figure.what);
  const auto claims = figure.run(context);
  if (!claims) {
    print_error(claims.error());
    const bool absent = claims.error().code == Errc::not_found;
    context.say("{}: {}", figure.id, absent ? "skipped" : "failed");
    return absent ? kSkipped : kFailed;
  }
  const auto recorded = record(context, figure, *claims);
  if (!recorded) print_error(recorded.error());
  context.say("{}", last_line(figure.id, *claims));
  return all_hold(*claims) && recorded ? 0 : kMissed;
}

/// The figures of these names, or all; an empty result names nothing that exists.
std::vector<const Figure*> wanted_figures(const std::vector<std::string>& names) {
  std::vector<const Figure*> out;
  if (names == std::vector<std::string>{"all"}) {
    for (const Figure& figure : figures()) out.push_back(&figure);
    return out;
  }
  for (const std::string& name : names) {
    const auto found = std::ranges::find(figures(), name, &Figure::id);
    if (found == figures().end()) {
      fmt::print(stderr, "cvp-bench: no figure \"{}\"; see cvp-bench --list\n", name);
      return {};
    }
    out.push_back(&*found);
  }
  return out;
}

int run_figures(Context& context, const std::vector<const Figure*>& wanted) {
  int status = 0;
  for (const Figure* figure : wanted) {
    if (context.cancel().cancelled()) return kFailed;
    const int one = run_figure(context, *figure);
    if (one != 0 && status != kMissed && status != kFailed) status = one;
    if (one == kFailed) status = kFailed;
  }
  if (status == kFailed) return status;
  if (const auto ended = context.end_fresh_run(); !ended) print_error(ended.error());
  return status;
}

int run(const Arguments& arguments) {
  const bool calibrating = arguments.what == std::vector<std::string>{"calibrate"};
  const std::vector<const Figure*> wanted =
      calibrating ? std::vector<const Figure*>{} : wanted_figures(arguments.what);
  if (!calibrating && wanted.empty()) return 2;
  const CancelToken cancel;
  sys::cancel_on_signals(cancel);
  const auto made = sys::make_folders(arguments.options.home);
  if (!made) return print_error(made.error()), 1;
  const auto lock = sys::HomeLock::acquire(arguments.options.home, "bench", std::chrono::seconds(1),
                                           sys::real_clock(), cancel);
  if (!lock) return print_error(lock.error()), 1;
  Context context(arguments.options, cancel);
  if (!calibrating) return run_figures(context, wanted);
  const auto done = calibrate(context);
  if (!done) print_error(done.error());
  return done ? 0 : done.error().code == Errc::not_found ? kSkipped : 1;
}

int main_with(const std::vector<std::string>& words) {
  // A server under measurement starts this program as its engine.
  if (!words.empty() && words.front() == kEngineChild) return run_engine_child(words);
  Arguments arguments = parse(words);
  if (arguments.help) {
    fmt::print("{}", kHelp);
    return 0;
  }
  if (!arguments.problem.empty()) {
    fmt::print(stderr, "{}\n", arguments.problem);
    return 2;
  }
  if (arguments.list) {
    for (const Figure& figure : figures()) fmt::print("{:18} {}\n", figure.id, figure.what);
    return 0;
  }
  if (arguments.what.empty()) {
    fmt::print(stderr, "{}", kHelp);
    return 2;
  }
  set_folders(arguments.options);
  return run(arguments);
}

}  // namespace
}  // namespace cvp::bench

int main(int argc, char** argv) { return cvp::bench::main_with({argv + 1, argv + argc}); }
