#include "cli/plan_measure.h"

#include "engine/llama_bench.h"
#include "hub/engine_install.h"
#include "sys/hardware.h"

namespace cvp::cli {
namespace {

constexpr std::chrono::minutes kLongest{30};
constexpr uint64_t kOutputBytes = 1 << 20;

}  // namespace

Result<Bench> installed_bench(App& app) {
  const hub::EngineProgram engine = TRY(hub::find_engine(app.home(), app.config().string("engine.path")));
  return Bench{.run = hub::system_commands(),
               .argv_prefix = TRY(engine::llama_bench_beside(engine.argv_prefix))};
}

Result<plan::MeasuredRun> measure(const Bench& bench, const NamedSubject& model, const plan::InferPlan& plan,
                                  const plan::Rig& rig, const Clock& clock, const CancelToken& cancel) {
  const sys::SpawnOptions options =
      engine::llama_bench(bench.argv_prefix, plan::llama_bench_arguments(model.file, plan.placement, rig));
  const sys::RunResult result =
      TRY(bench.run(options, {.timeout = kLongest, .output_bytes = kOutputBytes}, cancel));
  if (result.status != 0) {
    return fail(Errc::failed, text("llama-bench ended with status {}: {}", "llama-bench 以状态 {} 结束：{}",
                                   result.status, hub::last_line(result.err)));
  }
  const plan::BenchResult measured = TRY(plan::parse_llama_bench(result.out));
  return plan::MeasuredRun{.model = model.subject.name,
                           .quantization = plan.quantization,
                           .decode = measured.decode,
                           .prefill = measured.prefill,
                           .estimated_decode = plan.speed.decode.value,
                           .estimated_prefill = plan.speed.prefill.value,
                           .engine = fmt::format("build {}", measured.build),
                           .unix_seconds = clock.unix_seconds()};
}

Result<double> measure_bandwidth(App& app) {
  app.printer().status(text("measuring the bandwidth of memory", "正在测量内存带宽"));
  auto bandwidth = sys::real_hardware().measure_memory_bandwidth(app.cancel());
  app.printer().clear_status();
  return bandwidth;
}

Result<plan::Measurements> measure_and_keep(App& app, const Bench& bench, const NamedSubject& model,
                                            const plan::Rig& rig, const plan::InferPlan& plan) {
  if (plan.verdict == plan::Verdict::no) {
    return fail(Errc::refused, text("{} does not fit this machine", "这台机器放不下 {}", model.subject.name));
  }
  if (!plan.speed.known) {
    return fail(
        Errc::refused, text("there is no estimate to compare a measurement with", "没有可与实测对照的估计值"),
        text("the GPU is not in cvp's catalogue; measure with --cpu", "目录中没有此 GPU；可加 --cpu 测量"));
  }
  plan::Measurements kept = read_measurements(app);
  if (kept.machine != rig.name) kept = {.machine = rig.name};
  kept.memory_bandwidth = rig.host.bandwidth;
  app.printer().status(text("llama-bench measures {}: some minutes", "llama-bench 正在测量 {}：需要几分钟",
                            model.subject.name));
  plan::remember(kept, TRY(measure(bench, model, plan, rig, app.clock(), app.cancel())));
  app.printer().clear_status();
  TRY(sys::make_folders(app.home()));
  TRY(sys::write_file_atomic(measurements_path(app), plan::format_measurements(kept)));
  return kept;
}

}  // namespace cvp::cli
