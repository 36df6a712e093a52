#include "plan/recommend.h"

#include <algorithm>
#include <cmath>

namespace cvp::plan {
namespace {

Text language_name(const std::string& language) {
  if (language == "zh") return text("Chinese", "中文");
  if (language == "en") return text("English", "英文");
  return verbatim(language);
}

/// The first language it does not speak; empty: it speaks all.
std::string lacks(const Candidate& candidate, const Goal& goal) {
  const auto& known = candidate.languages;
  if (std::ranges::find(known, "multilingual") != known.end()) return {};
  for (const std::string& wanted : goal.languages) {
    if (std::ranges::find(known, wanted) == known.end()) return wanted;
  }
  return {};
}

/// Larger models answer better, and a quantization takes some of it away: doubling the parameters is worth a
/// point, a rise of the perplexity by 10 % costs about one.
double quality_of(const Candidate& candidate, const InferPlan& plan) {
  const double lost = plan.loss ? plan.loss->small_percent : 0;
  return std::log2(std::max(1.0, candidate.parameters / 1e8)) - lost / 10;
}

Band answer_time(const InferPlan& plan) {
  if (!plan.speed.known) return {};
  const auto at = [](double prefill, double decode) {
    return kTypicalPrompt / prefill + kTypicalReply / decode;
  };
  const Speed& s = plan.speed;
  return {at(s.prefill.value, s.decode.value), at(s.prefill.high, s.decode.high),
          at(s.prefill.low, s.decode.low)};
}

Text where_text(const InferPlan& plan) {
  switch (plan.verdict) {
    case Verdict::gpu:
      return text("wholly on the GPU", "完全放入显存");
    case Verdict::split:
      return text("partly on the GPU, the rest in main memory", "一部分在显存，其余在内存");
    case Verdict::cpu:
      return text("in main memory, on the CPU", "在内存中，由 CPU 计算");
    case Verdict::no:
      return text("does not fit", "放不下");
  }
  return {};
}

Text time_text(double seconds) {
  return seconds < 1 ? text("in under a second", "不到一秒")
                     : text("in about {:.0f} s", "约需 {:.0f} 秒", seconds);
}

void give_reasons(Choice& choice, const Goal& goal) {
  const InferPlan& plan = choice.plan;
  choice.reasons.push_back(where_text(plan));
  if (choice.answer_seconds.value > 0) {
    const Text time = time_text(choice.answer_seconds.value);
    choice.reasons.push_back(choice.in_time ? text("an answer {}, within your {:.0f} s",
                                                   "回答{}，不超过你要求的 {:.0f} 秒", time, goal.seconds)
                                            : text("an answer {}, more than your {:.0f} s",
                                                   "回答{}，超过你要求的 {:.0f} 秒", time, goal.seconds));
  } else {
    choice.reasons.push_back(text("its speed here is not known", "无法估计在此机器上的速度"));
  }
  if (plan.loss && plan.loss->small_percent > 5)
    choice.reasons.push_back(text("{} loses noticeably", "{} 的质量损失较明显", plan.quantization));
}

/// Plans of one candidate at each quantization it is offered in.
Result<std::vector<InferPlan>> plans_of(const Candidate& candidate, const Goal& goal, const Rig& rig,
                                        const SpeedCalibration& calibration, const QualityTable& quality) {
  const InferQuery query{.run = {.context_tokens = goal.context_tokens, .users = goal.users},
                         .prompt_tokens = static_cast<uint64_t>(kTypicalPrompt),
                         .calibration = calibration};
  std::vector<InferPlan> out;
  if (candidate.only_stored) {
    out.push_back(TRY(plan_inference(candidate.subject, "", rig, query, quality)));
    return out;
  }
  for (const std::string_view name : compared_quantizations())
    out.push_back(TRY(plan_inference(candidate.subject, std::string(name), rig, query, quality)));
  return out;
}

}  // namespace

Result<Ranking> recommend(std::span<const Candidate* const> candidates, const Goal& goal, const Rig& rig,
                          std::span<const SpeedCalibration> calibrations, const QualityTable& quality) {
  Ranking out;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = *candidates[i];
    if (const std::string language = lacks(candidate, goal); !language.empty()) {
      out.left_out.emplace_back(candidate.id, text("does not speak {}", "不支持{}", language_name(language)));
      continue;
    }
    if (goal.commercial && !candidate.commercial) {
      out.left_out.emplace_back(
          candidate.id, text("its licence ({}) does not allow commercial use, or only with conditions",
                             "许可证（{}）不允许商用，或附有条件", candidate.licence));
      continue;
    }
    const SpeedCalibration calibration = i < calibrations.size() ? calibrations[i] : SpeedCalibration{};
    const auto plans = TRY(plans_of(candidate, goal, rig, calibration, quality));
    const InferPlan* best = best_plan(plans);
    if (best == nullptr) {
      out.left_out.emplace_back(candidate.id,
                                text("needs {:.1f} GiB more memory", "还差 {:.1f} GiB 内存",
                                     static_cast<double>(plans.back().placement.missing_bytes) / (1 << 30)));
      continue;
    }
    Choice choice{.candidate = &candidate, .plan = *best};
    choice.quality = quality_of(candidate, *best);
    choice.answer_seconds = answer_time(*best);
    choice.in_time = choice.answer_seconds.value > 0 && choice.answer_seconds.value <= goal.seconds;
    give_reasons(choice, goal);
    out.choices.push_back(std::move(choice));
  }
  std::ranges::stable_sort(out.choices, [](const Choice& a, const Choice& b) {
    if (a.in_time != b.in_time) return a.in_time;
    const bool a_known = a.answer_seconds.value > 0, b_known = b.answer_seconds.value > 0;
    if (a_known != b_known) return a_known;
    return a.in_time || !a_known ? a.quality > b.quality : a.answer_seconds.value < b.answer_seconds.value;
  });
  return out;
}

}  // namespace cvp::plan
