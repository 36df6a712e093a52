#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/printer.h"
#include "plan/gpu.h"
#include "plan/train_cost.h"

namespace cvp::cli {

/// The source of a price that the user gave.
constexpr std::string_view kOwnPrice = "--price";

struct TrainReport {
  std::string model;      // its name, or its size
  std::string job;        // "qlora"
  plan::CostInput input;  // with options and net
  plan::Gpu gpu;
  plan::TrainMemory memory;  // of one GPU
  uint64_t usable_bytes = 0;
  plan::TrainCost cost;
  std::vector<Text> notes;  // what was assumed
  std::string price_source;
  /// The same model by other methods, on as many GPUs: what each needs of one.
  struct Method {
    std::string name;  // in JSON: "qlora", "ZeRO-3"
    Text label;
    plan::Band memory;
    bool chosen = false;  // the one that was asked for
  };
  std::vector<Method> methods;
  double host_bytes = 0;  // main memory there is; 0: not said
  bool fits(double bytes) const { return bytes <= static_cast<double>(usable_bytes); }
  bool host_fits() const { return host_bytes <= 0 || memory.host <= host_bytes; }
};

void show_training(Printer& printer, const TrainReport& report, bool markdown);
boost::json::object training_json(const TrainReport& report, Lang lang);

/// "21.4 h", "3.2 days", "35 min".
Text duration_text(double hours);
/// "QLoRA fine-tuning" of "qlora".
Text job_text(const std::string& job);

}  // namespace cvp::cli
