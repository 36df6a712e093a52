#include "plan/calibration.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace cvp::plan {
namespace {

// Changes with speed.cc: a ratio to another formula's estimate says nothing.
constexpr int kFormula = 1;
constexpr size_t kMostRuns = 100;
constexpr size_t kMostBytes = 1 << 20;
constexpr double kOwnRange = 0.15, kOthersRange = 0.35;
constexpr double kMostSpread = 2.0;

std::unexpected<Error> not_ours(const std::string& name) {
  return fail(Errc::corrupt, text("{} is damaged", "{} 已损坏", name),
              text("remove it, then run `cvp plan --measure`", "请删除它，再运行 `cvp plan --measure`"));
}

double number(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return 0;
  const double number = value->to_number<double>();
  return std::isfinite(number) && number > 0 ? number : 0;
}

std::string string(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

struct Ratios {
  double mean = 1, spread = 0;
};

/// Of measured to estimated times, in the middle of their logarithms.
Ratios ratios(const std::vector<double>& estimated_over_measured) {
  double sum = 0, low = INFINITY, high = 0;
  for (const double r : estimated_over_measured) {
    sum += std::log(r);
    low = std::min(low, r);
    high = std::max(high, r);
  }
  const double mean = std::exp(sum / static_cast<double>(estimated_over_measured.size()));
  return {mean, std::min(kMostSpread, std::max(high / mean, mean / low) - 1)};
}

}  // namespace

Result<Measurements> parse_measurements(std::string_view json, const std::string& name) {
  if (json.size() > kMostBytes) return not_ours(name);
  boost::system::error_code error;
  const boost::json::value root = boost::json::parse(json, error);
  if (error || !root.is_object()) return not_ours(name);
  const boost::json::object& object = root.get_object();
  Measurements out{.machine = string(object, "machine"),
                   .memory_bandwidth = number(object, "memory_bandwidth")};
  const boost::json::value* runs = object.if_contains("runs");
  if (runs == nullptr || !runs->is_array()) return not_ours(name);
  for (const boost::json::value& value : runs->get_array()) {
    if (!value.is_object() || out.runs.size() == kMostRuns) return not_ours(name);
    const boost::json::object& run = value.get_object();
    if (number(run, "formula") != kFormula) continue;
    MeasuredRun one{.model = string(run, "model"),
                    .quantization = string(run, "quantization"),
                    .decode = number(run, "decode"),
                    .prefill = number(run, "prefill"),
                    .estimated_decode = number(run, "estimated_decode"),
                    .estimated_prefill = number(run, "estimated_prefill"),
                    .engine = string(run, "engine"),
                    .unix_seconds = static_cast<int64_t>(std::min(number(run, "time"), 1e15))};
    if (one.decode > 0 && one.prefill > 0 && one.estimated_decode > 0 && one.estimated_prefill > 0)
      out.runs.push_back(std::move(one));
  }
  return out;
}

std::string format_measurements(const Measurements& measurements) {
  boost::json::array runs;
  for (const MeasuredRun& run : measurements.runs) {
    runs.push_back(boost::json::object{{"formula", kFormula},
                                       {"model", run.model},
                                       {"quantization", run.quantization},
                                       {"decode", run.decode},
                                       {"prefill", run.prefill},
                                       {"estimated_decode", run.estimated_decode},
                                       {"estimated_prefill", run.estimated_prefill},
                                       {"engine", run.engine},
                                       {"time", run.unix_seconds}});
  }
  return boost::json::serialize(boost::json::object{{"machine", measurements.machine},
                                                    {"memory_bandwidth", measurements.memory_bandwidth},
                                                    {"runs", std::move(runs)}}) +
         "\n";
}

void remember(Measurements& measurements, MeasuredRun run) {
  auto& runs = measurements.runs;
  std::erase_if(runs, [&](const MeasuredRun& old) {
    return old.model == run.model && old.quantization == run.quantization;
  });
  runs.push_back(std::move(run));
  if (runs.size() > kMostRuns) runs.erase(runs.begin(), runs.end() - kMostRuns);
}

SpeedCalibration calibration_for(const Measurements& measurements, const std::string& machine,
                                 std::string_view model, std::string_view quantization) {
  if (measurements.machine != machine || measurements.runs.empty()) return {};
  std::vector<double> decode, prefill;
  for (const MeasuredRun& run : measurements.runs) {
    const double of_decode = run.estimated_decode / run.decode,
                 of_prefill = run.estimated_prefill / run.prefill;
    if (run.model == model && run.quantization == quantization)
      return {of_decode, of_prefill, kOwnRange, kOwnRange};
    decode.push_back(of_decode);
    prefill.push_back(of_prefill);
  }
  const Ratios d = ratios(decode), p = ratios(prefill);
  return {d.mean, p.mean, kOthersRange + d.spread, kOthersRange + p.spread};
}

Result<BenchResult> parse_llama_bench(std::string_view output) {
  const auto unreadable = [] {
    return fail(Errc::corrupt,
                text("llama-bench said nothing that can be read", "无法理解 llama-bench 的输出"),
                text("`cvp engine install` gets a version that is known to work",
                     "`cvp engine install` 会安装可用的版本"));
  };
  // Back ends may print lines before the list.
  const size_t begin = output.find("[\n"), end = output.rfind(']');
  const size_t from = begin != output.npos ? begin : output.find('[');
  if (from == output.npos || end == output.npos || end < from || end - from > kMostBytes) return unreadable();
  boost::system::error_code error;
  const boost::json::value root = boost::json::parse(output.substr(from, end - from + 1), error);
  if (error || !root.is_array()) return unreadable();
  BenchResult out;
  for (const boost::json::value& value : root.get_array()) {
    if (!value.is_object()) return unreadable();
    const boost::json::object& test = value.get_object();
    const bool reads = number(test, "n_prompt") > 0, writes = number(test, "n_gen") > 0;
    if (reads && !writes) out.prefill = number(test, "avg_ts");
    if (writes && !reads) out.decode = number(test, "avg_ts");
    out.build = static_cast<uint64_t>(std::min(number(test, "build_number"), 1e9));
  }
  if (out.decode == 0 || out.prefill == 0) return unreadable();
  return out;
}

std::vector<std::string> llama_bench_arguments(const std::string& file, const Placement& placement,
                                               const Rig& rig) {
  std::vector<std::string> out = {
      "-m", file,  "-p", std::to_string(kBenchPrompt),     "-n",   std::to_string(kBenchReply),
      "-r", "3",   "-t", std::to_string(rig.host.threads), "-ngl", std::to_string(placement.gpu_layers),
      "-o", "json"};
  if (placement.host_expert_layers > 0) {
    out.emplace_back("-ncmoe");
    out.push_back(std::to_string(placement.host_expert_layers));
  }
  return out;
}

}  // namespace cvp::plan
