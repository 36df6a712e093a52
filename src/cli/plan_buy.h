// Which GPU to buy for a model: those of the catalogue that run it, with price and speed.
#pragma once
#include <string>

#include "cli/plan_machine.h"
#include "cli/subject.h"
#include "plan/infer.h"

namespace cvp::cli {

struct BuyOptions {
  std::string budget;        // dollars for all cards; empty: any
  int64_t most_cards = 0;    // of one kind; 0: the usual two
  std::string quantization;  // only this one; empty: the best of those worth comparing
};
void declare_purchase(Command& command, BuyOptions& options);

/// Errc::not_found where nothing within the budget runs it; as JSON that is an empty list and status 3.
Result<int> show_purchases(App& app, const NamedSubject& model, const PlannedMachine& host,
                           const plan::InferQuery& query, const plan::QualityTable& quality,
                           const BuyOptions& options, bool markdown);

}  // namespace cvp::cli
