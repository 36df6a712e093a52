// What goes on in the background, and the stream that tells an open page of changes.
#include "serve/caller_now.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

net::Reply list(const Backend& backend, const Call& call) {
  boost::json::array items;
  for (const JobView& job : backend.jobs.list(call.caller)) items.push_back(job_json(job, call.lang));
  return json_reply(boost::json::object{{"items", std::move(items)}});
}

Result<net::Reply> cancel(Backend& backend, const Call& call) {
  const int64_t id = TRY(call.id("id"));
  const std::vector<JobView> jobs = backend.jobs.list(call.caller);
  const auto job = std::ranges::find(jobs, id, &JobView::id);
  TRY(backend.jobs.cancel(call.caller, id));
  if (job != jobs.end())
    TRY(backend.audit(call, "job.cancel", fmt::format("{} {}", job->kind, job->subject)));
  return no_content();
}

Result<net::Reply> events(Backend& backend, const Call& call) {
  if (call.request.method == "HEAD") {
    net::Reply head = event_reply(nullptr);
    head.body = std::string();
    return head;
  }
  return event_reply(
      TRY(backend.events.open(call.caller, call.lang, backend.live, [&backend](const Caller& caller) {
        return caller_now(backend.store.accounts(), backend.clock, caller);
      })));
}

}  // namespace

std::vector<Route> job_routes(Backend& backend) {
  return {{.method = "GET",
           .pattern = "/api/jobs",
           .need = Need::account,
           .scope = Scope::read,
           .summary = text("Tasks that you may see, newest first: downloads, evaluations, folders",
                           "你可以看到的任务，最新的在前：下载、评测、文件夹"),
           .gives = "Jobs",
           .run = [&backend](Call& call) -> Result<net::Reply> { return list(backend, call); }},
          {.method = "DELETE",
           .pattern = "/api/jobs/{id}",
           .need = Need::account,
           .scope = Scope::write,
           .summary = text("Stop a task", "取消任务"),
           .run = [&backend](Call& call) { return cancel(backend, call); }},
          {.method = "GET",
           .pattern = "/api/events",
           .need = Need::account,
           .scope = Scope::read,
           .summary = text("Changes as they come, as server-sent events", "以服务器推送事件的形式通知变化"),
           .gives_events = "Change",
           .run = [&backend](Call& call) { return events(backend, call); }}};
}

}  // namespace cvp::serve
