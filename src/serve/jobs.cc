#include "serve/jobs.h"

#include <array>
#include <cmath>
#include <system_error>

#include "base/json_text.h"
#include "base/log.h"

namespace cvp::serve {
namespace {

constexpr double kTellMs = 250;             // from one event about progress to the next
constexpr double kEtaMs = 2000;             // of work before it says when it ends
constexpr double kEtaSeconds = 30 * 86400;  // what would take longer is no estimate

std::string_view state_name(JobView::State state) {
  switch (state) {
    case JobView::State::running:
      return "running";
    case JobView::State::done:
      return "done";
    case JobView::State::failed:
      return "failed";
    case JobView::State::cancelled:
      break;
  }
  return "cancelled";
}

/// The root of a job's thread: a mistake in one job does not end the server.
Result<Text> guarded(const Jobs::Work& work, const OnProgress& on_progress, const CancelToken& cancel) {
  try {
    return work(on_progress, cancel);
  } catch (const std::exception& error) {
    log::warn("a job broke off: {}", error.what());
    return fail(Errc::failed, text("an error inside cvp: {}", "cvp 内部出错：{}", error.what()),
                text("try again; if it comes again, please report it", "请重试；如果再次出现，请反馈此问题"));
  }
}

}  // namespace

struct Jobs::Job {
  const NewJob made;
  const CancelToken cancel = {};
  JobView view = {};  // by mutex_, as what follows
  // Where the rate is measured from. A step back in `done` begins another part of the work.
  bool measured = false;
  uint64_t from_done = 0;
  double from_ms = 0;
  std::optional<double> told_ms = {};
  uint64_t ended = 0;  // which in the order of ends; 0: it runs
  std::thread thread = {};
};

Jobs::~Jobs() { stop(); }

void Jobs::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const Shared& job : jobs_) job->cancel.cancel();
  }
  while (true) {
    Shared job;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job->thread.join();
  }
}

Result<JobView> Jobs::start(NewJob job, Work work) {
  const Shared made = std::make_shared<Job>(Job{.made = std::move(job)});
  JobView started;
  {
    const std::lock_guard lock(mutex_);
    if (ending_)
      return fail(Errc::unavailable, text("the server is stopping", "服务器正在停止"),
                  text("try again in a minute", "请过一分钟再试"));
    const auto runs = [](const Shared& one) { return one->ended == 0; };
    if (static_cast<size_t>(std::ranges::count_if(jobs_, runs)) >= kRunning)
      return fail(Errc::busy, text("{} tasks are running already", "已有 {} 个任务在运行", kRunning),
                  text("wait for one to end, or cancel one", "请等待其中一个结束，或取消一个"));
    made->view = {.id = next_id_,
                  .kind = made->made.kind,
                  .subject = made->made.subject,
                  .unit = made->made.unit,
                  .started_unix = clock_.unix_seconds()};
    try {
      made->thread = std::thread([this, made, work = std::move(work)] { run(made, work); });
    } catch (const std::system_error& error) {
      return fail(Errc::unavailable,
                  text("the system starts no more threads: {}", "系统无法再启动线程：{}", error.what()),
                  text("try again when less is running", "请等其他任务结束后再试"));
    }
    ++next_id_;
    jobs_.push_front(made);
    started = made->view;
  }
  tell(*made);
  return started;
}

void Jobs::run(const Shared& job, const Work& work) {
  const Result<Text> result = guarded(
      work, [&](const Progress& one) { progress(*job, one); }, job->cancel);
  const std::vector<Shared> forgotten = end(*job, result);
  tell(*job);
  // They ended long ago: nobody waits here.
  for (const Shared& one : forgotten) one->thread.join();
}

void Jobs::progress(Job& job, const Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    const double now = clock_.steady_ms();
    if (!job.measured || progress.done < job.view.done) {
      job.measured = true;
      job.from_done = progress.done;
      job.from_ms = now;
    }
    job.view.done = progress.done;
    job.view.total = progress.total;
    job.view.message = progress.what;
    if (job.told_ms && now - *job.told_ms < kTellMs) return;
    job.told_ms = now;
  }
  tell(job);
}

