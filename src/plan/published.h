// What others have measured or charge, with the source of each: the numbers that estimates rest on and are
// tested against (data/planning/*.toml, embedded).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::plan {

struct PublishedSource {
  std::string key, title, url;
  std::string month;  // of prices: "2026-03"
};

/// How much worse a quantization predicts than the same model in 16-bit floats.
struct QualityLoss {
  std::string quantization;
  double small_percent = 0;      // rise of the perplexity of an 8B model, in percent
  double small_divergence = 0;   // Kullback-Leibler divergence of the next token's distribution, in nats
  double small_probability = 0;  // change of the right token's probability, in percentage points
  std::optional<double> large_percent;  // rise of the perplexity of a 70B model; nothing where not published
  bool with_matrix = false;             // the weights' importance was measured before quantizing
};

struct QualityTable {
  std::string small_model, large_model;
  PublishedSource small_source, large_source;
  std::vector<QualityLoss> rows;  // from the least loss to the most
  /// nullptr where nothing is published; 16-bit floats and wider lose nothing and have no row.
  const QualityLoss* find(std::string_view quantization) const;
};
Result<QualityTable> quality_table();

struct TrainingRun {
  std::string model;
  double parameters = 0, tokens = 0;
  std::string gpu;
  double gpu_hours = 0;
  int gpus = 0;     // 0: not published
  double days = 0;  // likewise
  PublishedSource source;
};
Result<std::vector<TrainingRun>> training_runs();

struct SpeedRun {
  std::string gpu;
  int count = 1;
  std::string model, quantization;
  double decode = 0;   // tokens/s, 512 generated from an empty context
  double prefill = 0;  // tokens/s, a prompt of 512
  bool fitted = false;
};
struct SpeedRuns {
  PublishedSource source;
  std::vector<SpeedRun> rows;
};
Result<SpeedRuns> speed_runs();

/// US dollars for one GPU and hour.
struct RentalPrice {
  std::string gpu;  // as the GPU catalogue finds it
  double low = 0, high = 0;
  PublishedSource source;
};
Result<std::vector<RentalPrice>> rental_prices();

}  // namespace cvp::plan
