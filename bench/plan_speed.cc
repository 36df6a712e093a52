// plan/speed-table: the planner's speeds against published measurements, with the rules of thumb of others
// beside it.
#include <algorithm>
#include <cmath>

#include "bench/context.h"
#include "bench/figure.h"
#include "plan/infer.h"
#include "plan/known_models.h"

namespace cvp::bench {
namespace {

constexpr uint64_t kTokens = 512;  // read, or written from an empty context

struct Row {
  const plan::SpeedRun* run = nullptr;
  plan::Speed predicted;
  double thumb = 0;      // llmfit and others: 0.55 of the bandwidth over the file
  double bandwidth = 0;  // gguf-parser-go and others: the bandwidth over the weights
};

plan::Subject subject(const plan::ModelFacts& facts) {
  return {.name = facts.name, .shape = *facts.shape, .weights = plan::weights_of_shape(*facts.shape)};
}

Result<Row> predict(const plan::SpeedRun& run, const plan::GpuCatalogue& gpus,
                    const plan::KnownModels& models) {
  const plan::ModelFacts* facts = TRY(models.find(run.model));
  const plan::Quantization* quantization = plan::find_quantization(run.quantization);
  if (!facts->shape || quantization == nullptr) {
    return fail(Errc::corrupt,
                text("{} {} cannot be planned", "无法规划 {} {}", run.model, run.quantization));
  }
  const plan::Device device = plan::device_of(*TRY(gpus.find(run.gpu)).gpu);
  plan::Rig rig;
  rig.gpus.assign(static_cast<size_t>(run.count), device);
  plan::Subject model = subject(*facts);
  const auto weights = plan::quantized(std::move(model.weights), model.shape, *quantization);
  const plan::ModelPieces pieces =
      TRY(plan::take_apart(weights, model.shape, {.context_tokens = 2 * kTokens}));
  const plan::Placement placed =
      plan::place_as(pieces, rig, static_cast<uint32_t>(model.shape.layers.size()) + 1, 0);
  Row out{.run = &run};
  // On average half of what is written lies behind.
  out.predicted =
      plan::estimate_speed(pieces, placed, rig, {.filled_tokens = kTokens / 2, .prompt_tokens = kTokens});
  const uint64_t bytes = plan::gguf_file_bytes(weights, model.shape);
  out.thumb = plan::rule_of_thumb(bytes, device.bandwidth);
  out.bandwidth = device.bandwidth / static_cast<double>(bytes);
  return out;
}

double off(double predicted, double measured) { return std::abs(predicted / measured - 1); }

/// Median error and share inside the range.
struct Score {
  double error = 0, covered = 0;
};
template <class Predicted, class Measured>
Score score(const std::vector<Row>& rows, bool fitted_only, const Predicted& predicted,
            const Measured& measured) {
  std::vector<double> errors;
  double covered = 0;
  for (const Row& row : rows) {
    if (fitted_only && !row.run->fitted) continue;
    const plan::Band band = predicted(row);
    errors.push_back(off(band.value, measured(*row.run)));
    covered += band.covers(measured(*row.run)) ? 1 : 0;
  }
  std::ranges::sort(errors);
  return {errors[errors.size() / 2], covered / static_cast<double>(errors.size())};
}

}  // namespace

Result<std::vector<Claim>> plan_speed_table(Context& context) {
  const plan::SpeedRuns runs = TRY(plan::speed_runs());
  const plan::GpuCatalogue gpus = TRY(plan::GpuCatalogue::load());
  const plan::KnownModels models = TRY(plan::KnownModels::load());
  std::vector<Row> rows;
  for (const plan::SpeedRun& run : runs.rows) rows.push_back(TRY(predict(run, gpus, models)));
  context.say("{}", runs.source.title);
  context.say("{:15} × {:12} {:8} {:>8} {:>20}  {:>8} {:>22}", "GPU", "model", "", "writes", "predicted",
              "reads", "predicted");
  for (const Row& row : rows) {
    const plan::Speed& p = row.predicted;
    context.say("{:15} {} {:12} {:8} {:8.2f} {:7.2f} ({:.1f}–{:.1f}){} {:8.0f} {:7.0f} ({:.0f}–{:.0f}){}{}",
                row.run->gpu, row.run->count, row.run->model, row.run->quantization, row.run->decode,
                p.decode.value, p.decode.low, p.decode.high, p.decode.covers(row.run->decode) ? "" : "!",
                row.run->prefill, p.prefill.value, p.prefill.low, p.prefill.high,
                p.prefill.covers(row.run->prefill) ? "" : "!", row.run->fitted ? "" : "  not fitted");
  }
  const auto decode = [](const plan::SpeedRun& run) { return run.decode; };
  const auto prefill = [](const plan::SpeedRun& run) { return run.prefill; };
  const auto of_decode = [](const Row& row) { return row.predicted.decode; };
  const auto of_prefill = [](const Row& row) { return row.predicted.prefill; };
  const Score d = score(rows, true, of_decode, decode), p = score(rows, true, of_prefill, prefill);
  const Score all = score(rows, false, of_decode, decode), all_p = score(rows, false, of_prefill, prefill);
  const Score thumb = score(
      rows, true, [](const Row& row) { return plan::within(row.thumb, 0.3); }, decode);
  const Score bandwidth = score(
      rows, true, [](const Row& row) { return plan::within(row.bandwidth, 0.3); }, decode);
  context.say("all {} rows: decode median error {:.1f} %, range covers {:.0f} %; prefill {:.1f} %, {:.0f} %",
              rows.size(), 100 * all.error, 100 * all.covered, 100 * all_p.error, 100 * all_p.covered);
  context.say(
      "peers, decode: 0.55 × bandwidth / file ± 30 %: median error {:.1f} %, covers {:.0f} %; bandwidth / "
      "file: {:.1f} %, {:.0f} %",
      100 * thumb.error, 100 * thumb.covered, 100 * bandwidth.error, 100 * bandwidth.covered);
  return std::vector<Claim>{share_at_most("decode median error", d.error, 0.15),
                            share_at_least("decode in range", d.covered, 0.9),
                            share_at_most("prefill median error", p.error, 0.15),
                            share_at_least("prefill in range", p.covered, 0.9)};
}

}  // namespace cvp::bench
