// How long training takes and what it costs. Time is work over speed: the model's own FLOP (without what
// recomputation repeats) over GPUs × dense peak × MFU, the share of the peak that real runs reach.
#pragma once
#include <optional>
#include <vector>

#include "base/result.h"
#include "plan/band.h"
#include "plan/gpu.h"
#include "plan/train_memory.h"

namespace cvp::plan {

/// Share of the dense 16-bit peak that the model's own FLOP reach (PaLM, arXiv 2204.02311, appendix B).
struct Mfu {
  double value = 0, low = 0, high = 0;
  Text why;
};
/// From published runs (training_runs()): A100 0.38 to 0.51, H100 0.14 to 0.35. Fine-tuning on few GPUs has
/// less to wait for and smaller matrices: a range of its own.
Mfu default_mfu(const Gpu& gpu, const TrainOptions& options);

struct CostInput {
  TrainNet net;
  TrainOptions options;
  double tokens = 0;
  double gpus = 1;
  double peak = 0;  // FLOP/s of one GPU, dense, 16 bits
  Mfu mfu;
  double watts = 0;         // of one GPU; 0: unknown
  double pue = 1.1;         // energy of the building over that of the machines
  Band price;               // of a GPU-hour; 0: unknown
  double energy_price = 0;  // of a kWh; 0: unknown
};

struct TrainCost {
  double flop_per_token = 0;   // of the model's own work
  double attention_share = 0;  // of that, for the scores between tokens
  double recomputed = 0;       // what recomputation adds, as a share of that
  double total_flop = 0;
  Band gpu_hours, hours;
  std::optional<Band> energy_kwh, rent, energy_cost;
};

/// 6 FLOP a parameter and token for forward and backward (Kaplan et al., arXiv 2001.08361), plus attention
/// 12·L·H·k·S (PaLM, arXiv 2204.02311, appendix B). Adapters leave out the gradients of frozen weights (4),
/// but not those of attention; dpo adds a reference (2), ppo a value model (as the policy), a reference and a
/// reward model (2 each) and writing the answers. Recomputation repeats the forward pass of what is trained.
/// Errc::usage for numbers that are not positive or absurd.
Result<TrainCost> train_cost(const CostInput& input);

/// FLOP a parameter and token of the job; ppo counts its slow writing of answers as if it were work.
double flop_factor(const TrainOptions& options);

}  // namespace cvp::plan
