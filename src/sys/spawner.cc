// One thread forks all children. PR_SET_PDEATHSIG fires when the *thread* that forked ends, so that a child
// started by a worker thread would die with the worker; this thread lives as long as the process.
#include "sys/spawner.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>

namespace cvp::sys {
namespace {

struct Failure {
  int stage;
  int error;
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& s : strings) out.push_back(const_cast<char*>(s.c_str()));
  out.push_back(nullptr);
  return out;
}

/// Pointers and numbers the child reads; made before fork.
struct RawPlan {
  const char* program;
  char* const* argv;
  char* const* environment;
  const char* folder;  // or nullptr
  int input, output, errors, report;
  const PreparedSandbox* sandbox;
  int nice;
  pid_t parent;
};

[[noreturn]] void give_up(int report, SpawnStage stage, int error) {
  const Failure failure{static_cast<int>(stage), error};
  [[maybe_unused]] const ssize_t n = ::write(report, &failure, sizeof failure);
  ::_exit(127);
}

/// 0, 1 and 2 become what the plan says. The sources were moved above 2 before, so that none is overwritten.
bool place_streams(const RawPlan& plan) {
  return ::dup2(plan.input, 0) >= 0 && ::dup2(plan.output, 1) >= 0 && ::dup2(plan.errors, 2) >= 0;
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// After fork: async-signal-safe calls only.
[[noreturn]] void child(const RawPlan& plan) {
  ::setpgid(0, 0);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(plan.report, SpawnStage::setup, errno);
  if (::getppid() != plan.parent) ::_exit(127);  // the parent ended before prctl
  reset_signals();
  if (!place_streams(plan)) give_up(plan.report, SpawnStage::setup, errno);
  // Descriptors of libraries that forgot O_CLOEXEC; older kernels lack the call.
  ::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
  if (plan.nice != 0) ::setpriority(PRIO_PROCESS, 0, plan.nice);
  if (plan.folder != nullptr && ::chdir(plan.folder) != 0) give_up(plan.report, SpawnStage::folder, errno);
  if (plan.sandbox != nullptr) {
    if (const int error = plan.sandbox->apply(); error != 0) give_up(plan.report, SpawnStage::sandbox, error);
  }
  ::execve(plan.program, plan.argv, plan.environment);
  give_up(plan.report, SpawnStage::exec, errno);
}

/// A descriptor above 2, so that place_streams cannot overwrite it.
Fd above_streams(int fd) { return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

SpawnOutcome fork_and_wait(const ChildPlan& plan) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {.error = errno};
  const Fd report_in(ends[0]);
  Fd report_out_low(ends[1]);
  const Fd report_out = above_streams(ends[1]), input = above_streams(plan.input.get()),
           output = above_streams(plan.output.get()), errors = above_streams(plan.errors.get());
  if (!report_out.valid() || !input.valid() || !output.valid() || !errors.valid()) return {.error = errno};
  report_out_low.reset();
  const std::vector<char*> argv = pointers(plan.argv), environment = pointers(plan.environment);
  const RawPlan raw{.program = plan.program.c_str(),
                    .argv = argv.data(),
                    .environment = environment.data(),
                    .folder = plan.working_folder.empty() ? nullptr : plan.working_folder.c_str(),
                    .input = input.get(),
                    .output = output.get(),
                    .errors = errors.get(),
                    .report = report_out.get(),
                    .sandbox = plan.sandbox,
                    .nice = plan.nice,
                    .parent = ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) return {.error = errno};
  if (pid == 0) child(raw);
  ::setpgid(pid, pid);  // also here, so that the group exists before anyone kills it
  const_cast<Fd&>(report_out).reset();
  Failure failure{};
  ssize_t n;
  do {
    n = ::read(report_in.get(), &failure, sizeof failure);
  } while (n < 0 && errno == EINTR);
  if (n != sizeof failure) return {.pid = pid};
  ::waitpid(pid, nullptr, 0);
  return {.stage = static_cast<SpawnStage>(failure.stage), .error = failure.error};
}

/// Never destroyed: the thread must outlive every child, and ends with the process.
class Spawner {
 public:
  Spawner() {
    // A parent may have left it ignored, which survives exec: the kernel would then reap every child itself
    // and no status would ever arrive.
    ::signal(SIGCHLD, SIG_DFL);
    std::thread([this] { serve(); }).detach();
  }
  SpawnOutcome spawn(const ChildPlan& plan) {
    Request request{.plan = &plan};
    std::unique_lock lock(mutex_);
    queue_.push_back(&request);
    changed_.notify_all();
    changed_.wait(lock, [&] { return request.done; });
    return request.outcome;
  }

 private:
  struct Request {
    const ChildPlan* plan;
    SpawnOutcome outcome{};
    bool done = false;
  };
  void serve() {
    // Signals are for the threads that wait for them.
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return !queue_.empty(); });
      Request* request = queue_.front();
      queue_.pop_front();
      lock.unlock();
      const SpawnOutcome outcome = fork_and_wait(*request->plan);
      lock.lock();
      request->outcome = outcome;
      request->done = true;
      changed_.notify_all();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request*> queue_;  // bounded by the number of threads, each of which waits
};

}  // namespace

SpawnOutcome spawn_child(const ChildPlan& plan) {
  static Spawner* const spawner = new Spawner;
  return spawner->spawn(plan);
}

}  // namespace cvp::sys
