#pragma once
#include <unordered_map>

#include "eval/answers.h"

namespace cvp::eval {

/// collect_signals() with the way of asking given.
Result<SignalSet> collect_with(const Ask& ask, store::Store& store, const std::vector<Question>& questions,
                               const chat::AskOptions& options, const OnProgress& on_progress,
                               const CancelToken& cancel);

}  // namespace cvp::eval
