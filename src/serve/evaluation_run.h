// One evaluation from its first question to its measures, with people's questions always before its own.
#pragma once
#include <boost/json/array.hpp>

#include "serve/backend.h"
#include "serve/evaluation_set.h"

namespace cvp::serve {

struct EvaluationResult {
  boost::json::array measures;  // {"name", "value", "low", "high", "n"}; of nothing: left out
  boost::json::array items;     // {"question", "expected", "got", "ok", "outcome"}
  Text note;                    // what to know about the measures; may be empty
};

/// Holds its thread for as long as it takes. Whoever started it may lose his account or a collection
/// meanwhile: then it ends with Errc::refused or Errc::not_found.
Result<EvaluationResult> run_evaluation(Backend& backend, const Caller& starter, const EvaluationSet& set,
                                        const OnProgress& on_progress, const CancelToken& cancel);

}  // namespace cvp::serve
