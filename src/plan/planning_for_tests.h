// Models and machines that several tests plan with.
#pragma once
#include "plan/infer.h"

namespace cvp::plan {

inline Shape llama_shape(uint32_t layers, uint32_t width, uint32_t kv_heads, uint32_t feed_forward) {
  Shape shape{.name = "test",
              .architecture = "llama",
              .width = width,
              .key_width = 128,
              .value_width = 128,
              .vocabulary = 128256,
              .context_tokens = 8192};
  shape.layers.assign(layers,
                      {.heads = width / 128, .kv_heads = kv_heads, .feed_forward_width = feed_forward});
  return shape;
}

inline Subject llama_8b() {
  const Shape shape = llama_shape(32, 4096, 8, 14336);
  return {.name = "Llama 3 8B", .shape = shape, .weights = weights_of_shape(shape)};
}

inline Subject llama_70b() {
  const Shape shape = llama_shape(80, 8192, 8, 28672);
  return {.name = "Llama 3 70B", .shape = shape, .weights = weights_of_shape(shape)};
}

/// Mixtral 8x7B, with Llama 3's vocabulary.
inline Subject mixtral() {
  Shape shape = llama_shape(32, 4096, 8, 0);
  for (LayerShape& layer : shape.layers) layer.routed = true;
  shape.experts = {.count = 8, .active = 2, .width = 14336};
  return {.name = "Mixtral", .shape = shape, .weights = weights_of_shape(shape)};
}

inline Device card(const std::string& name, double gib, double bandwidth, double compute) {
  Device out{.name = name,
             .vendor = Vendor::nvidia,
             .bandwidth = bandwidth,
             .compute = compute,
             .vector_compute = compute / 2};
  out.memory_bytes = static_cast<uint64_t>(gib * (1ull << 30));
  out.usable_bytes = out.memory_bytes / 100 * 97;
  return out;
}

/// A desktop: 8 cores, memory as said, two channels.
inline Rig desktop(double host_gib, std::vector<Device> gpus = {}) {
  Rig rig;
  rig.host = {.name = "test CPU", .bandwidth = 50e9, .threads = 8, .weights_per_second = 15e9};
  rig.host.memory_bytes = static_cast<uint64_t>(host_gib * (1ull << 30));
  rig.host.usable_bytes = rig.host.memory_bytes / 10 * 9;
  rig.gpus = std::move(gpus);
  rig.name = "test";
  return rig;
}

inline InferPlan plan_of(const Subject& subject, const std::string& quantization, const Rig& rig,
                         const InferQuery& query = {}) {
  return plan_inference(subject, quantization, rig, query, quality_table().value()).value();
}

}  // namespace cvp::plan
