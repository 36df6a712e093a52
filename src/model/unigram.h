#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/prefix_trie.h"
#include "model/tokenizer.h"

namespace cvp::model {

/// A Unigram vocabulary (SentencePiece): the pieces of a text are those whose scores (natural logarithms of
/// probabilities) have the largest sum; what no piece covers is "unknown", at the least score of all pieces
/// less 10, runs of it one token. Kudo: Subword Regularization, 2018; the same search as the engine's, so
/// that counts agree.
class UnigramTokenizer : public Tokenizer {
 public:
  struct Piece {
    std::string_view text;
    float score = 0;
    enum class Kind { normal, user_defined, unused, other } kind = Kind::normal;
  };
  /// Views are not kept.
  UnigramTokenizer(std::string id, const std::vector<Piece>& pieces);

  const std::string& id() const override { return id_; }
  size_t count(std::string_view utf8) const override;

 private:
  size_t count_run(std::string_view escaped) const;

  std::string id_;
  PrefixTrie trie_;
  std::vector<float> scores_;
  double unknown_score_ = 0;
  bool words_are_apart_ = false;  // no piece goes on over a word's start
};

}  // namespace cvp::model
