#include "bench/process_tree.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/number.h"
#include "sys/files.h"

namespace cvp::bench {
namespace {

constexpr uint64_t kProcFileBytes = 1 << 20;

struct Entry {
  int pid = 0, parent = 0;
};

std::string proc_file(int pid, const char* name) {
  return sys::read_file(sys::Path("/proc") / std::to_string(pid) / name, kProcFileBytes)
      .value_or(std::string());
}

/// "12 (name) S 1 …": the name may hold anything, so that what follows is counted from its last bracket.
std::optional<Entry> entry(int pid) {
  const std::string stat = proc_file(pid, "stat");
  const size_t bracket = stat.rfind(") ");
  if (bracket == std::string::npos || bracket + 4 >= stat.size()) return {};
  const char state = stat[bracket + 2];
  if (state == 'Z' || state == 'X') return {};
  const size_t begin = bracket + 4, end = stat.find(' ', begin);
  const auto parent = parse_number<int>(std::string_view(stat).substr(begin, end - begin));
  if (!parent) return {};
  return Entry{pid, *parent};
}

std::vector<Entry> all_processes() {
  std::vector<Entry> out;
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = parse_number<int>(item.path().filename().string());
    if (!pid) continue;
    if (const auto found = entry(*pid)) out.push_back(*found);
  }
  return out;
}

}  // namespace

std::vector<int> descendants(int pid) {
  const std::vector<Entry> all = all_processes();
  std::vector<int> out;
  const auto add_children = [&](int parent) {
    for (const Entry& one : all)
      if (one.parent == parent) out.push_back(one.pid);
  };
  add_children(pid);
  for (size_t i = 0; i < out.size(); ++i) add_children(out[i]);
  return out;
}

std::string command_line(int pid) {
  std::string out = proc_file(pid, "cmdline");
  std::ranges::replace(out, '\0', ' ');
  return out;
}

std::vector<int> running_with(std::string_view variable) {
  std::vector<int> out;
  const std::string wanted = '\0' + std::string(variable) + '\0';
  for (const Entry& one : all_processes()) {
    const std::string environment = '\0' + proc_file(one.pid, "environ") + '\0';
    if (environment.find(wanted) != std::string::npos) out.push_back(one.pid);
  }
  return out;
}

size_t open_files(int pid) {
  std::error_code error;
  const auto listed =
      std::filesystem::directory_iterator(sys::Path("/proc") / std::to_string(pid) / "fd", error);
  return static_cast<size_t>(std::distance(begin(listed), end(listed)));
}

}  // namespace cvp::bench
