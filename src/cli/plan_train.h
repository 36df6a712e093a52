// `cvp plan train`: what training takes of memory, time, energy and money.
#pragma once
#include <string>

#include "cli/plan_machine.h"
#include "cli/verb.h"

namespace cvp::cli {

struct TrainRequest {
  std::string model;       // as open_subject() takes it; empty: `parameters`
  std::string parameters;  // "65e9", "7B"
  std::string tokens, job, precision = "mixed", optimizer = "adamw";
  std::string price, energy_price, mfu, watts;
  MachineOptions machine;
  int64_t examples = 0, epochs = 0, sequence = 2048, micro_batch = 1, rank = 0, zero = 0, tensor = 1,
          pipeline = 1;
  bool recompute = false, no_flash = false, offload = false, markdown = false;
};

Verb plan_train_verb();
Result<int> plan_training(App& app, const TrainRequest& request);

}  // namespace cvp::cli
