// Answers without generation: the passages' own sentences.
#pragma once
#include <string_view>
#include <vector>

#include "chat/align.h"
#include "chat/question.h"

namespace cvp::chat {

struct RankedPassage {
  const SourceText* source = nullptr;
  double fused = 0;  // retrieval score, 0..1
};
struct PickedSentence {
  size_t passage = 0;  // index into the passages given
  Span span;           // in its text
  double score = 0;
};

/// The sentences that most likely hold the answer, best first, at most `limit`: overlap with the question,
/// weighted by rarity in the knowledge base and within the passage, the passage's rank, and whether the kind
/// of word asked for (a number, a date) is there. A passage's headings and its table's header row count only
/// where it has nothing else.
std::vector<PickedSentence> best_sentences(std::string_view question, const Evidence& evidence,
                                           const std::vector<RankedPassage>& passages, size_t limit);

}  // namespace cvp::chat
