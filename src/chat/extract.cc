#include "chat/extract.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/unicode.h"
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

std::string_view trim(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  return line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
}

bool only_of(std::string_view line, std::string_view characters) {
  return line.size() >= 3 && line.find_first_not_of(characters) == std::string_view::npos;
}

/// The line that begins at or behind `begin`, and where the next one begins.
std::string_view line_at(std::string_view text, size_t begin, size_t& next) {
  const size_t end = std::min(text.find('\n', begin), text.size());
  next = std::min(end + 1, text.size());
  return trim(text.substr(begin, end - begin));
}

bool ends_sentence(std::string_view line) {
  return std::ranges::any_of(std::array{"。", "！", "；", ".", "!", ";"},
                             [&](std::string_view end) { return line.ends_with(end); });
}

/// Markdown's line of = or - below a heading.
bool is_underline(std::string_view line) { return only_of(line, "=") || only_of(line, "-"); }

/// "# Memory", "第三章 总则", "Chapter 3": what names a part of a text. A sentence that begins alike is none,
/// and "一、身份证" may be an item of a list that is asked for.
bool marks_heading(std::string_view line) {
  constexpr size_t kMostBytes = 160;
  if (line.size() > kMostBytes || ends_sentence(line)) return false;
  const size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  if (hashes > 0) return hashes <= 6 && hashes < line.size() && line[hashes] == ' ';
  const std::string folded = fold(line);
  constexpr std::string_view kNumerals = "零〇一二三四五六七八九十百千两0123456789";
  if (folded.starts_with("第")) {
    size_t pos = std::string_view("第").size();
    while (pos < folded.size()) {
      size_t next = pos;
      decode_utf8(folded, next);
      if (kNumerals.find(std::string_view(folded).substr(pos, next - pos)) == std::string_view::npos) break;
      pos = next;
    }
    const std::string_view unit = std::string_view(folded).substr(pos);
    return std::ranges::any_of(std::array{"编", "篇", "卷", "章", "节"},
                               [&](std::string_view name) { return unit.starts_with(name); });
  }
  return std::ranges::any_of(std::array{"part ", "chapter ", "section "}, [&](std::string_view word) {
    return folded.starts_with(word) && folded.size() > word.size() &&
           std::isdigit(static_cast<unsigned char>(folded[word.size()])) != 0;
  });
}

/// Title and headings above the passage, folded.
std::vector<std::string> names_above(const SourceText& source) {
  const size_t own = fold(source.text).size() + 1;
  std::string_view above = source.folded;
  above.remove_suffix(std::min(own, above.size()));
  std::vector<std::string> out;
  constexpr std::string_view kBetween = " › ";
  while (!above.empty()) {
    const size_t end = std::min({above.find('\n'), above.find(kBetween), above.size()});
    if (end > 0) out.emplace_back(above.substr(0, end));
    above.remove_prefix(end);
    above.remove_prefix(std::min(above.starts_with('\n') ? 1 : kBetween.size(), above.size()));
  }
  return out;
}

/// Whether the unit only names what stands below it: a heading, with or without marks, or a table's header
/// row. Such a line has text below it; running prose has no line breaks and is never one.
bool names_what_follows(const Unit& unit, std::string_view text, const std::vector<std::string>& above) {
  const std::string_view words = text.substr(unit.span.begin, unit.span.size());
  const size_t line_begin = text.substr(0, unit.span.begin).rfind('\n') + 1;  // npos + 1 is 0
  size_t next = 0;
  const std::string_view line = line_at(text, line_begin, next);
  size_t behind = 0;
  const std::string_view below = line_at(text, next, behind);
  if (line.starts_with('|')) return only_of(line, "|-: ") || only_of(below, "|-: ");
  if (const size_t broken = words.find('\n'); broken != std::string_view::npos)
    return is_underline(trim(words.substr(broken)));
  if (is_underline(line)) return true;
  if (line != words && !line.starts_with('#')) return false;
  if (is_underline(below) && !ends_sentence(line)) return true;
  return marks_heading(line) || std::ranges::find(above, fold(line)) != above.end();
}

/// What may be quoted: sentences, and headings only where there is nothing else.
std::vector<Unit> candidates(const SourceText& source) {
  std::vector<Unit> units = whole_sentences(source);
  if (source.text.find('\n') == std::string_view::npos) return units;
  const std::vector<std::string> above = names_above(source);
  std::vector<Unit> sentences;
  for (const Unit& unit : units)
    if (!names_what_follows(unit, source.text, above)) sentences.push_back(unit);
  return sentences.empty() ? units : sentences;
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
    const std::vector<Unit> units = candidates(source);
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
