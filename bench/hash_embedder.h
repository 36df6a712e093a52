// Vectors of a realistic number and shape without a model: hashed character bigrams, signed, normalised. For
// figures that leave the embedding out of what they time.
#pragma once
#include "model/embedder.h"

namespace cvp::bench {

class HashEmbedder : public model::Embedder {
 public:
  HashEmbedder();
  const model::EmbedderIdentity& identity() const override { return identity_; }
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override;
  uint64_t truncated() const override { return 0; }

 private:
  model::EmbedderIdentity identity_;
};

}  // namespace cvp::bench
