#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "cli/printer.h"
#include "plan/infer.h"
#include "plan/parameters.h"

namespace cvp::cli {

void show_mlp(Printer& printer, const plan::MlpCount& count, bool markdown);
boost::json::object mlp_json(const plan::MlpCount& count);

struct ParametersView {
  bool every_tensor = false;  // else one line for the same tensor of all layers
  bool markdown = false;
};
void show_parameters(Printer& printer, const plan::Subject& model, const ParametersView& view);
/// Every tensor, and the sums.
boost::json::object parameters_json(const plan::Subject& model);

}  // namespace cvp::cli
