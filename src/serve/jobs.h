// Long work that goes on without its caller: pulls, evaluations, folders. The page shows it, anybody who may
// can stop it.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"
#include "serve/caller.h"
#include "serve/event_hub.h"

namespace cvp::serve {

struct JobView {
  int64_t id = 0;
  std::string kind, subject;  // "pull", "qwen…"
  enum class State { running, done, failed, cancelled } state = State::running;
  uint64_t done = 0, total = 0;
  std::string_view unit;               // "bytes", "files", "chunks", "questions"
  std::optional<int64_t> eta_seconds;  // once it ran for long enough to tell
  Text message, hint;
  int64_t started_unix = 0;
};

/// Thread-safe. Ended jobs are remembered until kRemembered others ended after them. The destructor stops
/// them.
class Jobs {
 public:
  static constexpr size_t kRunning = 16, kRemembered = 100;

  Jobs(const Clock& clock, EventHub& events) : clock_(clock), events_(events) {}
  ~Jobs();
  /// Cancels all and waits; nothing is started any more.
  void stop();

  struct NewJob {
    std::string kind, subject;
    std::string_view unit;
    store::UserId owner = 0;  // sees and may stop it, as admins do; 0: nobody's
    /// Whoever may read it sees the job, and of the others only admins do, its owner included: what it says
    /// may name documents. 0: none.
    store::CollectionId collection = 0;
  };
  using Work = std::function<Result<Text>(const OnProgress&, const CancelToken&)>;
  /// Runs `work` on a thread of its own; its Text is the job's last message. Errc::busy: too many run.
  Result<JobView> start(NewJob job, Work work);
  std::vector<JobView> list(const Caller& caller) const;  // newest first
  /// Errc::not_found also for jobs that the caller does not see; Errc::refused where he may not stop it. A
  /// job that ended stays as it is.
  Result<void> cancel(const Caller& caller, int64_t id);

 private:
  struct Job;
  using Shared = std::shared_ptr<Job>;

  void run(const Shared& job, const Work& work);
  void progress(Job& job, const Progress& progress);
  void tell(const Job& job);
  JobView view(const Job& job) const;
  std::vector<Shared> end(Job& job, const Result<Text>& result);
  static bool visible(const NewJob& job, const Caller& caller);

  const Clock& clock_;
  EventHub& events_;
  mutable std::mutex mutex_;
  std::list<Shared> jobs_;  // newest first; by mutex_, as what follows
  int64_t next_id_ = 1;
  uint64_t ends_ = 0;
  bool ending_ = false;
};

boost::json::object job_json(const JobView& job, Lang lang);

}  // namespace cvp::serve
