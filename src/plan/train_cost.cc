#include "plan/train_cost.h"

#include <cmath>

namespace cvp::plan {
namespace {

constexpr double kMostTokens = 1e18, kMostParameters = 1e18, kMostGpus = 1e9;
// Answers are written a token at a time, bound by memory: about a tenth of the speed of training, so that
// their 2 FLOP a parameter take as long as 20.
constexpr double kWritingFactor = 20;

Text range_reason() {
  return text(
      "published runs reach 14 to 51 % of the peak: small models on thousands of GPUs, restarts and "
      "everything "
      "billed beside the run push it down (Llama 3.1 8B: 14 %), large well-tuned runs up (LLaMA 13B: 51 %)",
      "公开的训练利用率在 14% 到 51% 之间：小模型摊到上千张卡、断点重启以及一并计费的其他任务会拉低它"
      "（Llama 3.1 8B 为 14%），调优良好的大规模训练则较高（LLaMA 13B 为 51%）");
}

Result<void> check(const CostInput& in) {
  const auto refuse = [](const Text& what) -> Result<void> {
    return fail(Errc::usage, text("{} must be a positive, plausible number", "{}须为合理的正数", what));
  };
  const auto plausible = [](double x, double most) { return x > 0 && x <= most; };
  if (!plausible(in.net.parameters, kMostParameters)) return refuse(text("the parameter count", "参数量"));
  if (!plausible(in.tokens, kMostTokens)) return refuse(text("the number of tokens", "词元数"));
  if (!plausible(in.gpus, kMostGpus)) return refuse(text("the number of GPUs", "GPU 数量"));
  if (!plausible(in.peak, 1e20)) return refuse(text("the GPU's peak", "GPU 峰值算力"));
  if (!plausible(in.mfu.value, 1) || !plausible(in.mfu.low, in.mfu.value) || in.mfu.high < in.mfu.value)
    return refuse(text("the share of the peak (0 to 1)", "算力利用率（0 到 1）"));
  return {};
}

}  // namespace

Mfu default_mfu(const Gpu& gpu, const TrainOptions& options) {
  const std::string& architecture = gpu.name.architecture;
  const bool data_center = gpu.name.series == GpuSeries::data_center;
  const bool recent = architecture == "Hopper" || architecture == "Blackwell";
  if (options.job == TrainJob::pretrain && gpu.name.vendor == Vendor::nvidia && data_center) {
    // 0.47 is the median of the four LLaMA runs; 0.35 is Llama 3.1 405B on the 15.6e12 tokens of its report
    // (arXiv 2407.21783), 0.33 on the 15e12 of its model card.
    return {recent ? 0.35 : 0.47, 0.13, recent ? 0.50 : 0.55, range_reason()};
  }
  if (gpu.name.vendor == Vendor::nvidia) {
    if (options.four_bit_base) {
      return {0.25, 0.12, 0.40,
              text("4-bit weights are unpacked for every use; few runs are published",
                   "4 位权重每次使用都要先还原；公开数据很少")};
    }
    return {recent && data_center ? 0.32 : 0.38, 0.15, 0.55,
            text("fine-tuning on few GPUs; sequence length, batch and software decide",
                 "少量 GPU 上的微调；取决于序列长度、批量和软件")};
  }
  return {0.28, 0.10, 0.45,
          text("no published run on this maker's GPUs is known to cvp", "cvp 没有该厂商 GPU 的公开训练数据")};
}

double flop_factor(const TrainOptions& options) {
  const double train = options.adapter_rank > 0 ? 4 : 6;
  switch (options.job) {
    case TrainJob::pretrain:
    case TrainJob::sft:
    case TrainJob::reward:
      return train;
    case TrainJob::dpo:
      return train + 2;
    case TrainJob::ppo:
      return 2 * train + 2 + 2 + kWritingFactor;
  }
  return train;
}

Result<TrainCost> train_cost(const CostInput& in) {
  TRY(check(in));
  TrainCost out;
  const double factor = flop_factor(in.options);
  const double dense = factor * in.net.active_parameters;
  // A size alone has no shape to count attention with. Scores have no weights that could be frozen.
  const double scores = in.net.assumed ? 0 : 2 * in.net.attention_width * in.options.sequence_tokens;
  TrainOptions whole = in.options;
  whole.adapter_rank = 0;
  const double attention = flop_factor(whole) * scores;
  out.flop_per_token = dense + attention;
  out.attention_share = attention / out.flop_per_token;
  out.total_flop = out.flop_per_token * in.tokens;
  // Recomputation is work that MFU does not count.
  const double trained_models = in.options.job == TrainJob::ppo ? 2 : 1;
  if (in.options.recompute)
    out.recomputed = trained_models * 2 * (in.net.active_parameters + scores) / out.flop_per_token;
  const double gpu_seconds = out.total_flop * (1 + out.recomputed) / in.peak;
  out.gpu_hours = {gpu_seconds / in.mfu.value / 3600, gpu_seconds / in.mfu.high / 3600,
                   gpu_seconds / in.mfu.low / 3600};
  out.hours = out.gpu_hours / in.gpus;
  if (in.watts > 0) {
    out.energy_kwh = out.gpu_hours * (in.watts * in.pue / 1000);
    if (in.energy_price > 0) out.energy_cost = *out.energy_kwh * in.energy_price;
  }
  if (in.price.value > 0) {
    out.rent = Band{out.gpu_hours.value * in.price.value, out.gpu_hours.low * in.price.low,
                    out.gpu_hours.high * in.price.high};
  }
  return out;
}

}  // namespace cvp::plan
