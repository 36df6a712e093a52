// plan/speed-here, plan/memory-here and plan/start: the planner against this machine and its engine.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "bench/context.h"
#include "bench/figure.h"
#include "bench/models.h"
#include "bench/process_tree.h"
#include "engine/llama_bench.h"
#include "engine/server_flags.h"
#include "hub/command.h"
#include "plan/calibration.h"
#include "plan/subject.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

constexpr const char* kChatModels[] = {"qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct",
                                       "smollm2-135m-instruct"};
constexpr std::chrono::minutes kBenchTimeout{20};
constexpr int kStarts = 21;

Result<model::InstalledModel> installed(Context& context, const std::string& id) {
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  return bench::installed(context.options().home, *TRY(catalogue.find(id)), context.progress(),
                          context.cancel());
}

/// This machine without its GPUs: the engine that is installed here computes on the CPU.
Result<plan::Rig> this_cpu(Context& context, bool measured) {
  const plan::Machine machine{.host = sys::real_hardware().read()};
  const double bandwidth =
      measured ? TRY(sys::real_hardware().measure_memory_bandwidth(context.cancel())) : 0;
  return plan::without_gpus(plan::rig_of(machine, bandwidth));
}

Result<plan::BenchResult> run_bench(Context& context, const sys::Path& gguf, const plan::InferPlan& plan,
                                    const plan::Rig& rig) {
  const engine::LocalOptions options =
      TRY(engine_options(context.options().home, context.progress(), context.cancel()));
  const sys::SpawnOptions spawn =
      engine::llama_bench(TRY(engine::llama_bench_beside(options.argv_prefix)),
                          plan::llama_bench_arguments(gguf.string(), plan.placement, rig));
  const sys::RunResult result = TRY(sys::run(spawn, "", {.timeout = kBenchTimeout}, context.cancel()));
  if (result.status != 0)
    return fail(Errc::failed, text("llama-bench: {}", "llama-bench：{}", hub::last_line(result.err)));
  return plan::parse_llama_bench(result.out);
}

uint64_t resident_of_children() {
  uint64_t sum = 0;
  for (const int pid : descendants(sys::own_pid())) sum += sys::resident_bytes(pid);
  return sum;
}

struct MemoryRow {
  std::string model;
  uint32_t context = 0;
  double measured = 0, predicted = 0;
  double error() const { return std::abs(predicted / measured - 1); }
};

Result<double> predicted_memory(const model::InstalledModel& model, const plan::RunOptions& run,
                                const plan::Rig& rig) {
  const plan::Subject subject = TRY(plan::subject_of_gguf(model.gguf, model.entry.id));
  const plan::ModelPieces pieces = TRY(plan::take_apart(subject.weights, subject.shape, run));
  return static_cast<double>(plan::place_as(pieces, rig, 0, 0).host.total());
}

Result<MemoryRow> chat_memory(Context& context, const model::InstalledModel& model, uint32_t tokens,
                              const plan::Rig& rig) {
  engine::LocalOptions options =
      TRY(engine_options(context.options().home, context.progress(), context.cancel()));
  options.context_tokens = tokens;
  options.cache_bytes = 0;
  const auto generator = TRY(engine::local_generator(model, options, sys::real_clock()));
  // Long enough that every buffer has been used.
  std::string words;
  for (int i = 0; i < 300; ++i) words += "word ";
  const std::vector<model::Message> messages = {{model::Role::user, {words}}};
  TRY(generator->generate(messages, {.max_tokens = 2, .stop = {}}, {}, context.cancel()));
  MemoryRow row{
      .model = model.entry.id, .context = tokens, .measured = static_cast<double>(resident_of_children())};
  row.predicted =
      TRY(predicted_memory(model, {.context_tokens = tokens, .batch_tokens = engine::kBatchTokens}, rig));
  return row;
}

Result<MemoryRow> embedder_memory(Context& context, model::InstalledModel model, uint32_t tokens,
                                  const plan::Rig& rig) {
  const engine::LocalOptions options =
      TRY(engine_options(context.options().home, context.progress(), context.cancel()));
  model.entry.context_tokens = tokens;
  const auto embedder = TRY(engine::local_embedder(model, options, sys::real_clock()));
  std::string words;
  for (uint32_t i = 0; i < tokens; ++i) words += "word ";
  const std::vector<std::string> texts(16, words);
  TRY(embedder->embed(texts, model::TextRole::passage, context.cancel()));
  MemoryRow row{
      .model = model.entry.id, .context = tokens, .measured = static_cast<double>(resident_of_children())};
  row.predicted = TRY(predicted_memory(
      model, {.context_tokens = tokens, .users = engine::kEmbedderSlots, .batch_tokens = tokens}, rig));
  return row;
}

}  // namespace

