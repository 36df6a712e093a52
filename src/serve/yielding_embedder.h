// An embedder for work in the background: it lets others have the machine between small groups of texts.
#pragma once
#include <functional>

#include "model/embedder.h"

namespace cvp::serve {

class YieldingEmbedder final : public model::Embedder {
 public:
  /// Few enough that whoever comes waits for seconds only, where a passage takes half of one.
  static constexpr size_t kTextsAtOnce = 8;

  /// `turn` is called before each group with the place of its first text, and may wait; its error ends embed.
  YieldingEmbedder(model::Embedder& embedder, std::function<Result<void>(size_t first)> turn)
      : embedder_(embedder), turn_(std::move(turn)) {}

  const model::EmbedderIdentity& identity() const override { return embedder_.identity(); }
  uint64_t truncated() const override { return embedder_.truncated(); }
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override;

 private:
  model::Embedder& embedder_;
  const std::function<Result<void>(size_t first)> turn_;
};

}  // namespace cvp::serve
