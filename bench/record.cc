#include "bench/record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "sys/host.h"
#include "sys/process.h"

namespace cvp::bench {
namespace {

constexpr uint64_t kPageBytes = 4 << 20;
constexpr std::string_view kHead =
    "| id | value | target | met | command | date | commit | CPU |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |\n";

size_t place_of(std::string_view id) {
  const auto all = figures();
  return static_cast<size_t>(std::ranges::find(all, id, &Figure::id) - all.begin());
}

std::string row_of(const Record& record) {
  return fmt::format("| `{}` | {} | {} | {} | `{}` | {} | {} | {} |\n", record.id, record.value,
                     record.target, record.holds ? "yes" : "no", record.command, record.date, record.commit,
                     record.cpu);
}

/// Id of a table row, or nothing.
std::string_view id_of(std::string_view row) {
  if (!row.starts_with("| `")) return {};
  row.remove_prefix(3);
  return row.substr(0, row.find('`'));
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

Result<std::string> output_of(const sys::Path& folder, std::vector<std::string> argv) {
  sys::SpawnOptions options;
  options.argv = std::move(argv);
  options.working_folder = folder;
  const sys::RunResult result = TRY(sys::run(options, "", {}));
  return first_line(result.out);
}

Result<std::string> cpu_name() {
  const sys::RunResult info = TRY(sys::run({.argv = {"cat", "/proc/cpuinfo"}}, "", {}));
  const size_t at = info.out.find("model name");
  const size_t colon = info.out.find(": ", std::min(at, info.out.size()));
  const std::string name =
      colon == std::string::npos ? "unknown CPU" : first_line(std::string_view(info.out).substr(colon + 2));
  const sys::CpuFeatures features = sys::cpu_features();
  const char* level = features.avx512_vnni ? ", AVX-512 VNNI"
                      : features.avx512    ? ", AVX-512"
                      : features.avx2      ? ", AVX2"
                                           : "";
  return fmt::format("{}, {} threads{}", name, sys::cpu_threads(), level);
}

}  // namespace

std::string with_row(std::string_view page, const Record& record) {
  std::string out, rest(page);
  size_t table = rest.find(kHead);
  if (table == std::string::npos) {
    if (!rest.empty() && !rest.ends_with("\n")) rest += '\n';
    table = rest.size() + 1;
    rest += '\n';
    rest += kHead;
  }
  const size_t rows = table + kHead.size();
  out = rest.substr(0, rows);
  size_t at = rows;
  bool placed = false;
  for (; at < rest.size() && rest[at] == '|';) {
    const size_t end = std::min(rest.find('\n', at), rest.size() - 1) + 1;
    const std::string line = rest.substr(at, end - at);
    at = end;
    if (id_of(line) == record.id) continue;
    if (!placed && place_of(id_of(line)) > place_of(record.id)) {
      out += row_of(record);
      placed = true;
    }
    out += line;
  }
  if (!placed) out += row_of(record);
  return out + rest.substr(at);
}

Result<Record> describe_run(const sys::Path& source, std::string_view id, const std::vector<Claim>& claims,
                            std::string command) {
  Record out;
  out.id = id;
  for (const Claim& claim : claims) {
    out.value += (out.value.empty() ? "" : "<br>") + claim.value;
    out.target += (out.target.empty() ? "" : "<br>") + claim.target;
  }
  out.holds = all_hold(claims);
  out.command = std::move(command);
  out.date = fmt::format("{:%Y-%m-%d}", std::chrono::system_clock::now());
  out.commit = TRY(output_of(source, {"git", "rev-parse", "--short", "HEAD"}));
  const std::string changed =
      TRY(output_of(source, {"git", "status", "--porcelain", "--", "src", "bench", "data"}));
  if (!changed.empty()) out.commit += "+";
  out.cpu = TRY(cpu_name());
  return out;
}

Result<void> write_record(const sys::Path& source, const Record& record) {
  const sys::Path path = source / "docs" / "figures.md";
  std::string page = "# Figures\n";
  if (sys::exists(path)) page = TRY(sys::read_file(path, kPageBytes));
  return sys::write_file_atomic(path, with_row(page, record), 0644);
}

}  // namespace cvp::bench
