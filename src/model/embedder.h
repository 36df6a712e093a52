#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace cvp::model {

enum class TextRole { query, passage };

/// What makes a vector what it is: two vectors may be compared only when their stamps are equal.
struct EmbedderIdentity {
  std::string name;                          // catalogue id, e.g. "multilingual-e5-small"
  std::string model_sha256;                  // of the GGUF file, or of endpoint + model name for a remote one
  std::string pooling;                       // "mean" | "cls" | "last"
  std::string query_prefix, passage_prefix;  // "query: ", "passage: "
  uint32_t dimension = 0;
  uint32_t max_tokens = 0;  // of one input, special tokens and prefix included
  /// One line that changes when anything above changes.
  std::string stamp() const;
};

/// Text to L2-normalised vectors. Thread-safe. Adds the role's prefix and normalises as the model needs it
/// (normalize.h) itself, sends length-sorted batches under a token budget, and returns one vector of
/// identity().dimension floats per text, in order. A text longer than the model's limit is cut at the limit
/// and counted in truncated(). Rejects NaN and wrong dimensions as Errc::corrupt.
class Embedder {
 public:
  virtual ~Embedder() = default;
  virtual const EmbedderIdentity& identity() const = 0;
  virtual Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, TextRole role,
                                                        const CancelToken& cancel) = 0;
  /// Texts that were cut at the model's limit so far.
  virtual uint64_t truncated() const = 0;
};

}  // namespace cvp::model