Result<std::vector<Claim>> plan_speed_here(Context& context) {
  const plan::QualityTable quality = TRY(plan::quality_table());
  const plan::Rig rig = TRY(this_cpu(context, true));
  context.say("{}, {} threads, memory read at {:.1f} GB/s", rig.name, rig.host.threads,
              rig.host.bandwidth / 1e9);
  plan::Measurements learnt{.machine = rig.name};
  size_t inside = 0, all = 0;
  const plan::InferQuery query{.run = {.context_tokens = plan::kBenchPrompt + plan::kBenchReply},
                               .prompt_tokens = plan::kBenchPrompt};
  for (const char* id : kChatModels) {
    const model::InstalledModel model = TRY(installed(context, id));
    const plan::Subject subject = TRY(plan::subject_of_gguf(model.gguf, id));
    const plan::InferPlan plan = TRY(plan::plan_inference(subject, "", rig, query, quality));
    plan::InferQuery again = query;
    again.calibration = plan::calibration_for(learnt, rig.name, id, plan.quantization);
    const plan::Speed calibrated = TRY(plan::plan_inference(subject, "", rig, again, quality)).speed;
    const plan::BenchResult measured = TRY(run_bench(context, model.gguf, plan, rig));
    const auto line = [&](const char* what, double real, const plan::Band& predicted,
                          const plan::Band& after) {
      const bool in = predicted.covers(real);
      inside += in ? 1 : 0;
      ++all;
      context.say("{:30} {:8} measured {:7.1f}  predicted {:7.1f} ({:.1f}–{:.1f}) {}{}", id, what, real,
                  predicted.value, predicted.low, predicted.high, in ? "in range" : "outside",
                  again.calibration.measured() ? fmt::format("; by the models before {:.1f} ({:.1f}–{:.1f})",
                                                             after.value, after.low, after.high)
                                               : "");
    };
    line("writes", measured.decode, plan.speed.decode, calibrated.decode);
    line("reads", measured.prefill, plan.speed.prefill, calibrated.prefill);
    plan::remember(learnt, {.model = id,
                            .quantization = plan.quantization,
                            .decode = measured.decode,
                            .prefill = measured.prefill,
                            .estimated_decode = plan.speed.decode.value,
                            .estimated_prefill = plan.speed.prefill.value});
  }
  return std::vector<Claim>{{fmt::format("within the printed range {} of {}", inside, all),
                             fmt::format("{} of {}", all, all), inside == all}};
}

Result<std::vector<Claim>> plan_memory_here(Context& context) {
  const plan::Rig rig = TRY(this_cpu(context, false));
  std::vector<MemoryRow> rows;
  for (const char* id : kChatModels) {
    const model::InstalledModel model = TRY(installed(context, id));
    for (const uint32_t tokens : {1024u, 4096u, 8192u})
      rows.push_back(TRY(chat_memory(context, model, tokens, rig)));
  }
  const model::InstalledModel embedder = TRY(installed(context, "multilingual-e5-small"));
  for (const uint32_t tokens : {128u, 256u, 512u})
    rows.push_back(TRY(embedder_memory(context, embedder, tokens, rig)));
  double worst = 0;
  for (const MemoryRow& row : rows) {
    context.say("{:30} context {:5}  resident {:7.1f} MB  predicted {:7.1f} MB  off by {:.1f} %", row.model,
                row.context, row.measured / 1e6, row.predicted / 1e6, 100 * row.error());
    worst = std::max(worst, row.error());
  }
  return std::vector<Claim>{share_at_most("largest error", worst, 0.1)};
}

Result<std::vector<Claim>> plan_start(Context& context) {
  const model::InstalledModel model = TRY(installed(context, kChatModels[2]));
  const sys::Path program = context.options().binaries / "cvp";
  std::vector<double> ms;
  for (int i = 0; i < kStarts; ++i) {
    const double begin = sys::real_clock().steady_ms();
    const sys::RunResult result = TRY(sys::run(
        {.argv = {program.string(), "plan", model.gguf.string(), "--cpu"}}, "", {}, context.cancel()));
    if (result.status != 0)
      return fail(Errc::failed, text("cvp plan: {}", "cvp plan：{}", hub::last_line(result.err)));
    ms.push_back(sys::real_clock().steady_ms() - begin);
  }
  std::ranges::sort(ms);
  context.say("{} starts of `cvp plan {}`: fastest {:.0f}, median {:.0f}, slowest {:.0f} ms", kStarts,
              model.gguf.filename().string(), ms.front(), ms[ms.size() / 2], ms.back());
  return std::vector<Claim>{at_most("start to printed, median", ms[ms.size() / 2], 50, 0, "ms")};
}

}  // namespace cvp::bench
