// Evaluations: own question sets, run beside what people ask, kept to be compared.
#include <memory>

#include "serve/evaluation_run.h"
#include "serve/evaluation_set.h"
#include "serve/evaluations.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

using Runs = std::shared_ptr<Evaluations>;

Result<net::Reply> list(Evaluations& runs, Call& call) {
  boost::json::array items;
  for (const EvalRun& run : TRY(runs.list(call.caller))) items.push_back(run_json(run, call.lang));
  return json_reply(boost::json::object{{"items", std::move(items)}});
}

Result<net::Reply> show(Evaluations& runs, Call& call) {
  const EvalRun run = TRY(runs.run(call.caller, TRY(call.id("id"))));
  boost::json::object out = run_json(run, call.lang);
  out["items"] = TRY(runs.items(run.id));
  return json_reply(out);
}

/// Whatever breaks off, the run does not go on for ever.
struct Working {
  Evaluations& runs;
  const int64_t id;
  ~Working() { runs.leave(id); }
};

Result<Text> work(Backend& backend, Evaluations& runs, const EvalRun& run, const Caller& starter,
                  const EvaluationSet& set, const OnProgress& on_progress, const CancelToken& cancel) {
  const Working working{runs, run.id};
  const auto result = run_evaluation(backend, starter, set, on_progress, cancel);
  if (!result) {
    const Error& error = result.error();
    const bool stopped = cancel.cancelled();
    TRY(runs.end(run.id, stopped ? "cancelled" : "failed", {}, {}, error.message, error.hint));
    return std::unexpected(error);
  }
  TRY(runs.end(run.id, "done", result->measures, result->items, result->note, {}));
  return text("{} questions evaluated", "已评测 {} 个问题", set.questions.size());
}

Result<net::Reply> start(Backend& backend, const Runs& runs, Call& call) {
  const auto set =
      std::make_shared<const EvaluationSet>(TRY(read_evaluation_set(call.body, call.caller, backend.store)));
  const EvalRun run =
      TRY(runs->begin({.owner = call.caller.user.id,
                       .name = set->name,
                       .kind = set->kind == EvaluationSet::Kind::answers ? "answers" : "retrieval",
                       .questions = set->questions.size(),
                       .started_unix = backend.clock.unix_seconds()}));
  const auto begin = [&]() -> Result<void> {
    TRY(backend.audit(call, "evaluation.start", set->name));
    TRY(backend.jobs.start(
        {.kind = "eval", .subject = set->name, .unit = "questions", .owner = call.caller.user.id},
        [&backend, runs, run, set, starter = call.caller](const OnProgress& on_progress,
                                                          const CancelToken& cancel) {
          return work(backend, *runs, run, starter, *set, on_progress, cancel);
        }));
    return {};
  };
  if (const auto begun = begin(); !begun) {
    TRY(runs->forget(run.id));
    return std::unexpected(begun.error());
  }
  return json_reply(run_json(run, call.lang), 202);
}

}  // namespace

std::vector<Route> evaluation_routes(Backend& backend) {
  const auto runs = std::make_shared<Evaluations>(backend.store);
  return {{.method = "GET",
           .pattern = "/api/evaluations",
           .summary = text("Your evaluations with their measures; administrators see everybody's",
                           "你的评测及其指标；管理员可以看到所有人的"),
           .gives = "EvaluationList",
           .run = [runs](Call& call) { return list(*runs, call); }},
          {.method = "POST",
           .pattern = "/api/evaluations",
           .scope = Scope::ask,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Starts to ask a set of questions and to measure what is found or answered",
                           "开始逐一提问一组问题，衡量检索或回答的效果"),
           .takes = "NewEvaluation",
           .gives = "Evaluation",
           .gives_status = 202,
           .run = [&backend, runs](Call& call) { return start(backend, runs, call); }},
          {.method = "GET",
           .pattern = "/api/evaluations/{id}",
           .summary = text("One evaluation, question by question", "查看一次评测的逐题结果"),
           .gives = "EvaluationDetails",
           .run = [runs](Call& call) { return show(*runs, call); }}};
}

}  // namespace cvp::serve
