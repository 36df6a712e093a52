// What this machine is made of: read from /proc and /sys, GPUs from the driver's library, bandwidth by
// measuring it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/files.h"
#include "sys/host.h"

namespace cvp::sys {

/// Numbers that cannot be read are 0, names empty.
struct Cpu {
  std::string model;         // "AMD EPYC 7543 32-Core Processor"
  std::string architecture;  // "x86_64", "aarch64"
  unsigned sockets = 0, cores = 0;
  unsigned threads = 0;                      // of the machine
  unsigned usable_threads = 0;               // that this process may use (affinity, container quota)
  uint64_t l1_data_bytes = 0, l2_bytes = 0;  // of one core
  uint64_t l3_bytes = 0;                     // of all sockets
  double max_ghz = 0;
  bool virtual_machine = false;
  std::vector<std::string>
      isa;  // of "SSE4.2" … "AVX2", "FMA", "AVX-512", "AVX-512 VNNI", "AMX", "NEON", "SVE", in this order
  bool has(std::string_view name) const;
};

struct Disk {
  std::string device;  // "nvme0n1"
  std::string model;
  uint64_t bytes = 0;
  bool rotational = false;
};

/// A GPU as its driver reports it.
struct GpuDevice {
  std::string name;    // "NVIDIA GeForce RTX 4090"; empty where the driver has no name for it
  std::string pci_id;  // "10de:2684"
  std::string bus;     // "0000:01:00.0"
  std::string driver;  // "nvidia 550.54.14", "amdgpu"; empty: no driver is loaded
  uint64_t memory_bytes = 0, free_bytes = 0;
  std::string compute_capability;  // NVIDIA's, "8.9"
  double power_limit_watts = 0;
  unsigned pcie_generation = 0, pcie_lanes = 0;  // the most that card and slot can do together
  bool shares_host_memory = false;
};

struct Hardware {
  Cpu cpu;
  Memory memory;
  double load = 0;              // programs that wanted to compute, mean of the last minute
  double memory_bandwidth = 0;  // bytes/s of reading, measured; 0: not measured
  std::vector<Disk> disks;
  std::vector<GpuDevice> gpus;
  std::vector<Text> notes;  // what could not be read and why
};

/// The machine, as an effect. Tests use testing::FakeHardware.
class HardwareProbe {
 public:
  virtual ~HardwareProbe() = default;
  /// Everything but the bandwidth; a few milliseconds, more where a GPU's driver wakes it. Never fails: what
  /// is missing stands in the notes.
  virtual Hardware read() const = 0;
  /// Streams through memory with every usable thread for about 0.4 s, best of several passes; bytes/s.
  virtual Result<double> measure_memory_bandwidth(const CancelToken& cancel) const = 0;
};
const HardwareProbe& real_hardware();

}  // namespace cvp::sys
