#pragma once
#include <string_view>

#include "bench/context.h"
#include "bench/datasets.h"

namespace cvp::bench {

/// Draws the questions that the answers/* figures ask; calibration takes none of these.
inline constexpr uint64_t kAnswerSeed = 20'240'601;

/// One way of asking one set.
struct Run {
  std::string_view label;
  const char* base;
  Result<Set> (*load)(Context& context);
  size_t questions;
  bool extract;  // no chat model
  bool without;  // the gold paragraph removed
};
/// Asked once a run of the program; said to the report when it is made.
Result<const eval::AnswerReport*> answer_report(Context& context, const Run& run);

}  // namespace cvp::bench
