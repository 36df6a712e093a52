#include "sys/hardware.h"

#include <cstdlib>

#include "sys/hardware_sources.h"
#include "sys/memory_bandwidth.h"

namespace cvp::sys {
namespace {

class RealHardware final : public HardwareProbe {
 public:
  Hardware read() const override {
    const Path root = "/";
    Hardware found{.cpu = read_cpu(root), .memory = memory(), .disks = read_disks(root)};
    found.cpu.usable_threads = cpu_threads();
    found.load = std::strtod(read_fact(root / "proc/loadavg").c_str(), nullptr);
    NvmlReport nvml = read_nvml();
    if (!nvml.problem.empty()) found.notes.push_back(std::move(nvml.problem));
    found.gpus = merge_gpus(read_pci_gpus(root), std::move(nvml.gpus));
    return found;
  }
  Result<double> measure_memory_bandwidth(const CancelToken& cancel) const override {
    const Cpu cpu = read_cpu("/");
    const uint64_t caches = cpu.l3_bytes + cpu.l2_bytes * cpu.cores;
    return measure_read_bandwidth(cpu_threads(), bandwidth_buffer_bytes(caches, memory().available_bytes),
                                  cancel);
  }
};

}  // namespace

const HardwareProbe& real_hardware() {
  static const RealHardware probe;
  return probe;
}

}  // namespace cvp::sys
