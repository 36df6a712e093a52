// An embedding model in a llama-server child.
#pragma once
#include <atomic>
#include <memory>

#include "engine/embed_plan.h"
#include "engine/engines.h"
#include "engine/server_process.h"
#include "model/tokenizer.h"

namespace cvp::engine {

/// Passages go in small batches, one at a time; queries go at once beside them and are worked on with the
/// next batch.
class LocalEmbedder final : public model::Embedder {
 public:
  static Result<std::unique_ptr<LocalEmbedder>> create(const model::InstalledModel& model,
                                                       const LocalOptions& options, const Clock& clock,
                                                       const Supervision& times = {});

  const model::EmbedderIdentity& identity() const override { return identity_; }
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override;
  uint64_t truncated() const override { return truncated_; }

 private:
  LocalEmbedder(std::unique_ptr<ServerProcess> server, model::EmbedderIdentity identity,
                std::unique_ptr<model::Tokenizer> tokenizer, model::Normalization normalization,
                int stall_ms);

  Result<std::vector<std::vector<float>>> embed_batch(std::span<const std::string> inputs,
                                                      const CancelToken& cancel);
  /// A batch that the engine refused, text by text; one that is too long for it after all is cut further.
  Result<std::vector<std::vector<float>>> embed_singly(std::span<const std::string> inputs,
                                                       const CancelToken& cancel);
  Result<std::vector<std::vector<float>>> request(std::span<const std::string> inputs,
                                                  const CancelToken& cancel);

  const std::unique_ptr<ServerProcess> server_;
  const model::EmbedderIdentity identity_;
  const std::unique_ptr<model::Tokenizer> tokenizer_;
  const model::Normalization normalization_;
  const int stall_ms_;
  Turnstile passages_;
  std::atomic<uint64_t> truncated_ = 0;
};

}  // namespace cvp::engine
