// Where each part of a model goes: how many layers on the GPUs, which experts stay in main memory, and
// whether it fits at all. The rules are llama.cpp's, so that its flags can say the same.
#pragma once
#include <cstdint>
#include <vector>

#include "plan/band.h"
#include "plan/device.h"
#include "plan/pieces.h"

namespace cvp::plan {

/// Of one device.
struct DeviceLoad {
  uint64_t weights = 0;   // held here
  uint64_t repacked = 0;  // held a second time for the CPU's kernels
  uint64_t cache = 0;
  uint64_t compute = 0;
  uint64_t overhead = 0;    // driver and program
  double weights_read = 0;  // bytes for one token of one user, experts counted by their share
  double experts_read = 0;  // of that, in experts
  uint32_t layers = 0;
  uint64_t total() const { return weights + repacked + cache + compute + overhead; }
  /// total() with its range: weights and cache are counted, buffers and what the driver keeps are estimated.
  Band range() const;
};

struct Placement {
  std::vector<DeviceLoad> gpus;  // as in the rig
  DeviceLoad host;
  uint32_t gpu_layers = 0;          // llama.cpp's -ngl: the output counts as one, before the layers
  uint32_t host_expert_layers = 0;  // --n-cpu-moe: experts of the first so many layers in main memory
  uint32_t layers = 0;              // of the model, without the output
  bool fits = false;
  uint64_t missing_bytes = 0;  // of memory; 0 where it fits
  bool all_on_gpus() const { return gpu_layers == layers + 1 && host_expert_layers == 0; }
  uint64_t total() const;
  Band range() const;  // of the total
};

/// Everything on the GPUs; else experts in main memory; else as many layers as go; else the CPU alone. Where
/// even that does not fit, the last try with missing_bytes.
Placement place(const ModelPieces& model, const Rig& rig);

/// One given split, fitting or not: for tests and for what a user asks for.
Placement place_as(const ModelPieces& model, const Rig& rig, uint32_t gpu_layers,
                   uint32_t host_expert_layers);

}  // namespace cvp::plan
