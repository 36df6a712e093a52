// Why a passage was not found: follows it from its document to the answer and says where it is lost.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "chat/answerer.h"
#include "chat/why_stages.h"

namespace cvp::chat {

struct WhyOptions {
  AskOptions ask;  // as the question was asked; its collections empty: all that may be looked in
  /// Nothing beyond these is read, searched or named, not even to say that the passage stands there; empty:
  /// anywhere.
  std::vector<store::CollectionId> may_look_in;
  Text why_no_embedder, why_not_asked;  // what to say where parts has no embedder or no generator
};

struct WhyReport {
  store::ChunkId chunk = 0;  // the passage that was followed; 0: nothing like it is there
  std::vector<WhyStage> stages;
  bool found = false;  // nothing on its way lost it
};

/// Without a generator the way ends at the ranking. Errc::usage: question or passage is empty;
/// Errc::not_found: a collection asked that is not among may_look_in.
Result<WhyReport> why(const Parts& parts, const std::string& question, const std::string& passage,
                      const WhyOptions& options, const std::function<void(const Text& stage)>& on_stage,
                      const CancelToken& cancel);

}  // namespace cvp::chat
