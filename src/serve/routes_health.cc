// For whoever watches the server: is it alive, is it ready, how is it doing.
#include "serve/readiness.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

bool sees_details(const Caller& caller) {
  return caller.user.role == store::Role::admin && caller.may(Scope::admin);
}

std::string_view state_name(Readiness::State state) {
  switch (state) {
    case Readiness::State::ready:
      return "ready";
    case Readiness::State::degraded:
      return "degraded";
    case Readiness::State::unavailable:
      break;
  }
  return "unavailable";
}

/// "store, engine", with the reasons for administrators.
Text failing(const std::vector<Readiness::Check>& checks, bool details) {
  Text out;
  for (const Readiness::Check& one : checks) {
    if (one.ok) continue;
    if (!out.empty()) out = out + text(", ", "；");
    out = out + verbatim(one.name);
    if (details) out = out + text(": {}", "：{}", one.problem);
  }
  return out;
}

net::Reply not_ready(const Readiness::Report& report, const Call& call) {
  const Text what = failing(report.checks, sees_details(call.caller));
  const Text message =
      what.empty() ? text("not ready yet", "尚未就绪") : text("not ready: {}", "未就绪：{}", what);
  net::Reply reply = error_reply(503, "unavailable", message, {}, call.lang);
  reply.headers.emplace_back("Retry-After", "5");
  return reply;
}

net::Reply ready(Readiness& readiness, const Call& call) {
  const Readiness::Report report = readiness.report();
  if (report.state == Readiness::State::unavailable) return not_ready(report, call);
  boost::json::array checks;
  for (const Readiness::Check& one : report.checks) {
    boost::json::object json{{"name", one.name}, {"ok", one.ok}};
    if (sees_details(call.caller)) json["text"] = one.problem.in(call.lang);
    checks.push_back(std::move(json));
  }
  return json_reply(boost::json::object{{"status", state_name(report.state)}, {"checks", std::move(checks)}});
}

Result<net::Reply> metrics(Backend& backend, const Call& call) {
  Metrics::Now now{.questions_waiting = backend.generation.waiting(),
                   .questions_running = backend.generation.running(),
                   .searches_waiting = backend.retrieval.waiting(),
                   .searches_running = backend.retrieval.running()};
  const auto jobs = backend.jobs.list(call.caller);
  now.jobs_running = std::ranges::count(jobs, JobView::State::running, &JobView::state);
  const auto collections = TRY(backend.store.collections());
  now.collections = collections.size();
  for (const store::Collection& one : collections) now.documents += one.documents;
  const auto index = TRY(backend.index.status(nullptr));
  now.chunks = index.chunks;
  now.vectors = index.with_vector;
  return net::Reply{.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                                {"Cache-Control", "no-store"}},
                    .body = backend.metrics.text(now)};
}

}  // namespace

std::vector<Route> health_routes(Backend& backend) {
  const auto readiness = std::make_shared<Readiness>(backend);
  return {{.method = "GET",
           .pattern = "/health/live",
           .need = Need::nobody,
           .summary = text("Answers as long as the process does", "进程正常时即应答"),
           .gives = "Liveness",
           .run = [](Call&) -> Result<net::Reply> {
             return json_reply(boost::json::object{{"status", "ok"}});
           }},
          {.method = "GET",
           .pattern = "/health/ready",
           .need = Need::nobody,
           .summary =
               text("Whether the store can be written, the index read, and the engine answers; reasons are "
                    "for administrators",
                    "存储能否写入、索引能否读取、引擎是否应答；原因只告诉管理员"),
           .gives = "Readiness",
           .run = [readiness](Call& call) -> Result<net::Reply> { return ready(*readiness, call); }},
          {.method = "GET",
           .pattern = "/metrics",
           .need = Need::admin,
           .scope = Scope::admin,
           .summary = text("Counts and durations for Prometheus", "供 Prometheus 采集的计数与耗时"),
           .gives_type = "text/plain",
           .run = [&backend](Call& call) { return metrics(backend, call); }}};
}

}  // namespace cvp::serve
