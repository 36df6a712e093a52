// The way of a passage to an answer, stage by stage, and what would bring it back where it was lost. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "chat/answer.h"
#include "vector/index.h"

namespace cvp::cli {

struct Stage {
  std::string name;  // "parsed", "chunked", "full_text", "dense", "fused", "read", "checked"
  Text title;
  enum class State { passed, weak, lost, skipped } state = State::passed;
  Text detail;
  Text remedy;  // the smallest change that would bring it back; may be empty
};

/// What is known of one chunk and one question.
struct Trace {
  vector::Index::Explanation explanation;
  bool has_embedder = false;
  Text why_no_embedder, why_not_asked;
  uint32_t fused_rank = 0;                     // 0: not among the first kSearchResults
  size_t retrieve = 0, read_limit = 0;         // settings
  bool asked = false;                          // a model was asked
  std::optional<chat::Considered> considered;  // what became of it then
  chat::Outcome outcome = chat::Outcome::refused;
  double threshold = 0;  // below which an answer is refused
};

std::vector<Stage> trace_stages(const Trace& trace);

}  // namespace cvp::cli
