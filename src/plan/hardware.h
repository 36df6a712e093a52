// A machine as the planner sees it: what the probe found, with its GPUs decoded.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "plan/gpu.h"
#include "sys/hardware.h"

namespace cvp::plan {

/// A GPU in a machine. Without facts the catalogue does not have it: only what the driver says is known.
struct MachineGpu {
  sys::GpuDevice device;
  GpuName name;
  std::optional<Gpu> facts;
  /// The driver's figure, else the catalogue's; 0: unknown.
  uint64_t memory_bytes() const;
  /// The catalogue's figure; 0: unknown.
  double bandwidth() const { return facts ? facts->bandwidth.value : 0; }
};

struct Machine {
  sys::Hardware host;  // CPU, memory, disks
  std::vector<MachineGpu> gpus;
  std::string named;  // empty: this machine; else what was asked for ("RTX 3060 12GB")
};

/// Pure: decodes and looks up every GPU the probe found.
Machine describe_machine(sys::Hardware found, const GpuCatalogue& catalogue);

/// A machine that is not here: `count` cards of the catalogue in a host like this one.
Machine imagine_machine(const Gpu& gpu, int count, const sys::Hardware& host);

/// Where this machine falls short for running models: too few cores or too little host memory for its GPUs,
/// no AVX2, memory channels that are slow, a full disk, GPUs without a driver. Most important first.
struct Shortfall {
  Text what;
  Text remedy;
};
std::vector<Shortfall> shortfalls(const Machine& machine);

}  // namespace cvp::plan
