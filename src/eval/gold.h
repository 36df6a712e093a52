// What counts as found. Texts are compared by their keys: folded, with only letters and digits left.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "eval/evaluate.h"

namespace cvp::eval {

/// Letters and digits of the folded text. starts[i] says whether the code point at byte i begins a word of
/// the source (a CJK character always does).
struct Key {
  std::string text;
  std::vector<bool> starts;
};
Key make_key(std::string_view text);

/// Whether the key of a text contains the key of a gold string. A gold string that begins with a Latin letter
/// or a digit must begin where a word begins; one that ends with a digit must not run on in more digits, one
/// that ends with a letter may run on by at most two (plural and the like).
bool contains_key(const Key& text, std::string_view gold);

/// Decides which retrieved passages are relevant to one question.
///  - gold_uris given: every passage of those documents; rank and recall count documents, each once.
///  - else gold_passage given: a passage with at least half of the gold passage's sentences, or with one of
///  them and a gold
///    answer, or that lies wholly inside the gold passage and has a gold answer.
///  - else: a passage that contains a gold answer.
class Gold {
 public:
  explicit Gold(const Question& question);
  bool judges_documents() const { return !question_.gold_uris.empty(); }
  /// False: nothing says what would be right; the question is left out of the measure.
  bool judgeable() const;
  /// Different relevant things there are: the documents, or one.
  size_t relevant_count() const;
  bool is_relevant(std::string_view passage, std::string_view uri) const;
  /// A cited quote: contains a gold string, lies in the gold passage, or comes from a gold document.
  bool supports(std::string_view quote, std::string_view uri) const;

 private:
  bool has_answer(const Key& key) const;
  const Question& question_;
  std::string passage_key_;
  std::vector<std::string> sentence_keys_;
};

}  // namespace cvp::eval
