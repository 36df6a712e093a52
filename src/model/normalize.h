// What must happen to a text before an encoder's own tokenizer sees it. The engine has no character map for
// the models that cvp imports, so both the counting of tokens and the embedding go through here.
#pragma once
#include <string>
#include <string_view>

#include "model/gguf.h"

namespace cvp::model {

enum class Normalization {
  none,      // the engine's tokenizer does what the model was trained with (BERT's WordPiece)
  nmt_nfkc,  // SentencePiece's rule of the same name, which XLM-R and e5 were trained with
};

/// By the tokenizer of a GGUF file: nmt_nfkc for a Unigram vocabulary without its own character map.
Normalization normalization_of(const GgufHeader& header);

/// nmt_nfkc: NFKC, but U+FF5E (fullwidth tilde) stays; tabs, line ends, zero-width and other invisible spaces
/// become spaces; other control characters go; broken UTF-8 becomes spaces. Idempotent.
std::string normalize_text(Normalization normalization, std::string_view text);

}  // namespace cvp::model
