#include "sys/host.h"

#include <pwd.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <thread>

namespace cvp::sys {
namespace {

class RealClock final : public Clock {
 public:
  int64_t unix_seconds() const override { return std::time(nullptr); }
  double steady_ms() const override {
    using namespace std::chrono;
    return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
  }
  void sleep_for(std::chrono::milliseconds duration) const override { std::this_thread::sleep_for(duration); }
};

Path user_folder() {
  if (auto home = env("HOME")) return *home;
  if (const passwd* user = ::getpwuid(::getuid()); user != nullptr && user->pw_dir != nullptr)
    return user->pw_dir;
  return "/";
}

Path xdg_folder(const char* variable, const char* fallback) {
  const auto set = env(variable);
  // The specification says to ignore relative paths.
  return set && set->starts_with('/') ? Path(*set) : user_folder() / fallback;
}

constexpr uint64_t kProcBytes = 1 << 20;

/// A file of /proc or /sys: regular, but its size says 0.
std::string read_proc(const Path& path) { return read_file(path, kProcBytes).value_or(std::string()); }

std::optional<uint64_t> first_number(std::string_view text) {
  const size_t at = text.find_first_of("0123456789");
  if (at == text.npos) return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

uint64_t meminfo_bytes(std::string_view meminfo, std::string_view key) {
  const size_t at = meminfo.find(key);
  if (at == meminfo.npos) return 0;
  return first_number(meminfo.substr(at + key.size())).value_or(0) * 1024;
}

}  // namespace

const Clock& real_clock() {
  static const RealClock clock;
  return clock;
}

std::optional<std::string> env(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

Path default_home() {
  if (auto home = env("CVP_HOME")) return *home;
  return xdg_folder("XDG_DATA_HOME", ".local/share") / "cvp";
}

Path default_config_path() { return xdg_folder("XDG_CONFIG_HOME", ".config") / "cvp" / "config.toml"; }

int own_pid() { return ::getpid(); }

Path self_executable() {
  std::error_code error;
  const Path path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? Path("/proc/self/exe") : path;
}

Memory memory() {
  const std::string meminfo = read_proc("/proc/meminfo");
  Memory found{.total_bytes = meminfo_bytes(meminfo, "MemTotal:"),
               .available_bytes = meminfo_bytes(meminfo, "MemAvailable:")};
  // A container's limit is smaller than the machine; "max" has no number.
  const auto limit = first_number(read_proc("/sys/fs/cgroup/memory.max"));
  if (limit && *limit > 0 && *limit < found.total_bytes) {
    found.total_bytes = *limit;
    const uint64_t used = first_number(read_proc("/sys/fs/cgroup/memory.current")).value_or(0);
    found.available_bytes = std::min(found.available_bytes, *limit - std::min(used, *limit));
  }
  return found;
}

unsigned cpu_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  if (::sched_getaffinity(0, sizeof set, &set) == 0) threads = std::max(1, CPU_COUNT(&set));
  // "QUOTA PERIOD" in microseconds, or "max PERIOD".
  const std::string quota = read_proc("/sys/fs/cgroup/cpu.max");
  if (const size_t space = quota.find(' '); space != quota.npos && !quota.starts_with("max")) {
    const uint64_t share = first_number(quota).value_or(0);
    const uint64_t period = first_number(quota.substr(space)).value_or(0);
    if (share > 0 && period > 0)
      threads = std::min<uint64_t>(threads, std::max<uint64_t>(1, (share + period - 1) / period));
  }
  return threads;
}

uint64_t resident_bytes(int pid) {
  const std::string statm = read_proc(Path("/proc") / (pid == 0 ? "self" : std::to_string(pid)) / "statm");
  const size_t space = statm.find(' ');
  if (space == statm.npos) return 0;
  return first_number(statm.substr(space)).value_or(0) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

CpuFeatures cpu_features() {
  CpuFeatures found;
#if defined(__x86_64__)
  // The compiler's run time also asks whether the operating system saves the wide registers.
  __builtin_cpu_init();
  found.avx2 = __builtin_cpu_supports("avx2");
  found.fma = __builtin_cpu_supports("fma");
  found.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  found.avx512_vnni = found.avx512 && __builtin_cpu_supports("avx512vnni");
#elif defined(__aarch64__)
  found.neon = true;
#endif
  return found;
}

}  // namespace cvp::sys
