#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/prefix_trie.h"
#include "model/tokenizer.h"

namespace cvp::model {

/// BERT's tokenizer: words split at white space, around punctuation, ASCII symbols and every Han character;
/// each word the longest pieces from its start on, or one unknown token. Pieces as GGUF has them, "▁" before
/// word starts. Agrees with the engine in its own peculiarities: accents are taken off by the first code
/// point of the canonical decomposition.
class WordPieceTokenizer : public Tokenizer {
 public:
  struct Options {
    bool lower_case = true;
    bool strip_accents = true;
  };
  /// Views are not kept.
  WordPieceTokenizer(std::string id, const std::vector<std::string_view>& pieces, const Options& options);

  const std::string& id() const override { return id_; }
  size_t count(std::string_view utf8) const override;

 private:
  size_t count_word(std::string_view word) const;

  std::string id_;
  PrefixTrie trie_;
  Options options_;
  uint32_t word_start_ = PrefixTrie::kRoot;  // the node after "▁"
  bool has_words_ = false;
};

}  // namespace cvp::model
