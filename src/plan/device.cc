#include "plan/device.h"

#include <algorithm>

namespace cvp::plan {
namespace {

constexpr uint64_t kGib = 1ull << 30;
// A driver and the display keep some of a card: of 24 GiB the CUDA driver offers 24,564 MiB, and buffers do
// not fill it to the last byte.
constexpr double kUsableOfCard = 0.97;
// Metal's recommended working set: 22 of 32 GB, 98 of 128 and 147 of 192 are reported; a little less is
// taken.
constexpr double kUsableOfSmallShared = 0.70, kUsableOfLargeShared = 0.75;
constexpr uint64_t kLargeShared = 36 * kGib;
// Two channels of DDR4-3200 give 51 GB/s; one core draws about 10.
constexpr double kBandwidthPerThread = 10e9, kLeastBandwidth = 15e9, kDesktopBandwidth = 45e9;

uint64_t usable(const Device& device) {
  const auto share = [&](double s) {
    return static_cast<uint64_t>(static_cast<double>(device.memory_bytes) * s);
  };
  if (device.shares_host_memory)
    return share(device.memory_bytes >= kLargeShared ? kUsableOfLargeShared : kUsableOfSmallShared);
  return share(kUsableOfCard);
}

bool is_data_center(GpuSeries series) {
  return series == GpuSeries::data_center || series == GpuSeries::grace_superchip ||
         series == GpuSeries::instinct || series == GpuSeries::gaudi || series == GpuSeries::intel_max;
}

/// What the engine's kernels reach at best on one core, counted in weights: wide integer instructions first.
/// Measured with llama.cpp build 11669: 1.5B Q4_K_M on two Zen 5 cores 66e9 weights/s while bound by memory.
double core_rate(const sys::Cpu& cpu) {
  if (cpu.has("AMX") || cpu.has("AVX-512 VNNI")) return 50e9;
  if (cpu.has("AVX-512")) return 40e9;
  if (cpu.has("AVX2")) return 25e9;
  if (cpu.has("NEON")) return 20e9;
  return 3e9;
}

Device host_device(const sys::Hardware& host, double measured_bandwidth) {
  Device out{.name = host.cpu.model, .memory_bytes = host.memory.total_bytes};
  out.usable_bytes = out.memory_bytes - std::min(out.memory_bytes, std::max(kGib, out.memory_bytes / 10));
  out.threads = std::max(1u, std::min(host.cpu.usable_threads > 0 ? host.cpu.usable_threads : 1u,
                                      host.cpu.cores > 0 ? host.cpu.cores : host.cpu.usable_threads));
  out.weights_per_second = core_rate(host.cpu);
  out.bandwidth = host.memory_bandwidth > 0 ? host.memory_bandwidth : measured_bandwidth;
  if (out.bandwidth > 0) return out;
  out.bandwidth = std::clamp(kBandwidthPerThread * out.threads, kLeastBandwidth, kDesktopBandwidth);
  out.bandwidth_assumed = true;
  return out;
}

std::string rig_name(const Rig& rig) {
  const double host_gib = static_cast<double>(rig.host.memory_bytes) / kGib;
  const std::string memory =
      host_gib < 1 ? fmt::format("{:.0f} MiB", host_gib * 1024) : fmt::format("{:.0f} GiB", host_gib);
  std::string gpus;
  for (size_t i = 0; i < rig.gpus.size();) {
    size_t end = i;
    while (end < rig.gpus.size() && rig.gpus[end].name == rig.gpus[i].name) ++end;
    if (!gpus.empty()) gpus += " + ";
    if (end - i > 1) gpus += fmt::format("{} × ", end - i);
    gpus += rig.gpus[i].name;
    i = end;
  }
  if (gpus.empty()) gpus = rig.host.name;
  return fmt::format("{}, {} RAM", gpus, memory);
}

}  // namespace

Device device_of(const Gpu& gpu) {
  Device out{.name = gpu.name.canonical,
             .vendor = gpu.name.vendor,
             .data_center = is_data_center(gpu.name.series),
             .shares_host_memory = gpu.shares_host_memory(),
             .memory_bytes = static_cast<uint64_t>(gpu.memory_bytes.value),
             .bandwidth = gpu.bandwidth.value,
             .compute = std::max(gpu.fp16.value, gpu.fp32.value),
             .vector_compute = gpu.fp32.value};
  out.usable_bytes = usable(out);
  return out;
}

Rig rig_of(const Machine& machine, double measured_bandwidth) {
  Rig rig;
  rig.host = host_device(machine.host, measured_bandwidth);
  for (const MachineGpu& gpu : machine.gpus) {
    Device device =
        gpu.facts ? device_of(*gpu.facts) : Device{.name = gpu.device.name, .vendor = gpu.name.vendor};
    device.memory_bytes = gpu.memory_bytes();
    device.shares_host_memory = device.shares_host_memory || gpu.device.shares_host_memory;
    device.usable_bytes = usable(device);
    if (gpu.device.free_bytes > 0) device.usable_bytes = std::min(device.usable_bytes, gpu.device.free_bytes);
    if (device.memory_bytes == 0) {
      rig.notes.push_back(text("{} is left out: how much memory it has is not known",
                               "未计入 {}：不知道它有多少显存", device.name));
      continue;
    }
    if (machine.named.empty() && gpu.device.driver.empty()) {
      rig.notes.push_back(text("{} is left out: it has no driver", "未计入 {}：没有安装驱动", device.name));
      continue;
    }
    if (device.bandwidth == 0) {
      rig.notes.push_back(text("{}: its bandwidth is not known, so its speed cannot be said",
                               "{}：不知道显存带宽，无法估计速度", device.name));
    }
    rig.gpus.push_back(std::move(device));
  }
  rig.name = rig_name(rig);
  return rig;
}

std::optional<Text> assumed_bandwidth(const Rig& rig) {
  if (!rig.host.bandwidth_assumed) return std::nullopt;
  return text("memory bandwidth not measured: {:.0f} GB/s assumed (`cvp plan --measure` measures it)",
              "未测内存带宽：按 {:.0f} GB/s 估计（`cvp plan --measure` 可实测）", rig.host.bandwidth / 1e9);
}

Rig without_gpus(Rig rig) {
  rig.gpus.clear();
  rig.name = rig_name(rig);
  return rig;
}

Rig with_bandwidth(Rig rig, double bandwidth) {
  rig.host.bandwidth = bandwidth;
  rig.host.bandwidth_assumed = false;
  return rig;
}

}  // namespace cvp::plan
