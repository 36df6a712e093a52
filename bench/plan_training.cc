// plan/training-cost: GPU-hours of published training runs against the planner's, with its default share of
// the peak.
#include <algorithm>
#include <cmath>

#include "bench/context.h"
#include "bench/figure.h"
#include "plan/published.h"
#include "plan/train_cost.h"

namespace cvp::bench {
namespace {

/// The runs that the default shares of the peak were chosen from (plan::default_mfu).
bool chosen_from(const plan::TrainingRun& run) {
  return run.model.starts_with("LLaMA ") || run.model == "Llama 3.1 405B";
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

Result<std::vector<Claim>> plan_training_cost(Context& context) {
  const plan::GpuCatalogue gpus = TRY(plan::GpuCatalogue::load());
  std::vector<double> errors, unseen, ideal, half;
  size_t covered = 0, checks = 0;
  context.say("{:16} {:>10} {:>30}  {}", "run", "GPU-hours", "predicted (range)", "MFU reached");
  const std::vector<plan::TrainingRun> runs = TRY(plan::training_runs());
  for (const plan::TrainingRun& run : runs) {
    const plan::Gpu& gpu = *TRY(gpus.find(run.gpu)).gpu;
    plan::CostInput in{.net = plan::train_net(run.parameters),
                       .options = {.job = plan::TrainJob::pretrain},
                       .tokens = run.tokens,
                       .gpus = run.gpus > 0 ? run.gpus : 1.0,
                       .peak = gpu.fp16.value};
    in.mfu = plan::default_mfu(gpu, in.options);
    const plan::TrainCost cost = TRY(plan::train_cost(in));
    const double reached = cost.total_flop / (run.gpu_hours * 3600 * in.peak);
    context.say("{:16} {:10.0f} {:10.0f} ({:.0f}–{:.0f})  {:.0f} %", run.model, run.gpu_hours,
                cost.gpu_hours.value, cost.gpu_hours.low, cost.gpu_hours.high, 100 * reached);
    errors.push_back(std::abs(cost.gpu_hours.value / run.gpu_hours - 1));
    if (!chosen_from(run)) unseen.push_back(errors.back());
    ideal.push_back(std::abs(reached - 1));
    half.push_back(std::abs(reached / 0.5 - 1));
    covered += cost.gpu_hours.covers(run.gpu_hours) ? 1 : 0;
    ++checks;
    if (run.days > 0) {
      context.say("{:16} {:10.1f} {:10.1f} ({:.1f}–{:.1f}) days on {} GPUs", "", run.days,
                  cost.hours.value / 24, cost.hours.low / 24, cost.hours.high / 24, run.gpus);
      errors.push_back(std::abs(cost.hours.value / 24 / run.days - 1));
      covered += (cost.hours / 24).covers(run.days) ? 1 : 0;
      ++checks;
    }
  }
  context.say("of the {} runs that the shares of the peak were not chosen from: median error {:.0f} %",
              unseen.size(), 100 * median(unseen));
  context.say("peers: the peak itself: median error {:.0f} %; half of the peak for every run: {:.0f} %",
              100 * median(ideal), 100 * median(half));
  return std::vector<Claim>{share_at_most("median error", median(errors), 0.2),
                            {fmt::format("range covers {} of {}", covered, checks),
                             fmt::format("{} of {}", checks, checks), covered == checks}};
}

}  // namespace cvp::bench
