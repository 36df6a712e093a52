#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <sstream>
#include <utility>

#include "sys/hardware_sources.h"

namespace cvp::sys {
namespace {

constexpr uint64_t kFactBytes = 1 << 20;
constexpr size_t kNames = 4096;
constexpr unsigned kMostCpus = 8192;

/// The kernel's words for instruction sets, and what people call them. AVX-512 stands for the five parts that
/// kernels of llama.cpp need together.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kIsa{{{"sse4_2", "SSE4.2"},
                                                                              {"avx", "AVX"},
                                                                              {"f16c", "F16C"},
                                                                              {"fma", "FMA"},
                                                                              {"avx2", "AVX2"},
                                                                              {"avx_vnni", "AVX-VNNI"},
                                                                              {"avx512_vnni", "AVX-512 VNNI"},
                                                                              {"avx512_bf16", "AVX-512 BF16"},
                                                                              {"avx512_fp16", "AVX-512 FP16"},
                                                                              {"amx_tile", "AMX"},
                                                                              {"asimd", "NEON"},
                                                                              {"asimddp", "DotProd"},
                                                                              {"i8mm", "I8MM"},
                                                                              {"sve", "SVE"}}};
constexpr std::array<std::string_view, 5> kAvx512{"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"};

/// The value of the first line "key : value".
std::string cpuinfo_value(std::string_view text, std::string_view key) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const size_t colon = line.find(':');
    if (colon != line.npos && line.starts_with(key) &&
        line.substr(key.size(), colon - key.size()).find_first_not_of(" \t") == line.npos) {
      const size_t first = line.find_first_not_of(" \t", colon + 1);
      return first == line.npos ? "" : std::string(line.substr(first));
    }
    at = end + 1;
  }
  return "";
}

std::vector<std::string> isa_of(const std::string& flags) {
  std::istringstream words(flags);
  const std::set<std::string, std::less<>> have{std::istream_iterator<std::string>(words), {}};
  std::vector<std::string> out;
  const bool wide = std::ranges::all_of(kAvx512, [&](std::string_view flag) { return have.contains(flag); });
  for (const auto& [flag, name] : kIsa) {
    if (flag == "avx512_vnni" && wide) out.emplace_back("AVX-512");
    if (have.contains(flag)) out.emplace_back(name);
  }
  return out;
}

/// "48K", "2M"
uint64_t cache_bytes(const std::string& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > (1ull << 40)) return 0;
  if (end == text.data() + text.size()) return value;
  return *end == 'K' ? value << 10 : *end == 'M' ? value << 20 : 0;
}

void read_caches(const Path& cpus, const std::vector<std::string>& names, Cpu& cpu) {
  std::set<std::string> counted;  // of L3: which processors share it
  for (const std::string& name : names) {
    for (const std::string& index : names_in(cpus / name / "cache")) {
      const Path cache = cpus / name / "cache" / index;
      const uint64_t bytes = cache_bytes(read_fact(cache / "size"));
      const uint64_t level = read_number(cache / "level");
      if (level == 1 && read_fact(cache / "type") == "Data") cpu.l1_data_bytes = bytes;
      if (level == 2) cpu.l2_bytes = bytes;
      if (level == 3 && counted.insert(read_fact(cache / "shared_cpu_list")).second) cpu.l3_bytes += bytes;
    }
  }
}

void read_topology(const Path& cpus, const std::vector<std::string>& names, Cpu& cpu) {
  std::set<std::string> sockets;
  std::set<std::pair<std::string, std::string>> cores;
  uint64_t max_khz = 0;
  for (const std::string& name : names) {
    const std::string socket = read_fact(cpus / name / "topology/physical_package_id");
    const std::string core = read_fact(cpus / name / "topology/core_id");
    if (core.empty()) continue;  // switched off
    sockets.insert(socket);
    cores.emplace(socket, core);
    max_khz = std::max(max_khz, read_number(cpus / name / "cpufreq/cpuinfo_max_freq"));
  }
  cpu.sockets = static_cast<unsigned>(sockets.size());
  cpu.cores = static_cast<unsigned>(cores.size());
  cpu.max_ghz = static_cast<double>(max_khz) / 1e6;
}

std::string machine_architecture() {
  utsname name{};
  return ::uname(&name) == 0 ? name.machine : "";
}

}  // namespace

std::string read_fact(const Path& path) {
  std::string text = read_file(path, kFactBytes).value_or(std::string());
  const size_t end = text.find_last_not_of(" \t\n\0");
  text.resize(end == text.npos ? 0 : end + 1);
  return text;
}

uint64_t read_number(const Path& path) {
  const std::string text = read_fact(path);
  const bool hex = text.starts_with("0x");
  uint64_t value = 0;
  std::from_chars(text.data() + (hex ? 2 : 0), text.data() + text.size(), value, hex ? 16 : 10);
  return value;
}

std::vector<std::string> names_in(const Path& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end && out.size() < kNames;
       at.increment(error))
    out.push_back(at->path().filename().string());
  std::ranges::sort(out);
  return out;
}

bool Cpu::has(std::string_view name) const { return std::ranges::find(isa, name) != isa.end(); }

Cpu read_cpu(const Path& root) {
  Cpu cpu;
  const std::string info = read_file(root / "proc/cpuinfo", 64ull << 20).value_or(std::string());
  cpu.model = cpuinfo_value(info, "model name");
  if (cpu.model.empty()) cpu.model = read_fact(root / "proc/device-tree/model");
  std::string flags = cpuinfo_value(info, "flags");
  if (flags.empty()) flags = cpuinfo_value(info, "Features");
  cpu.isa = isa_of(flags);
  cpu.virtual_machine = (" " + flags + " ").find(" hypervisor ") != std::string::npos;
  cpu.architecture = machine_architecture();
  const Path cpus = root / "sys/devices/system/cpu";
  std::vector<std::string> names;
  for (std::string& name : names_in(cpus)) {
    const bool numbered =
        name.starts_with("cpu") && name.size() > 3 && name.find_first_not_of("0123456789", 3) == name.npos;
    if (numbered && names.size() < kMostCpus) names.push_back(std::move(name));
  }
  cpu.threads = static_cast<unsigned>(names.size());
  read_topology(cpus, names, cpu);
  read_caches(cpus, names, cpu);
  return cpu;
}

}  // namespace cvp::sys