std::vector<Jobs::Shared> Jobs::end(Job& job, const Result<Text>& result) {
  const std::lock_guard lock(mutex_);
  job.ended = ++ends_;
  job.view.hint = {};
  if (result) {
    job.view.state = JobView::State::done;
    job.view.message = *result;
  } else {
    const bool cancelled = job.cancel.cancelled() || result.error().code == Errc::cancelled;
    job.view.state = cancelled ? JobView::State::cancelled : JobView::State::failed;
    job.view.message = cancelled ? fail_cancelled().error().message : result.error().message;
    if (!cancelled) job.view.hint = result.error().hint;
  }
  std::vector<Shared> forgotten;
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    const auto here = it++;
    if ((*here)->ended == 0 || (*here)->ended + kRemembered > ends_) continue;
    forgotten.push_back(std::move(*here));
    jobs_.erase(here);
  }
  return forgotten;
}

void Jobs::tell(const Job& job) {
  // Looked at when it is told, one event after the other: a listener never hears of an older state later.
  std::optional<JobView> now;
  std::array<std::string, 2> made;
  events_.job([&](const Caller& caller, Lang lang) -> std::optional<std::string> {
    if (!visible(job.made, caller)) return {};
    if (!now) {
      const std::lock_guard lock(mutex_);
      now = view(job);
    }
    std::string& data = made[lang == Lang::zh ? 1 : 0];
    if (data.empty()) data = json_text(job_json(*now, lang));
    return data;
  });
}

JobView Jobs::view(const Job& job) const {
  JobView out = job.view;
  if (out.state != JobView::State::running || !job.measured || out.done >= out.total) return out;
  const double spent_ms = clock_.steady_ms() - job.from_ms;
  const auto made = static_cast<double>(out.done - job.from_done);
  if (spent_ms < kEtaMs || made <= 0) return out;
  const double left_s = static_cast<double>(out.total - out.done) / made * spent_ms / 1000;
  if (left_s <= kEtaSeconds) out.eta_seconds = static_cast<int64_t>(std::ceil(left_s));
  return out;
}

std::vector<JobView> Jobs::list(const Caller& caller) const {
  const std::lock_guard lock(mutex_);
  std::vector<JobView> out;
  for (const Shared& job : jobs_)
    if (visible(job->made, caller)) out.push_back(view(*job));
  return out;
}

Result<void> Jobs::cancel(const Caller& caller, int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(jobs_, [&](const Shared& job) { return job->view.id == id; });
  if (found == jobs_.end() || !visible((*found)->made, caller))
    return fail(Errc::not_found, text("there is no task {}", "没有编号为 {} 的任务", id));
  const store::UserId owner = (*found)->made.owner;
  if (caller.user.role != store::Role::admin && (owner == 0 || owner != caller.user.id))
    return fail(Errc::refused, text("this task is not yours to stop", "你无权取消这个任务"),
                text("ask whoever started it, or an administrator", "请联系启动它的人或管理员"));
  if ((*found)->ended == 0) (*found)->cancel.cancel();
  return {};
}

bool Jobs::visible(const NewJob& job, const Caller& caller) {
  if (caller.user.role == store::Role::admin) return true;
  if (job.collection != 0) return caller.right(job.collection) != store::Right::none;
  return job.owner != 0 && job.owner == caller.user.id;
}

boost::json::object job_json(const JobView& job, Lang lang) {
  const auto eta = job.eta_seconds ? boost::json::value(*job.eta_seconds) : boost::json::value(nullptr);
  return {{"id", job.id},
          {"kind", job.kind},
          {"subject", job.subject},
          {"state", state_name(job.state)},
          {"done", job.done},
          {"total", job.total},
          {"unit", job.unit},
          {"eta_s", eta},
          {"message", job.message.in(lang)},
          {"hint", job.hint.in(lang)},
          {"started", job.started_unix}};
}

}  // namespace cvp::serve
