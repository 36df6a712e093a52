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

/// Of main memory, bytes/s; it takes some seconds. Plans are to be made with it before a model is measured:
/// later ones are, and the ratio of the two only means something for estimates of one kind.
Result<double> measure_bandwidth(App& app);

/// The model's speed; kept in HOME with the bandwidth that the machine was planned with. Errc::refused where
/// the model does not fit or its speed cannot be estimated.
Result<plan::Measurements> measure_and_keep(App& app, const Bench& bench, const NamedSubject& model,
                                            const plan::Rig& rig, const plan::InferPlan& plan);

}  // namespace cvp::cli
