// Measures a model on this machine with the engine's own llama-bench, and keeps the result for later plans.
#pragma once
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/plan_machine.h"
#include "cli/subject.h"
#include "hub/command.h"
#include "plan/calibration.h"

namespace cvp::cli {

/// Effects, so that tests need no engine.
struct Bench {
  hub::RunCommand run;
  std::vector<std::string> argv_prefix;  // how llama-bench is started
};
/// llama-bench beside the llama-server that is found. Errc::not_found with the command that installs it.
Result<Bench> installed_bench(App& app);

/// plan: of the file as it is, without calibration. Errc::failed with the program's last words where it ends
/// badly; parse_llama_bench()'s errors.
Result<plan::MeasuredRun> measure(const Bench& bench, const NamedSubject& model, const plan::InferPlan& plan,
                                  const plan::Rig& rig, const Clock& clock, const CancelToken& cancel);

/// The bandwidth of main memory and the model's speed; kept in HOME. Errc::usage where the model has no file
/// here or the machine is only named.
Result<plan::Measurements> measure_and_keep(App& app, const Bench& bench, const NamedSubject& model,
                                            const PlannedMachine& machine, const plan::InferPlan& plan);

}  // namespace cvp::cli
