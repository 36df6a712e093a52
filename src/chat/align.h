// The checker: is this sentence said by this passage, and where?
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/unicode.h"
#include "chat/question.h"

namespace cvp::chat {

/// A passage cut into sentences, each with its terms. `text` must outlive it.
struct SourceText {
  explicit SourceText(std::string_view passage, std::string_view title_and_heading = {});
  std::string_view text;
  std::vector<Span> sentences;
  std::vector<TermSet> terms;  // of each sentence
  TermSet all;                 // of the passage and what stands above it, with the stems (stem_term)
  std::string folded;          // of both, for names
};

struct Alignment {
  bool supported = false;
  double share = 0;  // idf-weighted share of the sentence's terms that its spans (or the question) have
  std::vector<Span> spans;  // in the passage, in order, neighbours merged; at most three sentences
  Text why_not;             // the first thing that did not agree
};

/// A sentence is supported when enough of its terms stand in at most three of the passage's sentences, and
/// its numbers with their units, names and negation agree with them. Words of the question count as given
/// where the passage has them too. weights: of the sentence's terms; a term without one counts as the rarest.
Alignment align(std::string_view sentence, std::string_view question, const SourceText& source,
                const Weights& weights);

inline constexpr double kSupportedShare = 0.7;

}  // namespace cvp::chat
