#include "vector/question_terms.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/unicode.h"
#include "vector/index.h"

namespace cvp::vector {
namespace {

constexpr std::array<std::string_view, 9> kEnglish = {"what", "which", "who", "whom", "whose",
                                                      "when", "where", "why", "how"};

constexpr std::array<std::string_view, 23> kChinese = {
    "多少", "多久", "几个", "几年", "几次", "几种", "几月", "几岁", "如何", "为何", "何时", "何地",
    "何处", "何种", "何人", "何年", "怎样", "为什", "请问", "是否", "有何", "是何", "因何"};

/// Characters that ask wherever they stand; 哪 but in the name 哪吒, 吗 and 么 only at the end of a word
/// (吗啡 is a substance).
bool asks_in_chinese(std::string_view term) {
  size_t at = 0;
  const char32_t first = decode_utf8(term, at);
  const char32_t second = at < term.size() ? decode_utf8(term, at) : U'\0';
  if (at < term.size()) return false;
  const auto asks = [](char32_t c) { return c == U'谁' || c == U'啥'; };
  if (asks(first) || asks(second) || second == U'吗' || second == U'么' || second == U'哪') return true;
  if (first == U'哪') return second != U'吒' && second != U'咤';  // folding may write the second
  return first == U'么' || std::ranges::find(kChinese, term) != kChinese.end();
}

bool is_upper_case(std::string_view source) {
  return std::ranges::all_of(source, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::vector<std::string> question_terms(std::string_view question) {
  std::vector<std::string> telling, all;
  std::unordered_set<std::string> seen;
  for (Term& term : tokenize(question)) {
    if (!seen.insert(term.text).second) continue;
    const std::string_view source = question.substr(term.source.begin, term.source.size());
    const bool asks = static_cast<unsigned char>(term.text.front()) < 0x80
                          ? std::ranges::find(kEnglish, term.text) != kEnglish.end() && !is_upper_case(source)
                          : asks_in_chinese(term.text);
    if (!asks) telling.push_back(term.text);
    all.push_back(std::move(term.text));
  }
  return telling.empty() ? all : telling;
}

}  // namespace cvp::vector
