#include "serve/readiness.h"

#include <algorithm>

#include "base/log.h"

namespace cvp::serve {
namespace {

constexpr const char* kWritten = "health.checked";

template <class T>
Readiness::Check check(std::string_view name, const Result<T>& result) {
  Readiness::Check out{.name = name};
  if (!result) {
    out.ok = false;
    out.problem = result.error().message;
  }
  return out;
}

Readiness::State state_of(const std::vector<Readiness::Check>& checks) {
  if (std::ranges::any_of(checks, [](const auto& one) { return !one.ok && one.needed; }))
    return Readiness::State::unavailable;
  const bool all = std::ranges::all_of(checks, &Readiness::Check::ok);
  return all ? Readiness::State::ready : Readiness::State::degraded;
}

}  // namespace

Readiness::Report Readiness::report() {
  {
    const std::lock_guard lock(mutex_);
    if (looking_ || (seen_ms_ && backend_.clock.steady_ms() - *seen_ms_ < kFreshMs)) return last_;
    looking_ = true;
  }
  Report now{.checks = look()};
  now.state = state_of(now.checks);
  const std::lock_guard lock(mutex_);
  for (const Check& one : now.checks) {
    const auto before = std::ranges::find(last_.checks, one.name, &Check::name);
    if (!one.ok && (before == last_.checks.end() || before->ok))
      log::warn("not ready: {}: {}", one.name, one.problem.en);
  }
  looking_ = false;
  seen_ms_ = backend_.clock.steady_ms();
  last_ = now;
  return now;
}

std::vector<Readiness::Check> Readiness::look() {
  std::vector<Check> out;
  out.push_back(
      check("store", backend_.store.set_value(kWritten, std::to_string(backend_.clock.unix_seconds()))));
  out.push_back(check("index", backend_.index.status(nullptr)));
  out.push_back(check("engine", backend_.host.engine_answers()));
  // New documents are not indexed or get no vectors: what is there is still found and answered from.
  Check background{.name = "background", .needed = false};
  if (const auto trouble = backend_.upkeep.trouble()) {
    background.ok = false;
    background.problem = trouble->message;
  }
  out.push_back(std::move(background));
  return out;
}

}  // namespace cvp::serve
