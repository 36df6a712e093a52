// The calibrated combination of signals: what decides whether an answer is shown or refused.
#pragma once
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "chat/signals.h"

namespace cvp::chat {

/// Logistic combination: p = sigmoid(bias + sum weight_i * (x_i - mean_i)). A missing signal counts as its
/// mean.
struct Logistic {
  double bias = 0;
  std::array<double, kSignals> weight{};
  std::array<double, kSignals> mean{};
  double floor = 0;        // hardly any answerable question lies below: not worth going on
  double threshold = 0.5;  // refuses at most the allowed share of the answerable questions
  double sure = 0.9;       // 1 % of the unanswerable questions lie above: worth stopping at
  double probability(const Signals& signals) const;
};

/// Of one language, stage by stage as signals come in: from text alone (is the passage worth reading;
/// extractive answers), before answering (with the margin), read (with the answer's support): what decides.
/// Asking the model afterwards whether the passage states its answer added nothing to these where it was
/// tried.
struct LanguageCalibration {
  Logistic text, before, read;
};

struct Calibration {
  LanguageCalibration zh, en;
  std::string source;  // "shipped for MODEL", "fitted on 300 of your questions"
  const LanguageCalibration& of(Lang lang) const { return lang == Lang::zh ? zh : en; }
};

/// The shipped calibration of a model (data/calibration/MODEL.toml, embedded), or the general one for a model
/// without its own.
Result<Calibration> shipped_calibration(std::string_view model_name);
Result<Calibration> parse_calibration(std::string_view toml, std::string_view name);
std::string format_calibration(const Calibration& calibration);

/// One passage read for one question. Passages of the same question share its number.
struct Labelled {
  Signals signals;
  size_t question = 0;
  bool answerable = false;  // the passage answers the question
};

/// Ridge logistic regression (Newton steps) over the named signals. The threshold refuses at most
/// max_false_refusals of the questions with an answerable passage, and fewer where that costs no more than 6
/// % of the others; a question counts with its most probable passage. Errc::refused with fewer than 20
/// passages of either label.
Result<Logistic> fit(const std::vector<Labelled>& examples, std::initializer_list<Signal> use,
                     double max_false_refusals);

/// The three fits of one language from passages that were read to the end.
Result<LanguageCalibration> fit_language(const std::vector<Labelled>& examples, double max_false_refusals);

}  // namespace cvp::chat
