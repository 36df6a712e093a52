// Speeds measured on this very machine with the engine's own llama-bench, and what they teach about the next
// estimate.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/speed.h"

namespace cvp::plan {

/// One model, measured beside its estimate.
struct MeasuredRun {
  std::string model, quantization;
  double decode = 0, prefill = 0;                      // tokens/s, measured
  double estimated_decode = 0, estimated_prefill = 0;  // by the formula without calibration
  std::string engine;                                  // "build 11669"
  int64_t unix_seconds = 0;
};

/// All of one machine. Kept as JSON in HOME.
struct Measurements {
  std::string machine;          // as Rig::name
  double memory_bandwidth = 0;  // of main memory, bytes/s
  std::vector<MeasuredRun> runs;
};

/// Errc::corrupt where it is not what format_measurements() wrote. Runs by another version of the formula are
/// left out: their ratios mean nothing now.
Result<Measurements> parse_measurements(std::string_view json, const std::string& name);
std::string format_measurements(const Measurements& measurements);
/// Replaces an earlier run of the same model and quantization; keeps at most the newest 100.
void remember(Measurements& measurements, MeasuredRun run);

/// For a model: its own run where there is one (narrow range), else the mean of all (wider by how far they
/// lie apart). Not measured where there is none, or where they are another machine's.
SpeedCalibration calibration_for(const Measurements& measurements, const std::string& machine,
                                 std::string_view model, std::string_view quantization);

/// llama-bench's `-o json`: the speed of the test that only reads and of the one that only writes.
/// Errc::corrupt where they are not there.
struct BenchResult {
  double decode = 0, prefill = 0;  // tokens/s
  uint64_t build = 0;
};
Result<BenchResult> parse_llama_bench(std::string_view output);

/// Its arguments after the program's name: the same split between GPU and CPU as the placement's.
std::vector<std::string> llama_bench_arguments(const std::string& file, const Placement& placement,
                                               const Rig& rig);
inline constexpr int kBenchPrompt = 512, kBenchReply = 128;

}  // namespace cvp::plan
