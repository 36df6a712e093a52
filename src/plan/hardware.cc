#include "plan/hardware.h"

#include <algorithm>

#include "plan/gpu_name.h"

namespace cvp::plan {
namespace {

constexpr int kMostGpus = 1024;

/// Lists of PCI devices give one chip several products: "Navi 31 [Radeon RX 7900 XT/7900 XTX/7900M]". The
/// card's memory tells which one it is, where only one has that much. Empty where it does not.
std::string told_by_memory(const sys::GpuDevice& device, const GpuCatalogue& catalogue) {
  const size_t open = device.name.rfind('['), close = device.name.rfind(']');
  if (open == std::string::npos || close == std::string::npos || close < open || device.memory_bytes == 0)
    return "";
  const std::string inside = device.name.substr(open + 1, close - open - 1);
  const std::string family = inside.substr(0, std::min(inside.find_first_of("0123456789"), inside.size()));
  std::string found;
  for (size_t at = 0; at < inside.size();) {
    const size_t end = std::min(inside.find('/', at), inside.size());
    std::string name = inside.substr(at, end - at);
    at = end + 1;
    if (!name.empty() && name[0] >= '0' && name[0] <= '9') name.insert(0, family);
    const auto match = catalogue.find(name, device.memory_bytes);
    if (!match || !match->gpu->memory_bytes) continue;
    if (!found.empty()) return "";
    found = match->gpu->name.canonical;
  }
  return found;
}

MachineGpu describe(sys::GpuDevice device, const GpuCatalogue& catalogue, uint64_t host_bytes) {
  MachineGpu out{.device = std::move(device)};
  out.name = decode_gpu_name(out.device.name);
  if (!out.name.known()) {
    if (std::string name = told_by_memory(out.device, catalogue); !name.empty()) {
      out.device.name = std::move(name);
      out.name = decode_gpu_name(out.device.name);
    }
  }
  if (!out.device.compute_capability.empty()) out.name.compute_capability = out.device.compute_capability;
  const bool shared = out.name.form == GpuForm::integrated || out.device.shares_host_memory;
  // A slice has its own memory and an unknown share of the rest. A driver whose memory the catalogue does not
  // know is another card.
  if (out.name.known() && out.name.slice.empty()) {
    if (const auto match = catalogue.find(out.device.name, shared ? 0 : out.device.memory_bytes))
      out.facts = *match->gpu;
  }
  if (shared) {
    // What the firmware set aside says nothing: the engine takes host memory. Only known parts are worth it.
    out.device.shares_host_memory = true;
    out.device.memory_bytes = out.facts ? host_bytes : 0;
    out.device.free_bytes = 0;
  }
  return out;
}

}  // namespace

uint64_t MachineGpu::memory_bytes() const {
  if (device.memory_bytes > 0) return device.memory_bytes;
  if (device.shares_host_memory) return 0;
  return facts ? static_cast<uint64_t>(facts->memory_bytes.value) : 0;
}

Machine describe_machine(sys::Hardware found, const GpuCatalogue& catalogue) {
  Machine machine;
  for (sys::GpuDevice& gpu : found.gpus)
    machine.gpus.push_back(describe(std::move(gpu), catalogue, found.memory.total_bytes));
  found.gpus.clear();
  machine.host = std::move(found);
  return machine;
}

Machine imagine_machine(const Gpu& gpu, int count, const sys::Hardware& host) {
  Machine machine{.host = host, .named = gpu.name.canonical};
  machine.host.gpus.clear();
  count = std::clamp(count, 1, kMostGpus);
  if (count > 1) machine.named = fmt::format("{} × {}", count, gpu.name.canonical);
  const MachineGpu one{.device = {.name = gpu.name.canonical,
                                  .memory_bytes = static_cast<uint64_t>(gpu.memory_bytes.value),
                                  .compute_capability = gpu.name.compute_capability,
                                  .power_limit_watts = gpu.watts.value,
                                  .shares_host_memory = gpu.shares_host_memory()},
                       .name = gpu.name,
                       .facts = gpu};
  machine.gpus.assign(static_cast<size_t>(count), one);
  return machine;
}

}  // namespace cvp::plan
