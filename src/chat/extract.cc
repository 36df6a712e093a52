#include "chat/extract.h"

#include <algorithm>

#include "chat/facts.h"

namespace cvp::chat {
namespace {

// Fitted on CMRC2018 trial (`cvp-bench answers/extract` measures on dev).
constexpr double kNeighbour = 0.35;
constexpr double kPassage = 0.6;
constexpr double kKind = 0.15;

bool holds_kind(std::string_view sentence, AnswerKind kind) {
  const std::vector<Number> numbers = numbers_in(sentence);
  if (kind == AnswerKind::number) return !numbers.empty();
  return std::ranges::any_of(numbers, [](const Number& n) {
    return n.unit == "year" || n.unit == "month" || n.unit == "day" || n.unit == "century" ||
           n.value.size() == 4;
  });
}

}  // namespace

std::vector<PickedSentence> best_sentences(std::string_view question, const Evidence& evidence,
                                           const std::vector<RankedPassage>& passages, size_t limit) {
  const AnswerKind kind = answer_kind(question);
  std::vector<PickedSentence> out;
  for (size_t p = 0; p < passages.size(); ++p) {
    const SourceText& source = *passages[p].source;
    std::vector<double> overlap;
    for (const TermSet& terms : source.terms) overlap.push_back(evidence.coverage(terms));
    for (size_t i = 0; i < source.sentences.size(); ++i) {
      const double before = i > 0 ? overlap[i - 1] : 0, after = i + 1 < overlap.size() ? overlap[i + 1] : 0;
      const Span span = source.sentences[i];
      double score = overlap[i] + kNeighbour * std::max(before, after) + kPassage * passages[p].fused;
      if (kind != AnswerKind::any && holds_kind(source.text.substr(span.begin, span.size()), kind))
        score += kKind;
      out.push_back({p, span, score});
    }
  }
  std::ranges::stable_sort(out, std::greater{}, &PickedSentence::score);
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace cvp::chat
