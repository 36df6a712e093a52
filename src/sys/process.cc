#include "sys/process.h"

#include <fcntl.h>

#include <cerrno>
#include <csignal>
#include <mutex>

#include "sys/child_handle.h"
#include "sys/host.h"
#include "sys/os_error.h"

namespace cvp::sys {

struct Process::State {
  explicit State(ChildHandle started) : child(std::move(started)) {}
  const ChildHandle child;
  std::mutex mutex;
  std::optional<int> status;  // once reaped

  std::optional<int> poll() {
    const std::lock_guard lock(mutex);
    if (!status && child.ended()) status = child.reap();
    return status;
  }
  bool reaped() {
    const std::lock_guard lock(mutex);
    return status.has_value();
  }
  void signal_group(int number) {
    const std::lock_guard lock(mutex);
    if (!status) child.signal_group(number);
  }
};

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}

Process::~Process() { stop(std::chrono::milliseconds(0)); }

pid_t Process::pid() const { return state_->child.pid(); }

Result<std::unique_ptr<Process>> Process::spawn(const SpawnOptions& options) {
  Fd input(open_retry("/dev/null", O_RDONLY));
  if (!input.valid()) return fail_errno(errno, text("read", "读取"), "/dev/null");
  Fd output = TRY(open_sink(options.stdout_file));
  Fd errors = TRY(open_sink(options.stderr_file));
  auto state = std::make_unique<State>(
      TRY(start_child(options, std::move(input), std::move(output), std::move(errors))));
  return std::unique_ptr<Process>(new Process(std::move(state)));
}

std::optional<int> Process::poll() { return state_->poll(); }

std::optional<int> Process::wait_for(std::chrono::milliseconds timeout) {
  if (!state_->reaped()) state_->child.wait_ended(timeout);
  return state_->poll();
}

void Process::stop(std::chrono::milliseconds grace) {
  if (poll()) return;
  if (grace.count() > 0) {
    state_->signal_group(SIGTERM);
    if (wait_for(grace)) return;
  }
  state_->signal_group(SIGKILL);
  // SIGKILL cannot be ignored; only a process in an uninterruptible system call takes longer, and it is
  // waited for.
  while (!wait_for(std::chrono::seconds(10))) {
  }
}

std::optional<Path> find_program(std::string_view name) {
  if (name.empty() || name.find('/') != name.npos) return std::nullopt;
  const std::string search = env("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (size_t begin = 0; begin <= search.size();) {
    const size_t end = std::min(search.find(':', begin), search.size());
    const Path candidate = Path(search.substr(begin, end - begin)) / name;
    const auto info = stat_file(candidate);
    if (end > begin && info && info->is_regular && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace cvp::sys
