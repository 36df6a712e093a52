// What is known about models, drawn: one model's facts with their sources, lists, and models side by side.
#pragma once
#include <boost/json/object.hpp>
#include <vector>

#include "cli/printer.h"
#include "plan/known_models.h"

namespace cvp::cli {

Text access_text(plan::Access access);
Text commercial_text(plan::Commercial commercial);
/// "128K", "4,096" tokens; empty for 0.
std::string context_text(uint32_t tokens);
/// "6.74 B", "46.7 B (12.9 B active)"; empty where it is not known.
Text size_text(const plan::ModelFacts& model);

boost::json::object facts_json(const plan::ModelFacts& model, Lang lang);
/// Every fact, then where each was read and which could not be confirmed.
void show_facts(Printer& printer, const plan::ModelFacts& model);
void list_facts(Printer& printer, const std::vector<const plan::ModelFacts*>& models, bool markdown);
/// Facts as rows, models as columns, in as many tables as the terminal needs; sizes and cache are computed
/// from their shapes.
void compare_facts(Printer& printer, const std::vector<const plan::ModelFacts*>& models, bool markdown);

}  // namespace cvp::cli
