// Which texts go into one request to an embedder, and in which form. Pure.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/embedder.h"
#include "model/normalize.h"

namespace cvp::engine {

/// Prefix and text, normalised as the model's training had it: the engine's tokenizers have no character map
/// of their own, so that ？ and ? or a line end and a space would be different.
std::string embedder_input(const model::EmbedderIdentity& identity, model::TextRole role,
                           std::string_view text,
                           model::Normalization normalization = model::Normalization::nmt_nfkc);

struct CutText {
  std::string text;
  size_t tokens = 0;
  bool cut = false;
};
/// The longest beginning with at most limit tokens, by halving; never inside a character. count must not be
/// much smaller for a longer beginning.
CutText cut_to_tokens(std::string text, size_t limit, const std::function<size_t(std::string_view)>& count);

/// Indexes of texts, longest first, in groups of at most budget tokens and limit texts; a longer text is a
/// group of its own.
std::vector<std::vector<size_t>> plan_batches(std::span<const size_t> tokens, size_t budget, size_t limit);

/// Makes the length 1. Errc::corrupt for a wrong dimension, a value that is no number, or a zero vector.
Result<void> check_and_normalise(std::vector<float>& vector, uint32_t dimension,
                                 const std::string& model_name);

}  // namespace cvp::engine
