#pragma once
#include <functional>

#include "eval/evaluate.h"

namespace cvp::eval {

/// How one answer did. Counts of citations are over what was shown: those of supported sentences for
/// precision, all of them (a refusal's nearest passages too) for being verbatim.
struct Judged {
  bool refused = false;
  bool contains_gold = false;  // the supported sentences' own text has a gold string
  size_t cited = 0, cited_well = 0;
  size_t quotes = 0, verbatim = 0;
  double total_ms = 0, first_ms = 0;
};
Result<Judged> judge(const Question& question, const chat::Answer& answer, store::Store& store);

/// One turn; evaluate_answers() passes the answerer's.
using Ask = std::function<Result<chat::Answer>(const std::string& question, const chat::AskOptions& options)>;
Result<AnswerReport> evaluate_with(const Ask& ask, store::Store& store,
                                   const std::vector<Question>& questions, const chat::AskOptions& options,
                                   const OnProgress& on_progress, const CancelToken& cancel);

}  // namespace cvp::eval
