#include "chat/question.h"

#include <algorithm>
#include <array>

#include "base/unicode.h"
#include "chat/subject.h"

namespace cvp::chat {
namespace {

// Longest first: a shorter one inside a longer one must not win.
constexpr std::array<std::string_view, 44> kChineseQuestionWords = {
    "是什么时候", "什么时候", "什么地方", "哪几个", "哪一年", "哪一个", "哪一种", "哪一位", "为什么",
    "是什么",     "有哪些",   "怎么样",   "有多少", "有什么", "哪年",   "哪些",   "哪里",   "哪儿",
    "哪个",       "哪种",     "哪位",     "多少",   "多久",   "多长",   "多大",   "多高",   "什么",
    "怎么",       "怎样",     "如何",     "为何",   "何时",   "何地",   "何种",   "是否",   "请问",
    "几个",       "几年",     "是谁",     "谁",     "哪",     "几",     "吗",     "呢"};

constexpr std::array<std::string_view, 78> kEnglishFunctionWords = {
    "a",     "about", "an",    "and",  "any",   "are",  "as",  "at",    "be",   "been", "by",    "can",
    "could", "did",   "do",    "does", "for",   "from", "had", "has",   "have", "he",   "her",   "his",
    "how",   "i",     "if",    "in",   "into",  "is",   "it",  "its",   "kind", "many", "may",   "me",
    "might", "much",  "my",    "of",   "often", "old",  "on",  "one",   "or",   "our",  "she",   "should",
    "so",    "some",  "such",  "tell", "than",  "that", "the", "their", "them", "then", "there", "these",
    "they",  "this",  "those", "to",   "type",  "was",  "we",  "were",  "what", "when", "where", "which",
    "who",   "whom",  "whose", "why",  "will",  "would"};

bool contains_any(std::string_view text, std::initializer_list<std::string_view> cues) {
  return std::ranges::any_of(cues,
                             [&](std::string_view cue) { return text.find(cue) != std::string_view::npos; });
}

/// Folded text with a space at both ends, so that " word " finds whole English words.
std::string padded(std::string_view text) {
  std::string out = " ";
  for (const char c : fold(text)) out += (c == '?' || c == ',' || c == '.') ? ' ' : c;
  return out + " ";
}

}  // namespace

TermSet terms_of(std::string_view text) {
  TermSet out;
  for (vector::Term& term : vector::tokenize(text)) out.insert(std::move(term.text));
  return out;
}

std::string stem_term(std::string_view term) { return "~" + stem(term); }

Result<Weights> weigh(std::string_view text, vector::Index& index,
                      const std::vector<store::CollectionId>& collections) {
  Weights out;
  for (vector::Index::TermWeight& term : TRY(index.term_weights(text, collections)))
    out[std::move(term.term)] = term.idf;
  return out;
}

std::string content_of_question(std::string_view question) {
  const std::string folded = fold(question);
  std::string out;
  for (size_t i = 0; i < folded.size();) {
    const std::string_view rest = std::string_view(folded).substr(i);
    const auto word =
        std::ranges::find_if(kChineseQuestionWords, [&](std::string_view w) { return rest.starts_with(w); });
    if (word != kChineseQuestionWords.end()) {
      out += ' ';
      i += word->size();
      continue;
    }
    if (std::isalpha(static_cast<unsigned char>(folded[i])) != 0) {
      size_t end = i;
      while (end < folded.size() && std::isalnum(static_cast<unsigned char>(folded[end])) != 0) ++end;
      const std::string_view latin = rest.substr(0, end - i);
      out += std::ranges::find(kEnglishFunctionWords, latin) == kEnglishFunctionWords.end()
                 ? latin
                 : std::string_view(" ");
      i = end;
      continue;
    }
    out += folded[i++];
  }
  return out;
}

bool needs_several_passages(std::string_view question) {
  const std::string text = padded(question);
  return contains_any(text, {"比较",
                             "对比",
                             "区别",
                             "不同之处",
                             "相同点",
                             "异同",
                             "列举",
                             "列出",
                             "总结",
                             "概括",
                             "归纳",
                             "综述",
                             "汇总",
                             "一共提到",
                             "总共提到",
                             "分别是什么",
                             "都有哪些",
                             " compare ",
                             " comparison ",
                             " difference between ",
                             " differences between ",
                             " differ ",
                             " list all ",
                             " list the ",
                             " summarize ",
                             " summarise ",
                             " summary of ",
                             " overview of ",
                             " versus ",
                             " vs "});
}

bool asks_yes_or_no(std::string_view question) {
  const std::string text = padded(question);
  if (contains_any(text, {"吗", "是否", "能不能", "会不会", "是不是", "有没有", "可不可以", "要不要"}))
    return true;
  constexpr std::array<std::string_view, 17> kOpenings = {"is",   "are",   "was",    "were", "do",   "does",
                                                          "did",  "can",   "could",  "has",  "have", "had",
                                                          "will", "would", "should", "may",  "must"};
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return false;
  const std::string_view first = std::string_view(text).substr(begin, text.find(' ', begin) - begin);
  return std::ranges::find(kOpenings, first) != kOpenings.end();
}

AnswerKind answer_kind(std::string_view question) {
  const std::string text = padded(question);
  if (contains_any(text, {"哪一年", "哪年", "什么时候", "何时", "几年", "几月", "哪天", "哪一天", "年份",
                          "时间是", " when ", " what year ", " which year ", " what date "}))
    return AnswerKind::time;
  if (contains_any(text, {"多少", "几个", "几次", "几种", "几位", "多大", "多长", "多高", "多久", "多远",
                          "几", " how many ", " how much ", " how long ", " how old ", " how far ",
                          " how high ", " how tall ", " what percentage "}))
    return AnswerKind::number;
  return AnswerKind::any;
}

Evidence::Evidence(Weights weights) : weights_(std::move(weights)) {
  for (const auto& [term, idf] : weights_) {
    total_ += idf;
  }
}

Result<Evidence> Evidence::of(std::string_view question, vector::Index& index,
                              const std::vector<store::CollectionId>& collections) {
  return Evidence(TRY(weigh(content_of_question(question), index, collections)));
}

double Evidence::coverage(const TermSet& passage) const {
  if (total_ <= 0) return 1.0;
  double found = 0;
  for (const auto& [term, idf] : weights_)
    if (passage.contains(term) || passage.contains(stem_term(term))) found += idf;
  return found / total_;
}

}  // namespace cvp::chat
