#include "sys/child_handle.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "sys/os_error.h"
#include "sys/spawner.h"

extern char** environ;

namespace cvp::sys {
namespace {

bool is_named(std::string_view name, std::string_view pattern) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
}

std::vector<std::string> child_environment(const SpawnOptions& options) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::string name(line.substr(0, line.find('=')));
    const bool removed = std::any_of(options.unset_env.begin(), options.unset_env.end(),
                                     [&](const std::string& pattern) { return is_named(name, pattern); });
    if (!removed && !options.env.contains(name)) out.emplace_back(line);
  }
  for (const auto& [name, value] : options.env) out.push_back(name + "=" + value);
  return out;
}

std::unexpected<Error> fail_no_program(const std::string& name) {
  return fail(Errc::not_found, text("no program “{}”", "找不到程序“{}”", name),
              text("install it, or give its full path", "请安装它，或写出它的完整路径"));
}

std::unexpected<Error> fail_spawn(const SpawnOptions& options, const SpawnOutcome& outcome) {
  const std::string& name = options.argv.front();
  switch (outcome.stage) {
    case SpawnStage::folder:
      return fail_errno(outcome.error, text("enter the folder", "进入文件夹"), options.working_folder);
    case SpawnStage::sandbox:
      return fail(Errc::failed, text("cannot put {} into a sandbox: {}", "无法将 {} 放入沙箱：{}", name,
                                     errno_text(outcome.error)));
    case SpawnStage::exec:
      if (outcome.error == ENOENT) return fail_no_program(name);
      break;
    case SpawnStage::setup:
      break;
  }
  return fail_errno(outcome.error, text("start", "启动"), name);
}

}  // namespace

ChildHandle::ChildHandle(pid_t pid)
    : pid_(pid), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

void ChildHandle::signal_group(int number) const { ::kill(-pid_, number); }

bool ChildHandle::ended() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid == pid_;
}

bool ChildHandle::wait_ended(std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!ended()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd event{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    // Without a descriptor poll only sleeps, which is what is wanted then.
    const auto slice = std::min<int64_t>(left.count(), pidfd_.valid() ? 60'000 : 10);
    ::poll(&event, 1, static_cast<int>(slice));
  }
  return true;
}

int ChildHandle::reap() const {
  signal_group(SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Result<Fd> open_sink(const Path& file_or_empty) {
  const Path path = file_or_empty.empty() ? Path("/dev/null") : file_or_empty;
  Fd fd(open_retry(path, O_WRONLY | (file_or_empty.empty() ? 0 : O_CREAT | O_APPEND), 0600));
  if (!fd.valid()) return fail_errno(errno, text("write", "写入"), path);
  return fd;
}

Result<ChildHandle> start_child(const SpawnOptions& options, Fd input, Fd output, Fd errors) {
  if (options.argv.empty()) return fail(Errc::usage, text("no program was named", "没有指定要运行的程序"));
  const std::string& name = options.argv.front();
  std::optional<Path> program = name.find('/') == name.npos ? find_program(name) : std::optional<Path>(name);
  if (!program) return fail_no_program(name);
  std::optional<PreparedSandbox> sandbox;
  if (options.sandbox) sandbox = TRY(prepare_sandbox(*options.sandbox));
  const ChildPlan plan{.program = *program,
                       .argv = options.argv,
                       .environment = child_environment(options),
                       .input = std::move(input),
                       .output = std::move(output),
                       .errors = std::move(errors),
                       .working_folder = options.working_folder,
                       .sandbox = sandbox ? &*sandbox : nullptr,
                       .nice = options.nice};
  const SpawnOutcome outcome = spawn_child(plan);
  if (outcome.error != 0) return fail_spawn(options, outcome);
  return ChildHandle(outcome.pid);
}

}  // namespace cvp::sys
