// The way of a passage to an answer, stage by stage, and what would bring it back where it was lost. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "chat/answer.h"
#include "chat/locate.h"
#include "vector/index.h"

namespace cvp::chat {

struct WhyStage {
  std::string_view name;  // "parsed", "chunked", "full_text", "dense", "fused", "read", "checked"
  Text title = {};
  enum class State { passed, weak, lost, skipped } state = State::passed;
  Text detail = {};
  Text remedy = {};  // the smallest change that would bring it back; may be empty
};
std::string_view state_name(WhyStage::State state);  // as the enumerators

/// Where the passage stands, or what is nearest to it by words.
struct Whereabouts {
  std::optional<Located> located;
  std::optional<Located> elsewhere;   // in a collection that was not asked
  std::optional<store::Chunk> chunk;  // what is followed
};

/// "parsed" and, where there is anything to follow, "chunked".
std::vector<WhyStage> place_stages(const Whereabouts& where);

/// What is known of one chunk and one question.
struct WhyTrace {
  vector::Index::Explanation explanation;
  bool has_embedder = false;
  Text why_no_embedder, why_not_asked;
  uint32_t fused_rank = 0;               // 0: not among the first kSearchResults
  size_t retrieve = 0, read_limit = 0;   // settings
  bool asked = false;                    // a model was asked
  std::optional<Considered> considered;  // what became of it then
  Outcome outcome = Outcome::refused;
  double threshold = 0;  // below which an answer is refused
};

/// The stages behind those.
std::vector<WhyStage> trace_stages(const WhyTrace& trace);

/// Whether the passage comes through: being found on one side alone is enough.
bool comes_through(const std::vector<WhyStage>& stages);

}  // namespace cvp::chat
