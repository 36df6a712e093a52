#include "hub/command.h"

#include <algorithm>
#include <array>
#include <future>

#include "base/unicode.h"

namespace cvp::hub {
namespace {

constexpr std::chrono::milliseconds kTick{200};
constexpr size_t kWatchedFiles = 10'000;
constexpr size_t kReasonBytes = 300;

bool has_any(std::string_view messages, std::initializer_list<std::string_view> signs) {
  return std::ranges::any_of(signs,
                             [&](std::string_view sign) { return messages.find(sign) != messages.npos; });
}

}  // namespace

RunCommand system_commands() {
  return [](const sys::SpawnOptions& options, const sys::RunLimits& limits, const CancelToken& cancel) {
    return sys::run(options, {}, limits, cancel);
  };
}

Result<sys::RunResult> run_watched(const RunCommand& run, const sys::SpawnOptions& options,
                                   const sys::RunLimits& limits, const CancelToken& cancel,
                                   const std::function<void()>& on_tick) {
  auto ended = std::async(std::launch::async, [&] { return run(options, limits, cancel); });
  while (ended.wait_for(kTick) != std::future_status::ready) on_tick();  // ends by the limits of run
  return ended.get();
}

uint64_t bytes_below(const sys::Path& folder) {
  uint64_t bytes = 0;
  const auto files = sys::list_files(folder, kWatchedFiles);
  if (!files) return 0;
  for (const sys::Path& file : *files)
    if (const auto info = sys::stat_file(file)) bytes += info->bytes;  // gone since it was listed: nothing
  return bytes;
}

std::string last_line(std::string_view messages) {
  while (!messages.empty()) {
    const size_t end = messages.find_last_not_of(" \t\r\n");
    if (end == messages.npos) break;
    messages = messages.substr(0, end + 1);
    const size_t line = messages.find_last_of("\r\n");
    std::string_view last = line == messages.npos ? messages : messages.substr(line + 1);
    messages = line == messages.npos ? std::string_view() : messages.substr(0, line);
    last.remove_prefix(std::min(last.find_first_not_of(" \t"), last.size()));
    if (last.starts_with("[notice]") || last.starts_with("WARNING:"))
      continue;  // pip's advertisement for itself
    return repair_utf8(utf8_prefix(last, kReasonBytes));
  }
  return {};
}

bool tells_of_network(std::string_view messages) {
  return has_any(messages, {"NewConnectionError",
                            "ConnectTimeout",
                            "ReadTimeout",
                            "ProxyError",
                            "SSLError",
                            "Retrying (Retry(",
                            "Name or service not known",
                            "Temporary failure in name resolution",
                            "Temporary failure resolving",
                            "Network is unreachable",
                            "No route to host",
                            "Connection refused",
                            "Connection timed out",
                            "Could not connect",
                            "Could not resolve",
                            "Unable to connect",
                            "Unknown host",
                            "UnknownHostException",
                            "ConnectException",
                            "SocketTimeoutException",
                            "Could not transfer artifact",
                            "Failed to fetch",
                            "502  ",
                            "503  "});
}

bool tells_of_full_disk(std::string_view messages) {
  return has_any(messages, {"No space left on device", "enough free space", "Disk quota exceeded"});
}

}  // namespace cvp::hub
