// How machines and GPUs look on the screen and as JSON.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "cli/printer.h"
#include "cli/table.h"
#include "plan/hardware.h"

namespace cvp::cli {

/// One column of a table of GPUs.
struct GpuColumn {
  Text title;
  const plan::Fact plan::Gpu::*fact;
  double unit;  // what the figure is divided by
  int digits;   // behind the point, where it has some
};
/// Memory, bandwidth, FP32, FP16, INT8, watts, price: in this order.
const std::vector<GpuColumn>& gpu_columns();

/// "1,008", "82.6"; with "?" behind it where the fact is unverified; "–" where it is unknown.
std::string fact_text(const plan::Fact& fact, double unit, int digits);

/// Name, year and gpu_columns(), a row a GPU. With ranks: also the order of people who play games.
Table gpu_table(const std::vector<const plan::Gpu*>& gpus, bool ranks);
/// Shorter, and still a name that every verb takes: "RTX 4090 Laptop" of "GeForce RTX 4090 Laptop GPU".
std::string short_gpu_name(std::string name);
/// What else a typed name fits: "“A100” is taken as …; it could also be …". Empty where it fits one GPU.
Text also_fits(const std::string& typed, const plan::GpuMatch& match);
/// What "?" and "–" mean, where the table has them.
void print_gpu_legend(Printer& printer, const std::vector<const plan::Gpu*>& gpus, bool markdown);

boost::json::object gpu_name_json(const plan::GpuName& name);
boost::json::object gpu_json(const plan::Gpu& gpu, Lang lang);
boost::json::object machine_json(const plan::Machine& machine, Lang lang);

}  // namespace cvp::cli
