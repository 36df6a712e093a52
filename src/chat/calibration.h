// Signals of "does this passage answer this question", and their calibrated combination.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"

namespace cvp::chat {

/// Of one question and one passage. NaN where a signal is not there (no logprobs, no embedder).
struct Signals {
  double margin = 0;        // log p(yes) - log p(no), asked before answering
  double coverage = 0;      // idf-weighted share of the question's terms that the passage has, 0..1
  double dense = 0;         // cosine of question and passage
  double support = 0;       // share of the answer's own terms that stand in the passage, 0..1; NaN before there is an answer
};

/// Logistic combination for one model and language: p = sigmoid(bias + sum w_i * z_i), z the standardised signals.
/// A refusal is p < threshold, the threshold that the fit chose for its allowed share of false refusals.
struct Logistic {
  double bias = 0, margin = 0, coverage = 0, dense = 0, support = 0;
  double threshold = 0.5;
  double probability(const Signals& signals) const;
};

struct Calibration {
  Logistic zh, en;           // with a generator's margin
  Logistic zh_text, en_text; // text signals alone (extractive mode, remote engines without logprobs)
  std::string source;        // "shipped for MODEL", "fitted on 300 questions of yours, 2026-11-24"
  const Logistic& pick(Lang lang, bool has_margin) const;
};

/// The shipped calibration of a model (data/calibration/*.toml, embedded) or the general one.
Result<Calibration> shipped_calibration(std::string_view model_name);
Result<Calibration> parse_calibration(std::string_view toml, std::string_view name);
std::string format_calibration(const Calibration& calibration);

struct Labelled {
  Signals signals;
  bool answerable = false;
};
/// Fits weights (ridge logistic regression, Newton steps) and the threshold that refuses at most max_false_refusals of the
/// answerable ones. Errc::refused with fewer than 20 of either label.
Result<Logistic> fit(const std::vector<Labelled>& examples, double max_false_refusals, bool use_margin);

}  // namespace cvp::chat
