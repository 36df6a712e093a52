#include "plan/hardware.h"

#include <algorithm>

#include "plan/gpu_name.h"

namespace cvp::plan {
namespace {

constexpr int kMostGpus = 1024;

MachineGpu describe(sys::GpuDevice device, const GpuCatalogue& catalogue, uint64_t host_bytes) {
  MachineGpu out{.device = std::move(device)};
  out.name = decode_gpu_name(out.device.name);
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
