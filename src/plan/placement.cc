#include "plan/placement.h"

#include <algorithm>

namespace cvp::plan {
namespace {

constexpr uint64_t kMib = 1 << 20;
// CUDA or ROCm context and its libraries; Metal keeps less.
constexpr uint64_t kGpuContext = 500 * kMib, kMetalContext = 200 * kMib;
// A device that holds only some layers needs a larger buffer: 1.1 to 2.7 times in most of gguf-parser-go's
// sweep.
constexpr uint64_t kPartialBuffer = 2;
// What is measured of what is estimated: buffers (see pieces.h), and contexts of 300 MiB to a GiB.
constexpr double kLeastBuffer = 0.5, kMostBuffer = 1.5, kLeastOverhead = 0.6, kMostOverhead = 2;

// Of how layers may be split, so many are tried: all of a real model's, some of a file that claims thousands.
constexpr uint32_t kMostSplits = 256;

uint64_t plus(uint64_t a, uint64_t b) {
  return std::min(kLargestBytes, std::min(kLargestBytes, a) + std::min(kLargestBytes, b));
}

/// Which GPU the n-th of `count` placed layers goes to: in proportion to what the GPUs can take, as the
/// engine splits them.
size_t gpu_of(const std::vector<Device>& gpus, uint32_t n, uint32_t count) {
  double all = 0, before = 0;
  for (const Device& gpu : gpus) all += static_cast<double>(gpu.usable_bytes);
  const double at = (static_cast<double>(n) + 0.5) / count * all;
  for (size_t i = 0; i + 1 < gpus.size(); ++i) {
    before += static_cast<double>(gpus[i].usable_bytes);
    if (at < before) return i;
  }
  return gpus.size() - 1;
}

void add_layer(DeviceLoad& load, const LayerPiece& layer, uint64_t experts, double active_experts) {
  load.weights = plus(load.weights, plus(layer.weights, experts));
  load.cache = plus(load.cache, layer.cache);
  load.weights_read += static_cast<double>(layer.weights) + static_cast<double>(experts) * active_experts;
  load.experts_read += static_cast<double>(experts) * active_experts;
  ++load.layers;
}

void check_memory(Placement& placement, const Rig& rig) {
  uint64_t missing = 0, shared = 0;
  for (size_t i = 0; i < rig.gpus.size(); ++i) {
    const uint64_t needed = placement.gpus[i].total();
    if (needed > rig.gpus[i].usable_bytes) missing = plus(missing, needed - rig.gpus[i].usable_bytes);
    if (rig.gpus[i].shares_host_memory) shared = plus(shared, needed);
  }
  const uint64_t host = plus(placement.host.total(), shared);
  if (host > rig.host.usable_bytes) missing = plus(missing, host - rig.host.usable_bytes);
  placement.missing_bytes = missing;
  placement.fits = missing == 0;
}

}  // namespace

Band DeviceLoad::range() const {
  const auto counted =
      static_cast<double>(weights) + static_cast<double>(repacked) + static_cast<double>(cache);
  const auto buffers = static_cast<double>(compute), kept = static_cast<double>(overhead);
  return {counted + buffers + kept, counted + kLeastBuffer * buffers + kLeastOverhead * kept,
          counted + kMostBuffer * buffers + kMostOverhead * kept};
}

Band Placement::range() const {
  Band sum = host.range();
  for (const DeviceLoad& gpu : gpus) {
    const Band more = gpu.range();
    sum = {sum.value + more.value, sum.low + more.low, sum.high + more.high};
  }
  return sum;
}

uint64_t Placement::total() const {
  uint64_t sum = host.total();
  for (const DeviceLoad& gpu : gpus) sum = plus(sum, gpu.total());
  return sum;
}

Placement place_as(const ModelPieces& model, const Rig& rig, uint32_t gpu_layers,
                   uint32_t host_expert_layers) {
  Placement out;
  out.layers = static_cast<uint32_t>(model.layers.size());
  out.gpu_layers = rig.gpus.empty() ? 0 : std::min(gpu_layers, out.layers + 1);
  out.host_expert_layers = out.gpu_layers == 0 ? 0 : std::min(host_expert_layers, out.layers);
  out.gpus.resize(rig.gpus.size());
  // Rearranged copies are made only where no GPU is in the machine (llama.cpp, make_cpu_buft_list).
  const bool repacks = rig.gpus.empty();
  const uint32_t first_on_gpu = out.layers + 1 - out.gpu_layers;
  for (uint32_t i = 0; i < out.layers; ++i) {
    const LayerPiece& layer = model.layers[i];
    if (i < first_on_gpu || out.gpu_layers == 0) {
      add_layer(out.host, layer, layer.experts, model.active_experts);
      if (repacks) out.host.repacked = plus(out.host.repacked, layer.repacked);
      continue;
    }
    const uint32_t placed = out.gpu_layers - 1;
    DeviceLoad& gpu = out.gpus[gpu_of(rig.gpus, i - first_on_gpu, placed)];
    const bool experts_here = i >= out.host_expert_layers;
    add_layer(gpu, layer, experts_here ? layer.experts : 0, model.active_experts);
    if (experts_here) continue;
    out.host.weights = plus(out.host.weights, layer.experts);
    const double read = static_cast<double>(layer.experts) * model.active_experts;
    out.host.weights_read += read;
    out.host.experts_read += read;
  }
  // The input table always lies in main memory, and one row of it is read.
  out.host.weights = plus(out.host.weights, model.input_table);
  if (out.gpu_layers > 0) {
    out.gpus.back().weights = plus(out.gpus.back().weights, model.output);
    out.gpus.back().weights_read += static_cast<double>(model.output);
  } else {
    out.host.weights = plus(out.host.weights, model.output_stored);
    if (repacks) out.host.repacked = plus(out.host.repacked, model.output_repacked);
    out.host.weights_read += static_cast<double>(model.output);
  }
  const bool whole = out.all_on_gpus();
  const uint64_t buffer = std::min(kLargestBytes, model.compute);
  for (size_t i = 0; i < rig.gpus.size(); ++i) {
    if (out.gpu_layers == 0) continue;
    out.gpus[i].compute = plus(0, buffer * (whole ? 1 : kPartialBuffer));
    out.gpus[i].overhead = rig.gpus[i].vendor == Vendor::apple ? kMetalContext : kGpuContext;
  }
  out.host.compute = whole ? buffer / 4 : buffer;
  out.host.overhead = model.host_base;
  check_memory(out, rig);
  return out;
}

Placement place(const ModelPieces& model, const Rig& rig) {
  const auto layers = static_cast<uint32_t>(model.layers.size());
  if (rig.gpus.empty()) return place_as(model, rig, 0, 0);
  Placement whole = place_as(model, rig, layers + 1, 0);
  if (whole.fits) return whole;
  const uint32_t step = 1 + layers / kMostSplits;
  for (uint32_t experts = 0; model.expert_count > 0 && experts < layers;) {
    experts = std::min(layers, experts + step);
    Placement split = place_as(model, rig, layers + 1, experts);
    if (split.fits) return split;
  }
  for (uint32_t on_gpu = layers; on_gpu > 0; on_gpu -= std::min(on_gpu, step)) {
    Placement split = place_as(model, rig, on_gpu, model.expert_count > 0 ? layers : 0);
    if (split.fits) return split;
  }
  Placement none = place_as(model, rig, 0, 0);
  return none.fits || none.missing_bytes < whole.missing_bytes ? none : whole;
}

}  // namespace cvp::plan
