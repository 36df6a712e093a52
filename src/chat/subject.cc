#include "chat/subject.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/unicode.h"

namespace cvp::chat {
namespace {

constexpr size_t kLongestSubject = 40;  // characters
constexpr std::u32string_view kFunctionWords =
    U"是的在于了和与及为被由有从对将把其他她它上中时里以因会能可到向后前，、。？！?,!：:；;（）()"
    U"《》“”「」\"' ";

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> out;
  for (size_t i = 0; i < text.size();) out.push_back(decode_utf8(text, i));
  return out;
}

std::string utf8(const std::vector<char32_t>& text, size_t begin, size_t end) {
  std::string out;
  for (size_t i = begin; i < end; ++i) append_utf8(out, text[i]);
  return out;
}

/// The first run of at least two characters.
std::vector<char32_t> leading_run(std::string_view question) {
  std::vector<char32_t> run;
  for (const char32_t c : code_points(content_of_question(question))) {
    if (kFunctionWords.find(c) == std::u32string_view::npos && !is_space(c)) {
      if (run.size() < kLongestSubject) run.push_back(c);
    } else if (run.size() >= 2) {
      return run;
    } else {
      run.clear();
    }
  }
  return run.size() >= 2 ? run : std::vector<char32_t>();
}

double longest_piece(const std::vector<char32_t>& run, const std::string& folded) {
  size_t best = 0;
  for (size_t begin = 0; begin + best < run.size(); ++begin)
    while (begin + best < run.size() && folded.find(utf8(run, begin, begin + best + 1)) != std::string::npos)
      ++best;
  return static_cast<double>(best) / static_cast<double>(run.size());
}

bool has_word(const std::string& text, const std::string& word) {
  const auto inner = [&](size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
  };
  for (size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at)
    if ((at == 0 || !inner(at - 1)) && !inner(at + word.size())) return true;
  return false;
}

double names_share(std::string_view question, const SourceText& passage) {
  size_t names = 0, found = 0;
  bool first = true;
  for (size_t i = 0; i < question.size();) {
    const auto is_letter = [&](size_t at) {
      return std::isalnum(static_cast<unsigned char>(question[at])) != 0;
    };
    size_t end = i;
    while (end < question.size() && is_letter(end)) ++end;
    if (end == i) {
      ++i;
      continue;
    }
    const std::string word(question.substr(i, end - i));
    if (!first && std::isupper(static_cast<unsigned char>(word.front())) != 0 && word.size() > 1) {
      ++names;
      found += has_word(passage.folded, fold(word)) ? 1 : 0;
    }
    first = false;
    i = end;
  }
  return names == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(found) / static_cast<double>(names);
}

}  // namespace

double subject_share(std::string_view question, const SourceText& passage) {
  if (guess_lang(question) != Lang::zh) return names_share(question, passage);
  const std::vector<char32_t> run = leading_run(question);
  return run.empty() ? std::numeric_limits<double>::quiet_NaN() : longest_piece(run, passage.folded);
}

std::string stem(std::string_view word) {
  constexpr std::array<std::string_view, 12> kEndings = {"ingly", "edly", "ing", "ies", "ied", "est",
                                                         "ers",   "er",   "ed",  "es",  "ly",  "s"};
  constexpr size_t kShortestStem = 3;
  for (const std::string_view ending : kEndings)
    if (word.ends_with(ending) && word.size() >= ending.size() + kShortestStem)
      return std::string(word.substr(0, word.size() - ending.size()));
  return std::string(word);
}

}  // namespace cvp::chat
