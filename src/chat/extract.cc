#include "chat/extract.h"

#include <algorithm>

#include "chat/facts.h"

namespace cvp::chat {
namespace {

// Chosen by a few coarse trials on CMRC2018 questions: not fitted.
constexpr double kCommon = 4.0;
constexpr double kPassage = 2.0;
constexpr double kKind = 0.1;

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

/// Weights of the question's terms within one passage: a term that many of its sentences have, such as the
/// name of what the passage is about, does not tell them apart.
Weights within(const Weights& question, const std::vector<Unit>& units) {
  Weights out;
  double total = 0;
  for (const auto& [term, idf] : question) {
    const auto having =
        std::ranges::count_if(units, [&](const Unit& unit) { return unit.terms.contains(term); });
    out[term] = idf / (1 + kCommon * static_cast<double>(std::max<ptrdiff_t>(0, having - 1)));
    total += out[term];
  }
  for (auto& [term, weight] : out) weight /= std::max(total, 1e-9);
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
    const Weights weights = within(evidence.weights(), units);
    for (const Unit& unit : units) {
      double score = kPassage * passages[p].fused;
      for (const auto& [term, weight] : weights) score += unit.terms.contains(term) ? weight : 0;
      const std::string_view sentence = source.text.substr(unit.span.begin, unit.span.size());
      if (kind != AnswerKind::any && holds_kind(sentence, kind)) score += kKind;
      out.push_back({p, unit.span, score});
    }
  }
  std::ranges::stable_sort(out, std::greater{}, &PickedSentence::score);
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace cvp::chat
