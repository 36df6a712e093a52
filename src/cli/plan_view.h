// How a plan looks on the screen, as Markdown and as JSON.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "cli/printer.h"
#include "cli/subject.h"
#include "plan/infer.h"

namespace cvp::cli {

struct InferReport {
  const NamedSubject& model;
  const plan::Rig& rig;
  std::vector<plan::InferPlan> plans;  // from the largest to the smallest
  const plan::InferPlan* best = nullptr;
  uint64_t longest_context = 0;  // of the best; 0: not known
  bool calibrated = false;
  bool host_as_here = false;  // only the GPU was named: the rest of the computer is this one's
  plan::QualityTable quality;
};

void show_inference(Printer& printer, const InferReport& report, bool markdown);
boost::json::object inference_json(const InferReport& report, Lang lang);

/// "2 × GeForce RTX 3090, 64 GiB RAM".
Text machine_text(const plan::Rig& rig);
/// "48 (40–58)".
Text band_text(const plan::Band& band);
/// "48 ±20%": from value / 1.2 to value × 1.2.
std::string band_cell(const plan::Band& band);
boost::json::object band_json(const plan::Band& band);
/// "+2.8 %", "none", "not published".
Text loss_text(const plan::InferPlan& plan);
/// Words of a shell command, quoted where they need it.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace cvp::cli
