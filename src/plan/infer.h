// One model on one machine, for answering: at each quantization, what it needs, where it goes, how fast it
// is and what it loses. Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/placement.h"
#include "plan/published.h"
#include "plan/speed.h"

namespace cvp::plan {

/// A model to be planned: its shape and its tensors.
struct Subject {
  std::string name;
  Shape shape;
  std::vector<Weight> weights;  // as the file has them, or in 16 bits
  std::string stored_as;    // the file's quantization ("Q4_K_M"); empty: none is stored, any can be chosen
  uint64_t file_bytes = 0;  // of the file; 0: predicted
};

struct InferQuery {
  RunOptions run;
  uint64_t prompt_tokens = 1024;
  SpeedCalibration calibration;
};

enum class Verdict {
  gpu,    // wholly in the memory of the GPUs
  split,  // partly on the GPUs, the rest in main memory
  cpu,    // in main memory, computed by the CPU
  no      // does not fit
};

struct InferPlan {
  std::string quantization;
  double bits_per_weight = 0;  // of the whole file
  uint64_t file_bytes = 0;
  bool gguf = true;  // false: a format of other engines, compared by size alone
  ModelPieces pieces;
  Placement placement;
  Verdict verdict = Verdict::no;
  Speed speed;                      // with a short prompt behind it
  Speed speed_full;                 // with the context full
  std::optional<QualityLoss> loss;  // nothing: lossless, or nothing is published
  bool lossless = false;
  uint64_t weight_bytes() const;
};

/// quantization: empty for the file as it is. Errc::usage as take_apart() and cache_bytes() say;
/// Errc::not_found lists the quantizations that there are.
Result<InferPlan> plan_inference(const Subject& subject, const std::string& quantization, const Rig& rig,
                                 const InferQuery& query, const QualityTable& quality);

/// The quantizations worth comparing, from the largest to the smallest.
std::span<const std::string_view> compared_quantizations();

/// The one to take: of those wholly on the GPUs the least loss from 4 to 8 bits; else, on a CPU or split,
/// where each byte costs time, the smallest that loses little; else the largest that fits. nullptr where none
/// fits.
const InferPlan* best_plan(std::span<const InferPlan> plans);

/// llama-server's command line for this plan. file: as it should be named there.
std::vector<std::string> engine_flags(const InferPlan& plan, const Rig& rig, const std::string& file);

/// The longest context that still fits where `plan` was placed (in steps of 1024), at most what the model was
/// trained for where that is known.
uint64_t longest_context(const Subject& subject, const std::string& quantization, const Rig& rig,
                         const InferQuery& query);

}  // namespace cvp::plan
