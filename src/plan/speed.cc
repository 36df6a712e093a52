#include "plan/speed.h"

#include <algorithm>
#include <cmath>

namespace cvp::plan {
namespace {

/// What is reached of a kind of device. Fitted to the `fitted` rows of data/planning/speed_runs.toml (NVIDIA,
/// Apple); for the others from streaming tests (FluidX3D's table), with wide ranges, since no row measures
/// them.
struct Reach {
  double bandwidth;                  // share of the peak
  double layer_us_blocks, layer_us;  // fixed time a layer, with weights in blocks and in floats
  double unpack_flop;                // FLOP a weight that unpacking costs beside reading
  double prefill_blocks, prefill;    // share of the peak
  double decode_range, prefill_range;
};
constexpr Reach kNvidia{0.85, 60, 20, 0, 0.80, 0.95, 0.20, 0.40};
// Large chips are not filled by one prompt of 512 tokens.
constexpr Reach kNvidiaDataCenter{0.80, 60, 25, 0, 0.35, 0.45, 0.35, 1.2};
constexpr Reach kApple{0.80, 100, 40, 8, 0.60, 0.75, 0.40, 0.40};
constexpr Reach kAmd{0.65, 80, 40, 0, 0.40, 0.45, 0.60, 1.5};
constexpr Reach kIntel{0.60, 120, 60, 0, 0.30, 0.35, 0.80, 1.5};
constexpr Reach kOther{0.55, 120, 60, 0, 0.25, 0.30, 1.0, 2.0};

// A CPU: fixed time a layer for threads to meet; FLOP/s a core of prompts, for each weight/s that it can
// unpack; both fall where weights are not rearranged for its kernels. From llama-bench, build 11669, two
// cores: Zen 5, Qwen2.5-Coder 1.5B and 0.5B Q4_K_M: 166 and 187 read, 43 and 67 written; SmolLM2-135M Q4_1
// without AVX-512: 245 read, 86 written.
constexpr double kCpuBandwidth = 0.80, kCpuLayerUs = 60;
constexpr double kCpuPrefillFlopPerRate = 6.6;
constexpr double kCpuDecodePlain = 0.3, kCpuPrefillPlain = 0.2;
constexpr double kCpuDecodeRange = 1.0, kCpuPrefillRange = 1.5;
constexpr double kHopUs = 150;  // handing one token's state to the next GPU
// Of a GPU's peak, where many users write at a time: small matrices fill it less than a prompt does.
constexpr double kManyUsersShare = 0.4;

const Reach& reach(const Device& device) {
  switch (device.vendor) {
    case Vendor::nvidia:
      return device.data_center ? kNvidiaDataCenter : kNvidia;
    case Vendor::apple:
      return kApple;
    case Vendor::amd:
      return kAmd;
    case Vendor::intel:
      return kIntel;
    default:
      return kOther;
  }
}

/// Of the experts of a layer that a step of B tokens touches: E·(1-(1-t/E)^B) of E.
double touched_experts(const ModelPieces& model, double tokens) {
  if (model.expert_count == 0) return 1;
  return 1 - std::pow(1 - model.active_experts, tokens);
}

struct Times {
  double seconds = 0;
  double range = 0;  // of the slowest part
  bool known = true;
  void add(double more, double its_range) {
    // The range of a sum is that of its parts by their weight.
    if (seconds + more > 0) range = (range * seconds + its_range * more) / (seconds + more);
    seconds += more;
  }
};

/// Bytes of one step that writes a token for each user.
double step_bytes(const ModelPieces& model, const DeviceLoad& load, double filled_share, double users) {
  const double experts =
      load.experts_read == 0 ? 0 : load.experts_read / model.active_experts * touched_experts(model, users);
  return load.weights_read - load.experts_read + experts + static_cast<double>(load.cache) * filled_share;
}

double share_of_model(const ModelPieces& model, const DeviceLoad& load, const Placement& placement) {
  double all = placement.host.weights_read;
  for (const DeviceLoad& gpu : placement.gpus) all += gpu.weights_read;
  return all > 0 && model.active_parameters > 0 ? load.weights_read / all : 0;
}

double cpu_seconds(const Device& cpu, const ModelPieces& model, const DeviceLoad& load, double bytes,
                   double share, double users) {
  const double rate =
      cpu.weights_per_second * cpu.threads * (kCpuDecodePlain + (1 - kCpuDecodePlain) * model.repacked_share);
  const double reading = bytes / (kCpuBandwidth * cpu.bandwidth);
  const double unpacking = model.active_parameters * share * users / rate;
  return std::hypot(reading, unpacking) + load.layers * kCpuLayerUs * 1e-6;
}

Times decode_step(const ModelPieces& model, const Placement& placement, const Rig& rig, double filled_share) {
  Times out;
  const double users = model.options.users;
  size_t gpus_used = 0;
  for (size_t i = 0; i < rig.gpus.size(); ++i) {
    const DeviceLoad& load = placement.gpus[i];
    const Device& gpu = rig.gpus[i];
    if (load.weights_read == 0) continue;
    ++gpus_used;
    if (gpu.bandwidth == 0) out.known = false;
    const Reach& r = reach(gpu);
    const double share = share_of_model(model, load, placement);
    const double bytes = step_bytes(model, load, filled_share, users);
    double seconds = bytes / (r.bandwidth * std::max(1.0, gpu.bandwidth));
    if (model.quantized && r.unpack_flop > 0 && gpu.vector_compute > 0)
      seconds += r.unpack_flop * model.active_parameters * share / gpu.vector_compute;
    // Many users at a time are bound by computing instead.
    if (gpu.compute > 0)
      seconds =
          std::max(seconds, 2 * model.active_parameters * share * users / (kManyUsersShare * gpu.compute));
    out.add(seconds + load.layers * (model.quantized ? r.layer_us_blocks : r.layer_us) * 1e-6,
            r.decode_range);
  }
  if (placement.host.weights_read > 0) {
    const double bytes = step_bytes(model, placement.host, filled_share, users);
    const double share = share_of_model(model, placement.host, placement);
    out.add(cpu_seconds(rig.host, model, placement.host, bytes, share, users), kCpuDecodeRange);
  }
  if (gpus_used > 1) out.add(static_cast<double>(gpus_used - 1) * kHopUs * 1e-6, 1.0);
  return out;
}

/// One prompt. Weights in main memory are either computed there or sent to a GPU for each batch, whichever is
/// sooner.
Times prefill_time(const ModelPieces& model, const Placement& placement, const Rig& rig,
                   const SpeedOptions& o) {
  Times out;
  const auto tokens = static_cast<double>(o.prompt_tokens);
  const double flop = 2 * model.active_parameters * tokens + 2 * model.attention_width * tokens * tokens;
  const double batches = std::ceil(tokens / std::max(1u, model.options.batch_tokens));
  for (size_t i = 0; i < rig.gpus.size(); ++i) {
    const DeviceLoad& load = placement.gpus[i];
    if (load.weights_read == 0) continue;
    if (rig.gpus[i].compute == 0) out.known = false;
    const Reach& r = reach(rig.gpus[i]);
    const double share = share_of_model(model, load, placement);
    const double reached =
        (model.quantized ? r.prefill_blocks : r.prefill) * std::max(1.0, rig.gpus[i].compute);
    out.add(flop * share / reached, r.prefill_range);
  }
  const double host_share = share_of_model(model, placement.host, placement);
  if (host_share > 0) {
    const double rate = rig.host.weights_per_second * rig.host.threads * kCpuPrefillFlopPerRate *
                        (kCpuPrefillPlain + (1 - kCpuPrefillPlain) * model.repacked_share);
    double seconds = flop * host_share / rate;
    if (!rig.gpus.empty())
      seconds = std::min(seconds, batches * static_cast<double>(placement.host.weights) / o.host_link);
    out.add(seconds, kCpuPrefillRange);
  }
  return out;
}

}  // namespace

Speed estimate_speed(const ModelPieces& model, const Placement& placement, const Rig& rig,
                     const SpeedOptions& options) {
  const SpeedCalibration& c = options.calibration;
  const double filled_share = std::min(
      1.0, static_cast<double>(options.filled_tokens) / static_cast<double>(model.options.context_tokens));
  const Times step = decode_step(model, placement, rig, filled_share);
  const Times prompt = prefill_time(model, placement, rig, options);
  Speed out;
  out.known = step.known && prompt.known && step.seconds > 0 && prompt.seconds > 0;
  if (!out.known) return out;
  out.decode = within(1 / (step.seconds * c.decode), c.measured() ? c.decode_range : step.range);
  out.decode_all = out.decode * model.options.users;
  out.prefill = within(static_cast<double>(options.prompt_tokens) / (prompt.seconds * c.prefill),
                       c.measured() ? c.prefill_range : prompt.range);
  return out;
}

}  // namespace cvp::plan
