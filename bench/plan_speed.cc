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

constexpr uint64_t kTokens = 512;     // read, or written from an empty context
constexpr double kThumbShare = 0.55;  // llmfit's and others' rule of thumb: of bandwidth over file size
constexpr double kPeersRange = 0.3;   // that llmfit prints

struct Row {
  const plan::SpeedRun* run = nullptr;
  plan::Speed predicted;
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
  out.bandwidth = device.bandwidth / static_cast<double>(plan::gguf_file_bytes(weights, model.shape));
  return out;
}

double off(double predicted, double measured) { return std::abs(predicted / measured - 1); }

/// Median error and share inside the range.
struct Score {
  double error = 0, covered = 0;
};
template <class Predicted, class Measured>
Score score(const std::vector<Row>& rows, const Predicted& predicted, const Measured& measured) {
  std::vector<double> errors;
  double covered = 0;
  for (const Row& row : rows) {
    const plan::Band band = predicted(row);
    errors.push_back(off(band.value, measured(*row.run)));
    covered += band.covers(measured(*row.run)) ? 1 : 0;
  }
  std::ranges::sort(errors);
  return {errors[errors.size() / 2], covered / static_cast<double>(errors.size())};
}

double decode(const plan::SpeedRun& run) { return run.decode; }
double prefill(const plan::SpeedRun& run) { return run.prefill; }
plan::Band of_decode(const Row& row) { return row.predicted.decode; }
plan::Band of_prefill(const Row& row) { return row.predicted.prefill; }

/// Of the rows that the constants were fitted to, or of the others, which say what the constants are worth.
void add_claims(std::vector<Claim>& out, const std::vector<Row>& rows, const std::string& which) {
  const Score d = score(rows, of_decode, decode), p = score(rows, of_prefill, prefill);
  out.push_back(share_at_most(which + "decode median error", d.error, 0.15));
  out.push_back(share_at_least(which + "decode in range", d.covered, 0.9));
  out.push_back(share_at_most(which + "prefill median error", p.error, 0.15));
  out.push_back(share_at_least(which + "prefill in range", p.covered, 0.9));
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
  std::vector<Row> fitted, unseen;
  for (const Row& row : rows) (row.run->fitted ? fitted : unseen).push_back(row);
  const Score thumb = score(
      fitted, [](const Row& row) { return plan::within(kThumbShare * row.bandwidth, kPeersRange); }, decode);
  const Score bandwidth = score(
      fitted, [](const Row& row) { return plan::within(row.bandwidth, kPeersRange); }, decode);
  context.say("the constants were fitted to {} rows; {} others were only looked at afterwards", fitted.size(),
              unseen.size());
  context.say(
      "peers, decode: 0.55 × bandwidth / file ± 30 %: median error {:.1f} %, covers {:.0f} %; bandwidth / "
      "file: {:.1f} %, {:.0f} %",
      100 * thumb.error, 100 * thumb.covered, 100 * bandwidth.error, 100 * bandwidth.covered);
  std::vector<Claim> claims;
  add_claims(claims, fitted, "");
  add_claims(claims, unseen, "unseen ");
  return claims;
}

}  // namespace cvp::bench
