#include "engine/server_process.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "engine/server_log.h"
#include "sys/host.h"
#include "sys/sha256.h"

namespace cvp::engine {
namespace {

constexpr std::chrono::milliseconds kBeat{20};
constexpr size_t kKeyBytes = 32;

double gb(uint64_t bytes) { return static_cast<double>(bytes) / 1e9; }

Text how_it_ended(std::optional<int> status) {
  constexpr int kKilled = 128 + 9;
  if (!status) return text("it was stopped", "已被终止");
  if (*status == kKilled)
    return text("it was killed, probably because memory ran out", "进程被强制结束，很可能是内存耗尽");
  if (*status > 128) return text("it crashed with signal {}", "因信号 {} 而崩溃", *status - 128);
  return text("it ended with status {}", "退出状态为 {}", *status);
}

Text with_words(const Text& what, const std::string& words) {
  return words.empty() ? what : text("{} ({})", "{}（{}）", what, words);
}

Text try_again_hint() {
  return text("ask again: it is started anew; `cvp doctor` checks the engine",
              "请再试一次，引擎会重新启动；也可用 `cvp doctor` 检查引擎");
}

std::unexpected<Error> damaged_model(const ServerSpec& spec, const Text& why) {
  return fail(
      Errc::corrupt,
      text("the model file {} cannot be used: {}", "模型文件 {} 无法使用：{}", spec.gguf.string(), why),
      text("remove it with `cvp models rm {0}` and fetch it again with `cvp models pull {0}`",
           "请先用 `cvp models rm {0}` 删除，再用 `cvp models pull {0}` 重新获取", spec.model_name));
}

}  // namespace

Result<std::unique_ptr<ServerProcess>> ServerProcess::create(ServerSpec spec, Probe probe, const Clock& clock,
                                                             const Supervision& times) {
  if (spec.argv_prefix.empty()) {
    return fail(Errc::not_found, text("no llama-server is configured", "没有配置 llama-server"),
                text("install one with `cvp engine install`", "用 `cvp engine install` 安装"));
  }
  RunFolder folder = TRY(RunFolder::prepare(spec.runtime_folder));
  return std::unique_ptr<ServerProcess>(
      new ServerProcess(std::move(spec), std::move(probe), clock, times, std::move(folder)));
}

ServerProcess::ServerProcess(ServerSpec spec, Probe probe, const Clock& clock, const Supervision& times,
                             RunFolder folder)
    : spec_(std::move(spec)),
      probe_(std::move(probe)),
      clock_(clock),
      times_(times),
      folder_(std::move(folder)) {}

ServerProcess::~ServerProcess() {
  const std::lock_guard lock(mutex_);
  bury();
}

Result<Endpoint> ServerProcess::ready(const CancelToken& cancel) {
  const auto turn = TRY(starting_.enter(cancel));
  bool running = false;
  {
    const std::lock_guard lock(mutex_);
    if (child_ && ready_ && child_->poll()) {
      bury();  // it ended between two calls
      log::warn("{} ended: {}", spec_.model_name, last_words_);
    }
    running = child_ != nullptr;
    if (running && ready_) return endpoint_;
  }
  if (!running) TRY(start(cancel));
  return wait_until_ready(cancel);
}

Result<void> ServerProcess::check_model_file() const {
  const auto info = sys::stat_file(spec_.gguf);
  if (!info || !info->is_regular) {
    return fail(Errc::not_found,
                text("the model file {} is not there", "找不到模型文件 {}", spec_.gguf.string()),
                text("fetch it with `cvp models pull {}`", "用 `cvp models pull {}` 获取", spec_.model_name));
  }
  if (spec_.gguf_bytes != 0 && info->bytes != spec_.gguf_bytes) {
    return damaged_model(spec_, text("it has {} bytes instead of {}", "文件大小是 {} 字节，应为 {} 字节",
                                     info->bytes, spec_.gguf_bytes));
  }
  return {};
}

Result<void> ServerProcess::check_memory() const {
  const auto memory = sys::memory();
  if (memory.available_bytes == 0 || spec_.memory_bytes <= memory.available_bytes) return {};
  return fail(Errc::refused,
              text("{} needs about {:.1f} GB of memory, and {:.1f} of this machine's {:.1f} GB are free",
                   "{} 大约需要 {:.1f} GB 内存，而本机当前可用 {:.1f} GB（共 {:.1f} GB）", spec_.model_name,
                   gb(spec_.memory_bytes), gb(memory.available_bytes), gb(memory.total_bytes)),
              text("close other programs, or choose a smaller model (`cvp models list`)",
                   "请关闭其他程序，或换用更小的模型（`cvp models list`）"));
}

Result<void> ServerProcess::back_off(const CancelToken& cancel) {
  const double now = clock_.steady_ms();
  while (!starts_ms_.empty() && now - starts_ms_.front() > times_.restart_window_ms) starts_ms_.pop_front();
  const int starts = static_cast<int>(starts_ms_.size());
  std::string words;
  {
    const std::lock_guard lock(mutex_);
    words = last_words_;
  }
  if (starts >= times_.restart_limit) {
    return fail(
        Errc::unavailable,
        with_words(text("{} stopped {} times within {} s and is left alone for now",
                        "{} 在 {} 秒内停止了 {} 次，暂不再启动", spec_.model_name, starts,
                        times_.restart_window_ms / 1000),
                   words),
        text("`cvp doctor` checks the engine and the model; then try again in {} minutes",
             "请用 `cvp doctor` 检查引擎和模型，{} 分钟后再试", times_.restart_window_ms / 60'000 + 1));
  }
  if (starts == 0) return {};
  const double wait =
      std::min<double>(times_.back_off_most_ms, times_.back_off_ms * std::pow(2.0, starts - 1));
  while (clock_.steady_ms() < now + wait) {
    if (cancel.cancelled()) return fail_cancelled();
    clock_.sleep_for(kBeat);
  }
  return {};
}

std::vector<std::string> ServerProcess::command(const RunFiles& files) const {
  std::vector<std::string> argv = spec_.argv_prefix;
  const auto& flags = spec_.flags.argv;
  for (size_t i = 0; i < flags.size(); ++i) {
    if (std::find(left_out_.begin(), left_out_.end(), flags[i]) != left_out_.end()) {
      ++i;  // and its value
    } else {
      argv.push_back(flags[i]);
    }
  }
  for (auto& flag : address_flags(files.socket, files.key)) argv.push_back(std::move(flag));
  return argv;
}

Result<void> ServerProcess::start(const CancelToken& cancel) {
  TRY(check_model_file());
  TRY(check_memory());
  TRY(back_off(cancel));
  const RunFiles files = folder_.new_files();
  const std::string key = sys::random_hex(kKeyBytes);
  TRY(sys::write_file_atomic(files.key, key + "\n", 0600));
  auto child = sys::Process::spawn({.argv = command(files),
                                    .env = child_environment(),
                                    .unset_env = hidden_environment(),
                                    .working_folder = {},
                                    .stdout_file = files.log,
                                    .stderr_file = files.log,
                                    .sandbox = {}});
  if (!child) {
    remove_files(files);
    Error error = std::move(child).error();
    error.hint = text(
        "install the engine with `cvp engine install`, or correct the path with `cvp config set engine.path "
        "PROGRAM`",
        "用 `cvp engine install` 安装引擎，或用 `cvp config set engine.path 程序` 更正路径");
    return wrap(std::move(error), text("cannot start the engine", "无法启动引擎"));
  }
  if (auto noted = sys::write_file_atomic(files.pid, std::to_string((*child)->pid()), 0600); !noted) {
    (*child)->stop(std::chrono::milliseconds(0));
    remove_files(files);  // without a .pid no later run would find them
    return noted;
  }
  starts_ms_.push_back(clock_.steady_ms());
  const std::lock_guard lock(mutex_);
  child_ = std::move(*child);
  files_ = files;
  endpoint_ = {.socket = files.socket, .key = key, .life = endpoint_.life + 1};
  spawned_ms_ = clock_.steady_ms();
  ready_ = false;
  log::info("started {} for {}", spec_.argv_prefix.back(), spec_.model_name);
  return {};
}

Result<Endpoint> ServerProcess::wait_until_ready(const CancelToken& cancel) {
  const double limit_ms =
      times_.start_ms_base + static_cast<double>(spec_.gguf_bytes / times_.load_bytes_per_ms);
  for (;;) {  // ends with the child's readiness, its end or the time limit
    Endpoint endpoint;
    std::optional<int> status;
    double waited_ms = 0;
    {
      const std::lock_guard lock(mutex_);
      endpoint = endpoint_;
      status = child_->poll();
      waited_ms = clock_.steady_ms() - spawned_ms_;
    }
    if (status) {
      TRY(start_failed(*status, cancel));
      continue;
    }
    if (cancel.cancelled()) return fail_cancelled();
    if (sys::exists(endpoint.socket)) {
      auto answer = probe_(client(endpoint), cancel);
      const std::lock_guard lock(mutex_);
      if (answer) {
        ready_ = true;
        log::info("{} is ready after {:.0f} ms", spec_.model_name, clock_.steady_ms() - spawned_ms_);
        return endpoint;
      }
      if (answer.error().code != Errc::unavailable) {
        if (answer.error().code != Errc::cancelled) bury();
        return std::unexpected(std::move(answer).error());
      }
    }
    if (waited_ms > limit_ms) {
      const std::lock_guard lock(mutex_);
      bury();
      return fail(Errc::unavailable,
                  with_words(text("{} gave no answer within {:.0f} s of its start",
                                  "{} 启动 {:.0f} 秒后仍没有响应", spec_.model_name, limit_ms / 1000),
                             last_words_),
                  try_again_hint());
    }
    clock_.sleep_for(kBeat);
  }
}

Result<void> ServerProcess::start_failed(int status, const CancelToken& cancel) {
  std::string words;
  {
    const std::lock_guard lock(mutex_);
    bury();
    words = last_words_;
  }
  const std::string flag = rejected_flag(words);
  const auto& optional = spec_.flags.optional;
  if (std::find(optional.begin(), optional.end(), flag) != optional.end() &&
      std::find(left_out_.begin(), left_out_.end(), flag) == left_out_.end()) {
    log::warn("this llama-server does not know {}; started without it", flag);
    left_out_.push_back(flag);
    starts_ms_.pop_back();  // not the child's fault
    return start(cancel);
  }
  if (blames_model_file(words)) return damaged_model(spec_, verbatim(words));
  return fail(Errc::unavailable,
              with_words(text("the engine did not start for {}: {}", "引擎未能为 {} 启动：{}",
                              spec_.model_name, how_it_ended(status)),
                         words),
              text("`cvp doctor` checks the engine and the model", "请用 `cvp doctor` 检查引擎和模型"));
}

Error ServerProcess::explain(const Endpoint& endpoint, Error error) {
  // What talks nonsense once does not come to its senses.
  if (error.code == Errc::corrupt) discard(endpoint, "its answers make no sense");
  if (error.code != Errc::unavailable) return error;
  const std::lock_guard lock(mutex_);
  std::optional<int> status;
  if (child_ && endpoint.life == endpoint_.life) {
    status = child_->wait_for(std::chrono::milliseconds(times_.death_ms));
    bury();
    if (!status) {
      log::warn("{} hangs and was stopped: {}", spec_.model_name, error.message.en);
      return {Errc::unavailable,
              text("{} did not react any more and was stopped ({})", "{} 没有反应，已被终止（{}）",
                   spec_.model_name, error.message),
              try_again_hint()};
    }
  }
  log::warn("{} ended: {}", spec_.model_name, last_words_);
  return {Errc::unavailable,
          with_words(text("{} stopped in the middle of a request: {}", "{} 在处理请求时意外停止：{}",
                          spec_.model_name, how_it_ended(status)),
                     last_words_),
          try_again_hint()};
}

Result<void> ServerProcess::answers() {
  Endpoint endpoint;
  {
    const std::lock_guard lock(mutex_);
    // One that ended is started again by the next call.
    if (!child_ || !ready_ || child_->poll()) return {};
    endpoint = endpoint_;
  }
  // That the model computes is watched by every call; here it is the process that may hang.
  TRY(client(endpoint).requests_in_progress({}));
  return {};
}

void ServerProcess::discard(const Endpoint& endpoint, const char* reason) {
  const std::lock_guard lock(mutex_);
  if (!child_ || endpoint.life != endpoint_.life) return;
  log::warn("{} is stopped: {}", spec_.model_name, reason);
  bury();
}

void ServerProcess::bury() {
  if (!child_) return;
  child_->stop(std::chrono::milliseconds(times_.grace_ms));
  last_words_ = last_words(files_.log);
  child_.reset();
  ready_ = false;
  remove_files(files_);
}

}  // namespace cvp::engine
