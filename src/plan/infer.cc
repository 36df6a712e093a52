#include "plan/infer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cvp::plan {
namespace {

constexpr std::string_view kCompared[] = {"F16",    "Q8_0",   "Q6_K",    "Q5_K_M", "Q4_K_M",
                                          "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K"};
constexpr uint64_t kContextStep = 1024, kMostContext = 1 << 20;
constexpr double kFullBits = 15.9, kEightBits = 8.6, kFourBits = 4.2;
constexpr double kLittleLoss = 3.5;  // percent of perplexity; Q4_K_M loses 2.8 (data/planning/quality.toml)

std::unexpected<Error> unknown_quantization(const std::string& asked) {
  std::string all;
  for (const Quantization& q : quantizations()) all += (all.empty() ? "" : ", ") + std::string(q.name);
  return fail(Errc::not_found, text("there is no quantization “{}”", "没有量化格式“{}”", asked),
              text("known: {}", "可用：{}", all));
}

Verdict verdict_of(const Placement& placement) {
  if (!placement.fits) return Verdict::no;
  if (placement.gpu_layers == 0) return Verdict::cpu;
  return placement.all_on_gpus() ? Verdict::gpu : Verdict::split;
}

void add_quality(InferPlan& plan, const QualityTable& quality) {
  plan.lossless = plan.bits_per_weight > kFullBits;
  if (const QualityLoss* loss = quality.find(plan.quantization); loss != nullptr) plan.loss = *loss;
}

/// Of what is not wider than 8 bits the widest, which loses least; wider ones win nothing but slower writing.
bool better(const InferPlan& a, const InferPlan& b) {
  const bool a_wide = a.bits_per_weight > kEightBits, b_wide = b.bits_per_weight > kEightBits;
  if (a_wide != b_wide) return b_wide;
  return a_wide ? a.bits_per_weight < b.bits_per_weight : a.bits_per_weight > b.bits_per_weight;
}

}  // namespace

uint64_t InferPlan::weight_bytes() const {
  return pieces.layer_weights() + pieces.input_table + pieces.output_stored;
}

std::span<const std::string_view> compared_quantizations() { return kCompared; }

Result<InferPlan> plan_inference(const Subject& subject, const std::string& quantization, const Rig& rig,
                                 const InferQuery& query, const QualityTable& quality) {
  InferPlan plan;
  std::vector<Weight> weights = subject.weights;
  const Quantization* wanted = find_quantization(quantization);
  const bool as_stored = quantization.empty() || quantization == subject.stored_as ||
                         (wanted != nullptr && wanted->name == subject.stored_as);
  if (!as_stored) {
    if (wanted == nullptr) return unknown_quantization(quantization);
    weights = quantized(std::move(weights), subject.shape, *wanted);
    plan.quantization = wanted->name;
    plan.gguf = wanted->gguf;
  } else {
    plan.quantization = subject.stored_as.empty() ? "F16" : subject.stored_as;
  }
  plan.file_bytes =
      as_stored && subject.file_bytes > 0 ? subject.file_bytes : gguf_file_bytes(weights, subject.shape);
  uint64_t elements = 0;
  for (const Weight& weight : weights) elements += weight.elements();
  plan.pieces = TRY(take_apart(weights, subject.shape, query.run));
  if (elements > 0)
    plan.bits_per_weight = 8.0 * static_cast<double>(plan.weight_bytes()) / static_cast<double>(elements);
  plan.placement = place(plan.pieces, rig);
  plan.verdict = verdict_of(plan.placement);
  SpeedOptions how{.prompt_tokens = std::min(query.prompt_tokens, query.run.context_tokens),
                   .calibration = query.calibration};
  how.filled_tokens = how.prompt_tokens;
  plan.speed = estimate_speed(plan.pieces, plan.placement, rig, how);
  how.filled_tokens = query.run.context_tokens;
  plan.speed_full = estimate_speed(plan.pieces, plan.placement, rig, how);
  add_quality(plan, quality);
  return plan;
}

const InferPlan* best_plan(std::span<const InferPlan> plans) {
  const InferPlan* best = nullptr;
  const auto take = [&](const auto& accept, const auto& first) {
    for (const InferPlan& plan : plans) {
      if (plan.gguf && accept(plan) && (best == nullptr || first(plan, *best))) best = &plan;
    }
  };
  take([](const InferPlan& p) { return p.verdict == Verdict::gpu && p.bits_per_weight > kFourBits; }, better);
  if (best != nullptr) return best;
  // Off the GPU each byte costs time: of what loses little, the smallest.
  const auto smaller = [](const InferPlan& a, const InferPlan& b) {
    return a.bits_per_weight < b.bits_per_weight;
  };
  take(
      [](const InferPlan& p) {
        return p.verdict != Verdict::no && p.bits_per_weight > kFourBits && p.loss &&
               p.loss->small_percent < kLittleLoss;
      },
      smaller);
  if (best != nullptr) return best;
  take([](const InferPlan& p) { return p.verdict != Verdict::no; },
       [](const InferPlan& a, const InferPlan& b) { return a.bits_per_weight > b.bits_per_weight; });
  return best;
}

std::vector<std::string> engine_flags(const InferPlan& plan, const Rig& rig, const std::string& file) {
  const RunOptions& run = plan.pieces.options;
  std::vector<std::string> out = {"llama-server", "-m", file, "-c",
                                  std::to_string(run.context_tokens * run.users)};
  const auto add = [&](std::string name, std::string value) {
    out.push_back(std::move(name));
    out.push_back(std::move(value));
  };
  // Without it llama-server opens four slots, each with windows and states of its own.
  add("-np", std::to_string(run.users));
  if (!rig.gpus.empty()) add("-ngl", std::to_string(plan.placement.gpu_layers));
  if (plan.placement.host_expert_layers > 0)
    add("--n-cpu-moe", std::to_string(plan.placement.host_expert_layers));
  if (rig.gpus.size() > 1 && plan.placement.gpu_layers > 0) {
    std::string split;
    for (const Device& gpu : rig.gpus) {
      if (!split.empty()) split += ",";
      split += std::to_string(gpu.usable_bytes >> 20);
    }
    add("-ts", split);
  }
  if (rig.gpus.empty() || plan.placement.gpu_layers == 0) add("-t", std::to_string(rig.host.threads));
  if (run.key != model::TensorType::f16 || run.value != model::TensorType::f16) {
    const auto type_name = [](model::TensorType type) {
      std::string name(model::tensor_type_info(static_cast<uint32_t>(type))->name);
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
      return name;
    };
    add("-fa", "on");
    add("-ctk", type_name(run.key));
    add("-ctv", type_name(run.value));
  }
  if (run.batch_tokens != RunOptions{}.batch_tokens) add("-ub", std::to_string(run.batch_tokens));
  return out;
}

uint64_t longest_context(const Subject& subject, const std::string& quantization, const Rig& rig,
                         const InferQuery& query) {
  const auto fits = [&](uint64_t tokens) {
    InferQuery longer = query;
    longer.run.context_tokens = tokens;
    const auto plan = plan_inference(subject, quantization, rig, longer, {});
    // Where a shorter one is wholly on the GPU, so must the longer be.
    return plan && plan->placement.fits && (rig.gpus.empty() || plan->verdict == Verdict::gpu);
  };
  uint64_t low = 0, high = (subject.shape.context_tokens > 0 ? subject.shape.context_tokens : kMostContext) /
                           kContextStep;
  while (low < high) {
    const uint64_t middle = low + (high - low + 1) / 2;
    if (fits(middle * kContextStep)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low * kContextStep;
}

}  // namespace cvp::plan
