#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/printer.h"
#include "plan/gpu.h"
#include "plan/train_cost.h"

namespace cvp::cli {

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
  /// The same model by other methods: what each needs of one GPU.
  struct Method {
    std::string name;
    double bytes = 0;
  };
  std::vector<Method> methods;
  bool fits() const { return memory.total() <= static_cast<double>(usable_bytes); }
};

void show_training(Printer& printer, const TrainReport& report, bool markdown);
boost::json::object training_json(const TrainReport& report, Lang lang);

/// "21.4 h", "3.2 days", "35 min".
Text duration_text(double hours);

}  // namespace cvp::cli
