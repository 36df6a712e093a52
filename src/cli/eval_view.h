#pragma once
#include "cli/app.h"
#include "eval/evaluate.h"

namespace cvp::cli {

void show_retrieval(Printer& printer, const eval::RetrievalReport& report);
void show_answers(App& app, const eval::AnswerReport& report, bool items);

}  // namespace cvp::cli
