#include "chat/align.h"

#include <algorithm>
#include <map>
#include <optional>

#include "chat/facts.h"

namespace cvp::chat {
namespace {

constexpr size_t kMaxSentences = 3;
constexpr double kWorthAnotherSentence = 0.12;  // of the sentence's whole weight
// Prefers, among equals, the sentence that also speaks of the question.
constexpr double kQuestionPull = 0.15;
constexpr double kCodePull = 4;

struct Weighted {
  std::string term;
  double weight = 0;
};

std::vector<Weighted> weighted_terms(std::string_view sentence, const Weights& weights) {
  double rarest = 1;
  for (const auto& [term, idf] : weights) rarest = std::max(rarest, idf);
  std::vector<Weighted> out;
  for (const std::string& term : terms_of(sentence)) {
    const auto known = weights.find(term);
    out.push_back({term, known == weights.end() ? rarest : known->second});
  }
  return out;
}

/// The passage's sentences that together cover most of the terms, greedily, best first.
std::vector<size_t> cover(std::vector<Weighted> open, const TermSet& question, const SourceText& source) {
  double total = 0;
  for (const Weighted& one : open) total += one.weight;
  // Codes (int4, 13b) tell rows of a table apart better than words do.
  std::map<std::string, double> asked;
  double asked_total = 1;
  for (const std::string& term : question) {
    const bool code = std::ranges::any_of(term, [](char c) { return c >= '0' && c <= '9'; });
    asked_total += asked[term] = code ? kCodePull : 1;
  }
  std::vector<size_t> picked;
  while (picked.size() < kMaxSentences) {
    std::optional<size_t> best;
    double best_gain = kWorthAnotherSentence * total, best_rank = 0;
    for (size_t i = 0; i < source.sentences.size(); ++i) {
      double gain = 0, pull = 0;
      for (const Weighted& one : open)
        if (source.terms[i].contains(one.term)) gain += one.weight;
      for (const auto& [term, weight] : asked)
        if (source.terms[i].contains(term)) pull += weight;
      const double rank = gain + (picked.empty() ? kQuestionPull * total * pull / asked_total : 0);
      if (gain >= best_gain && rank > best_rank) {
        best = i;
        best_rank = rank;
      }
    }
    if (!best) break;
    picked.push_back(*best);
    std::erase_if(open, [&](const Weighted& one) { return source.terms[*best].contains(one.term); });
  }
  return picked;
}

std::vector<Span> merged_spans(std::vector<size_t> picked, const SourceText& source) {
  std::ranges::sort(picked);
  std::vector<Span> out;
  for (size_t k = 0; k < picked.size(); ++k) {
    const Span span = source.sentences[picked[k]];
    if (k > 0 && picked[k] == picked[k - 1] + 1) {
      out.back().end = span.end;
    } else {
      out.push_back(span);
    }
  }
  return out;
}

/// The part between commas that shares most terms with the sentence: what its negation is compared with.
std::string_view nearest_clause(std::string_view sentence, std::string_view spans) {
  const TermSet wanted = terms_of(sentence);
  std::string_view best = spans;
  size_t most = 0;
  for (size_t begin = 0; begin < spans.size();) {
    size_t end = begin, width = 0;
    while (end < spans.size()) {
      width = spans.substr(end).starts_with("，") || spans.substr(end).starts_with("；") ||
                      spans.substr(end).starts_with("。")
                  ? 3
              : spans[end] == ',' || spans[end] == ';' || spans[end] == '\n' ? 1
                                                                             : 0;
      if (width > 0) break;
      ++end;
    }
    const std::string_view clause = spans.substr(begin, end - begin);
    size_t shared = 0;
    for (const std::string& term : terms_of(clause)) shared += wanted.contains(term) ? 1 : 0;
    if (shared > most) {
      most = shared;
      best = clause;
    }
    begin = end + std::max<size_t>(width, 1);
  }
  return best;
}

/// A code that question or sentence names and the spans lack, while they speak of its rival: the INT8 row of
/// a table says nothing of INT4. Empty when there is none; numbers with a unit (16gb) are left to the
/// comparison of numbers.
Text rivalry(std::string_view sentence, std::string_view question, std::string_view spans) {
  std::vector<std::string> named = codes_in(question);
  std::ranges::move(codes_in(sentence), std::back_inserter(named));
  const std::vector<std::string> there = codes_in(spans);
  for (const std::string& code : named) {
    const std::vector<Number> numbers = numbers_in(code);
    if (!numbers.empty() && !numbers.front().unit.empty()) continue;
    if (std::ranges::find(there, code) != there.end()) continue;
    const auto rival =
        std::ranges::find_if(there, [&](const std::string& other) { return rival_codes(code, other); });
    if (rival != there.end())
      return text("the passage says this of “{}”, not of “{}”", "资料说的是“{}”，不是“{}”", *rival, code);
  }
  return {};
}

/// The first fact of the sentence that the spans contradict or lack; empty when all agree.
Text disagreement(std::string_view sentence, std::string_view question, std::string_view spans,
                  const SourceText& source) {
  std::vector<Number> known = numbers_in(spans);
  std::ranges::move(numbers_in(question), std::back_inserter(known));
  for (const Number& number : numbers_in(sentence))
    if (std::ranges::none_of(known, [&](const Number& other) { return same_number(number, other); }))
      return text("the number {} is not in the passage", "资料中没有数字 {}", number.value + number.unit);
  const std::string folded_question = fold(question);
  for (const std::string& name : names_in(sentence))
    if (source.folded.find(name) == std::string::npos && folded_question.find(name) == std::string::npos)
      return text("“{}” is not in the passage", "资料中没有“{}”", name);
  if (Text rival = rivalry(sentence, question, spans); !rival.empty()) return rival;
  const std::string_view clause = nearest_clause(sentence, spans);
  const bool denied = has_negation(sentence) || has_negation(question);
  if (has_negation(clause) && !denied) return text("the passage says the opposite", "资料的说法与此相反");
  if (has_negation(sentence) && !has_negation(spans))
    return text("the passage does not deny this", "资料并没有这样否定");
  return {};
}

}  // namespace

SourceText::SourceText(std::string_view passage, std::string_view title_and_heading)
    : text(passage), sentences(split_sentences(passage)) {
  for (const Span& span : sentences) {
    terms.push_back(terms_of(passage.substr(span.begin, span.size())));
    all.insert(terms.back().begin(), terms.back().end());
  }
  const TermSet above = terms_of(title_and_heading);
  all.insert(above.begin(), above.end());
  for (const std::string& term : std::vector<std::string>(all.begin(), all.end()))
    if (std::isalpha(static_cast<unsigned char>(term.front())) != 0) all.insert(stem_term(term));
  folded = fold(title_and_heading) + "\n" + fold(passage);
}

Alignment align(std::string_view sentence, std::string_view question, const SourceText& source,
                const Weights& weights) {
  const TermSet asked = terms_of(question);
  std::vector<Weighted> open = weighted_terms(sentence, weights);
  double total = 0, covered = 0;
  for (const Weighted& one : open) total += one.weight;
  Alignment out;
  const std::vector<size_t> picked = cover(open, asked, source);
  if (picked.empty() || total <= 0) {
    out.why_not = text("the passage does not say this", "资料中没有这样的说法");
    return out;
  }
  for (const Weighted& one : open) {
    const bool in_spans =
        std::ranges::any_of(picked, [&](size_t i) { return source.terms[i].contains(one.term); });
    if (in_spans || (asked.contains(one.term) && source.all.contains(one.term))) covered += one.weight;
  }
  out.share = covered / total;
  out.spans = merged_spans(picked, source);
  std::string spans;
  for (const Span& span : out.spans) spans += std::string(source.text.substr(span.begin, span.size())) + "\n";
  if (out.share < kSupportedShare) {
    out.why_not =
        text("only {:.0f} % of its words are in the passage", "只有 {:.0f}% 的用词见于资料", out.share * 100);
    return out;
  }
  out.why_not = disagreement(sentence, question, spans, source);
  out.supported = out.why_not.empty();
  return out;
}

}  // namespace cvp::chat
