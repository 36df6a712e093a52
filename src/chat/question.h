// What a question asks about, apart from how it asks.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "vector/index.h"

namespace cvp::chat {

using TermSet = std::unordered_set<std::string>;
TermSet terms_of(std::string_view text);
/// How a term's stem stands in a passage's TermSet beside the terms themselves.
std::string stem_term(std::string_view term);

/// Terms with their inverse document frequency in these collections (empty: all); built from the index once a
/// text.
using Weights = std::map<std::string, double>;
Result<Weights> weigh(std::string_view text, vector::Index& index,
                      const std::vector<store::CollectionId>& collections);

/// The question without its question words and, in English, its function words: "《X》是由哪两个公司开发的？"
/// → "《X》是由 两个公司开发的".
std::string content_of_question(std::string_view question);

/// Whether one passage is likely to answer the question: compare, list, count, summarise and the like need
/// several.
bool needs_several_passages(std::string_view question);

/// Whether yes or no is an answer: 支持双面打印吗？ "Does it print on both sides?"
bool asks_yes_or_no(std::string_view question);

/// What kind of words an answer must hold, from the question word.
enum class AnswerKind { any, number, time };
AnswerKind answer_kind(std::string_view question);

/// The question's own terms, weighted.
class Evidence {
 public:
  static Result<Evidence> of(std::string_view question, vector::Index& index,
                             const std::vector<store::CollectionId>& collections);
  /// idf-weighted share of the terms that the passage has, 0..1; 1 for a question without content terms.
  double coverage(const TermSet& passage) const;
  const Weights& weights() const { return weights_; }

 private:
  explicit Evidence(Weights weights);
  Weights weights_;
  double total_ = 0;
};

}  // namespace cvp::chat
