// What a model runs on, reduced to the few numbers that decide memory and speed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/hardware.h"

namespace cvp::plan {

struct Device {
  std::string name;
  Vendor vendor = Vendor::unknown;
  bool data_center = false;
  bool shares_host_memory = false;
  uint64_t memory_bytes = 0;  // all of it
  uint64_t usable_bytes = 0;  // that an engine can have
  double bandwidth = 0;       // bytes/s; 0: unknown
  bool bandwidth_assumed = false;
  double compute =
      0;  // FLOP/s for reading prompts: matrix units in 16 bits, else the best there is; 0: unknown
  double vector_compute = 0;  // FLOP/s in 32 bits
  unsigned threads = 0;       // CPU
  double weights_per_second =
      0;  // CPU: numbers that one core unpacks and multiplies, at a type it is good at
};

/// GPUs in the order the engine uses them, and the host they stand in.
struct Rig {
  std::vector<Device> gpus;
  Device host;
  /// What had to be assumed, and what is missing.
  std::vector<Text> notes;
  /// One line: "2 × GeForce RTX 3090 (24 GiB each), 64 GiB of memory".
  std::string name;
};

/// measured_bandwidth: of the host's memory, bytes/s; 0 where the machine does not know it either.
Rig rig_of(const Machine& machine, double measured_bandwidth = 0);
/// What to say where the bandwidth of main memory is a guess; it matters where the CPU has work.
std::optional<Text> assumed_bandwidth(const Rig& rig);
/// The same without its GPUs.
Rig without_gpus(Rig rig);
/// The same, the bandwidth of its main memory measured: what rig_of() makes of that measurement.
Rig with_bandwidth(Rig rig, double bandwidth);
/// `count` cards of the catalogue in a host with this much memory.
Device device_of(const Gpu& gpu);

}  // namespace cvp::plan
