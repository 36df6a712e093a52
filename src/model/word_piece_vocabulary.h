#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "model/bert_gguf.h"

namespace cvp::model {

/// A BERT vocabulary ("##" before continuations) as GGUF has it: "▁" before word starts, "##" removed,
/// special tokens in brackets kept. lower_case: what the tokenizer's own file says, nothing where it does
/// not; a vocabulary without capitals is read as lower case all the same, since capitals could only become
/// unknown tokens.
Result<BertVocabulary> word_piece_vocabulary(const std::vector<std::string>& tokens,
                                             std::optional<bool> lower_case, const std::string& name);

/// The tokens of a vocab.txt, one a line.
Result<std::vector<std::string>> vocabulary_lines(std::string_view vocabulary_txt, const std::string& name);
/// The tokens of a Hugging Face tokenizer.json in the order of their ids, and its lower-case flag.
struct TokenizerJson {
  std::vector<std::string> tokens;
  std::optional<bool> lower_case;
};
Result<TokenizerJson> word_piece_tokenizer_json(std::string_view json, const std::string& name);

}  // namespace cvp::model
