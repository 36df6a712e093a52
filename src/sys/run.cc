// run(): a child to its end, with everything it says in memory and limits on all of it.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "sys/child_handle.h"
#include "sys/os_error.h"
#include "sys/process.h"

namespace cvp::sys {
namespace {

constexpr size_t kErrorBytes = 64 << 10;
constexpr int kPollMs = 50;
// How long the pipes of an ended child are still read: what it wrote is in them already.
constexpr std::chrono::milliseconds kDrain{1000};

struct Pipe {
  Fd in, out;
};
Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, text("make", "创建"), "pipe");
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return pipe;
}

/// The input as a file in memory: unlike a pipe it needs no one to feed it, cannot raise SIGPIPE, and the
/// child may seek in it.
Result<Fd> input_of(std::string_view bytes, const Path& path) {
  const Text doing = text("read", "读取");
  if (!path.empty() || bytes.empty()) {
    const Path source = path.empty() ? Path("/dev/null") : path;
    Fd fd(open_retry(source, O_RDONLY));
    if (!fd.valid()) return fail_errno(errno, doing, source);
    return fd;
  }
  Fd memory(::memfd_create("cvp-input", MFD_CLOEXEC));
  if (!memory.valid()) return fail_errno(errno, doing, "memfd");
  if (const int error = write_all(memory.get(), bytes); error != 0) return fail_errno(error, doing, "memfd");
  ::lseek(memory.get(), 0, SEEK_SET);
  Fd read_only(open_retry(fmt::format("/proc/self/fd/{}", memory.get()), O_RDONLY));
  return read_only.valid() ? std::move(read_only) : std::move(memory);
}

/// One output stream being collected.
struct Collector {
  Fd fd;
  std::string bytes;
  bool open() const { return fd.valid(); }
  /// Reads what is there, and closes at the end.
  void read_some() {
    std::array<char, 64 << 10> buffer;
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n > 0) bytes.append(buffer.data(), static_cast<size_t>(n));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) fd.reset();
  }
};

class Runner {
 public:
  Runner(const SpawnOptions& options, const RunLimits& limits, const CancelToken& cancel)
      : options_(options), limits_(limits), cancel_(cancel) {}

  Result<RunResult> run(Fd input) {
    Fd output = TRY(stream(options_.stdout_file, out_));
    Fd errors = TRY(stream(options_.stderr_file, err_));
    const auto begin = std::chrono::steady_clock::now();
    const ChildHandle child =
        TRY(start_child(options_, std::move(input), std::move(output), std::move(errors)));
    auto followed = follow(child, begin);
    const int status = child.reap();
    if (!followed) return std::unexpected(std::move(followed).error());
    drain();
    trim_errors();
    if (out_.bytes.size() > limits_.output_bytes) return fail_output();
    return RunResult{.status = status, .out = std::move(out_.bytes), .err = std::move(err_.bytes)};
  }

 private:
  static Result<Fd> stream(const Path& file, Collector& collector) {
    if (!file.empty()) return open_sink(file);
    Pipe pipe = TRY(make_pipe());
    collector.fd = std::move(pipe.in);
    return std::move(pipe.out);
  }

  /// Until the child has ended, or must be ended.
  Result<void> follow(const ChildHandle& child, std::chrono::steady_clock::time_point begin) {
    while (!child.ended()) {
      if (cancel_.cancelled()) return fail_cancelled();
      if (std::chrono::steady_clock::now() - begin > limits_.timeout) return fail_timeout();
      collect(kPollMs, child.end_descriptor());
      if (out_.bytes.size() > limits_.output_bytes) return fail_output();
    }
    return {};
  }

  void drain() {
    const auto give_up = std::chrono::steady_clock::now() + kDrain;
    while ((out_.open() || err_.open()) && std::chrono::steady_clock::now() < give_up &&
           out_.bytes.size() <= limits_.output_bytes) {
      collect(kPollMs, -1);
    }
  }

  void collect(int timeout_ms, int end_descriptor) {
    // poll leaves out negative descriptors.
    std::array<pollfd, 3> events = {pollfd{.fd = out_.fd.get(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = err_.fd.get(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = end_descriptor, .events = POLLIN, .revents = 0}};
    if (::poll(events.data(), events.size(), timeout_ms) <= 0) return;
    if (events[0].revents != 0) out_.read_some();
    if (events[1].revents != 0) err_.read_some();
    if (err_.bytes.size() > 2 * kErrorBytes) trim_errors();
  }

  void trim_errors() { err_.bytes.erase(0, err_.bytes.size() - std::min(err_.bytes.size(), kErrorBytes)); }

  std::unexpected<Error> fail_timeout() const {
    const auto seconds = std::chrono::duration<double>(limits_.timeout).count();
    return fail(Errc::unavailable, text("{} did not finish within {:.4g} seconds",
                                        "{} 在 {:.4g} 秒内没有完成", name(), seconds));
  }
  std::unexpected<Error> fail_output() const {
    return fail(Errc::refused, text("{} wrote more than the allowed {} bytes",
                                    "{} 的输出超过了允许的 {} 字节", name(), limits_.output_bytes));
  }
  const std::string& name() const { return options_.argv.front(); }

  const SpawnOptions& options_;
  const RunLimits& limits_;
  const CancelToken& cancel_;
  Collector out_, err_;
};

}  // namespace

Result<RunResult> run(const SpawnOptions& options, std::string_view stdin_bytes, const RunLimits& limits,
                      const CancelToken& cancel, const Path& stdin_path) {
  Fd input = TRY(input_of(stdin_bytes, stdin_path));
  return Runner(options, limits, cancel).run(std::move(input));
}

}  // namespace cvp::sys
