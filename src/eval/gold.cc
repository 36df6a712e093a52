#include "eval/gold.h"

#include <algorithm>

#include "base/unicode.h"

namespace cvp::eval {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

constexpr size_t kEndingLetters = 2;

bool ends_well(std::string_view text, size_t end, char last) {
  if (end == text.size()) return true;
  if (is_digit(last) && is_digit(text[end])) return false;
  return true;
}

/// Letters of the same word after `end`.
size_t run_on(const Key& key, size_t end) {
  size_t n = 0;
  while (end + n < key.text.size() && is_letter(key.text[end + n]) && !key.starts[end + n]) ++n;
  return n;
}

}  // namespace

Key make_key(std::string_view source) {
  Key out;
  const std::string folded = fold(source);
  bool in_word = false;
  for (size_t pos = 0; pos < folded.size();) {
    const size_t begin = pos;
    const char32_t c = decode_utf8(folded, pos);
    if (!is_word(c)) {
      in_word = false;
      continue;
    }
    const bool alone = is_cjk(c);
    const size_t at = out.text.size();
    out.text.append(folded, begin, pos - begin);
    out.starts.resize(out.text.size(), false);
    out.starts[at] = alone || !in_word;
    in_word = !alone;
  }
  return out;
}

bool contains_key(const Key& key, std::string_view gold) {
  if (gold.empty()) return false;
  const bool anchored = static_cast<unsigned char>(gold.front()) < 0x80;
  const char last = gold.back();
  for (size_t at = key.text.find(gold); at != std::string::npos; at = key.text.find(gold, at + 1)) {
    if (anchored && !key.starts[at]) continue;
    const size_t end = at + gold.size();
    if (!ends_well(key.text, end, last)) continue;
    if ((is_letter(last) || is_digit(last)) && run_on(key, end) > kEndingLetters) continue;
    return true;
  }
  return false;
}

bool contains_answer(std::string_view text, const std::vector<std::string>& answers) {
  const Key key = make_key(text);
  return std::ranges::any_of(
      answers, [&](const std::string& answer) { return contains_key(key, make_key(answer).text); });
}

Gold::Gold(const Question& question)
    : question_(question), passage_key_(make_key(question.gold_passage).text) {
  for (const Span& span : split_sentences(question.gold_passage)) {
    std::string key = make_key(std::string_view(question.gold_passage).substr(span.begin, span.size())).text;
    if (!key.empty()) sentence_keys_.push_back(std::move(key));
  }
}

bool Gold::judgeable() const {
  return judges_documents() || !passage_key_.empty() || !question_.answers.empty();
}

size_t Gold::relevant_count() const { return judges_documents() ? question_.gold_uris.size() : 1; }

bool Gold::has_answer(const Key& key) const {
  return std::ranges::any_of(
      question_.answers, [&](const std::string& answer) { return contains_key(key, make_key(answer).text); });
}

bool Gold::is_relevant(std::string_view passage, std::string_view uri) const {
  if (judges_documents()) return std::ranges::find(question_.gold_uris, uri) != question_.gold_uris.end();
  const Key key = make_key(passage);
  if (key.text.empty()) return false;
  if (passage_key_.empty()) return has_answer(key);
  size_t found = 0;
  for (const std::string& sentence : sentence_keys_) found += key.text.find(sentence) != std::string::npos;
  if (found > 0 && 2 * found >= sentence_keys_.size()) return true;
  const bool inside = passage_key_.find(key.text) != std::string::npos;
  return (found > 0 || inside) && has_answer(key);
}

bool Gold::supports(std::string_view quote, std::string_view uri) const {
  const Key key = make_key(quote);
  if (key.text.empty()) return false;
  if (has_answer(key)) return true;
  if (!passage_key_.empty() && passage_key_.find(key.text) != std::string::npos) return true;
  return std::ranges::find(question_.gold_uris, uri) != question_.gold_uris.end();
}

}  // namespace cvp::eval
