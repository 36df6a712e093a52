#include "chat/extract.h"

#include <algorithm>

#include "chat/facts.h"

namespace cvp::chat {
namespace {

// Chosen by a few coarse trials with `cvp-bench answers/extract`: not fitted.
constexpr double kNeighbour = 0.2;
constexpr double kPassage = 2.0;
constexpr double kKind = 0.3;

bool holds_kind(std::string_view sentence, AnswerKind kind) {
  const std::vector<Number> numbers = numbers_in(sentence);
  if (kind == AnswerKind::number) return !numbers.empty();
  return std::ranges::any_of(numbers, [](const Number& n) {
    return n.unit == "year" || n.unit == "month" || n.unit == "day" || n.unit == "century" ||
           n.value.size() == 4;
  });
}

struct Unit {
  Span span;
  TermSet terms;
};

/// The passage's sentences, those that a semicolon cut joined again: half of an enumeration seldom answers.
std::vector<Unit> whole_sentences(const SourceText& source) {
  std::vector<Unit> out;
  for (size_t i = 0; i < source.sentences.size(); ++i) {
    const std::string_view before =
        out.empty() ? "" : source.text.substr(out.back().span.begin, out.back().span.size());
    if (before.ends_with("；") || before.ends_with(";")) {
      out.back().span.end = source.sentences[i].end;
      out.back().terms.insert(source.terms[i].begin(), source.terms[i].end());
    } else {
      out.push_back({source.sentences[i], source.terms[i]});
    }
  }
  return out;
}

}  // namespace

std::vector<PickedSentence> best_sentences(std::string_view question, const Evidence& evidence,
                                           const std::vector<RankedPassage>& passages, size_t limit) {
  const AnswerKind kind = answer_kind(question);
  std::vector<PickedSentence> out;
  for (size_t p = 0; p < passages.size(); ++p) {
    const SourceText& source = *passages[p].source;
    const std::vector<Unit> units = whole_sentences(source);
    std::vector<double> overlap;
    for (const Unit& unit : units) overlap.push_back(evidence.coverage(unit.terms));
    for (size_t i = 0; i < units.size(); ++i) {
      const double before = i > 0 ? overlap[i - 1] : 0, after = i + 1 < overlap.size() ? overlap[i + 1] : 0;
      const Span span = units[i].span;
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
