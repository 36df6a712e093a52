// Signals of "does this passage answer this question". Each is cheap beside reading the passage.
#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

namespace cvp::chat {

enum class Signal {
  margin,    // log p(yes) - log p(no) to "does the passage answer the question", before answering
  coverage,  // idf-weighted share of the question's terms that the passage has, 0..1
  subject,   // share of what the question is about that the passage names, 0..1
  dense,     // cosine of question and passage
  lead,      // how far that cosine lies above those of the next passages, of other documents
  support,   // share of the answer's own terms that stand in the passage, 0..1
};
inline constexpr size_t kSignals = 6;
inline constexpr std::array<std::string_view, kSignals> kSignalNames = {"margin", "coverage", "subject",
                                                                        "dense",  "lead",     "support"};

/// NaN where a signal is not there (no logprobs, no embedder, not read yet).
class Signals {
 public:
  Signals() { values_.fill(std::numeric_limits<double>::quiet_NaN()); }
  double& operator[](Signal signal) { return values_[static_cast<size_t>(signal)]; }
  double operator[](Signal signal) const { return values_[static_cast<size_t>(signal)]; }
  bool has(Signal signal) const { return !std::isnan((*this)[signal]); }

 private:
  std::array<double, kSignals> values_;
};

}  // namespace cvp::chat
