// Which models do what somebody wants on this machine: shared by `cvp plan recommend` and
// `cvp models pull --recommended`.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/plan_machine.h"
#include "plan/recommend.h"

namespace cvp::cli {

struct Recommendation {
  std::vector<std::unique_ptr<plan::Candidate>> candidates;  // that the choices point to
  plan::Ranking chat;
  model::CatalogueEntry embedder;
  Text why_embedder;
  uint64_t index_bytes = 0;  // that the documents' vectors will take, about
  /// The best choice that `cvp models pull` gets; nullptr where none is among them.
  const plan::Choice* installable() const;
};

Result<Recommendation> recommend_models(App& app, const PlannedMachine& machine, const plan::Goal& goal);

}  // namespace cvp::cli
