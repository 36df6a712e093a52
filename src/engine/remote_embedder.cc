#include <atomic>

#include "engine/embed_plan.h"
#include "engine/embedding_json.h"
#include "engine/engines.h"
#include "engine/remote_client.h"
#include "model/tokenizer.h"
#include "sys/sha256.h"

namespace cvp::engine {
namespace {

constexpr size_t kBatchTokenBudget = 8192;
constexpr size_t kBatchTexts = 64;
constexpr size_t kLargestDimension = 65536;
constexpr int kProbeMs = 20'000;

class RemoteEmbedder final : public model::Embedder {
 public:
  RemoteEmbedder(RemoteClient client, model::EmbedderIdentity identity)
      : client_(std::move(client)),
        identity_(std::move(identity)),
        tokenizer_(model::estimating_tokenizer()) {}

  const model::EmbedderIdentity& identity() const override { return identity_; }
  uint64_t truncated() const override { return truncated_; }
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override;

 private:
  const RemoteClient client_;
  const model::EmbedderIdentity identity_;
  const std::unique_ptr<model::Tokenizer> tokenizer_;
  std::atomic<uint64_t> truncated_ = 0;
};

Result<std::vector<std::vector<float>>> request(const RemoteClient& client,
                                                std::span<const std::string> inputs,
                                                const CancelToken& cancel, int timeout_ms = 0) {
  boost::json::array array;
  for (const auto& input : inputs) array.emplace_back(input);
  const boost::json::object body{
      {"model", client.model()}, {"input", std::move(array)}, {"encoding_format", "float"}};
  const std::string reply = TRY(client.post_raw("/embeddings", body, cancel, timeout_ms));
  return parse_embeddings(reply, inputs.size(), client.base_url());
}

Result<std::vector<std::vector<float>>> RemoteEmbedder::embed(std::span<const std::string> texts,
                                                              model::TextRole role,
                                                              const CancelToken& cancel) {
  std::vector<std::string> inputs;
  std::vector<size_t> tokens;
  for (const auto& text : texts) {
    CutText input = cut_to_tokens(embedder_input(identity_, role, text), identity_.max_tokens,
                                  [&](std::string_view part) { return tokenizer_->count(part); });
    if (input.cut) ++truncated_;
    tokens.push_back(input.tokens);
    inputs.push_back(std::move(input.text));
  }
  std::vector<std::vector<float>> vectors(texts.size());
  for (const auto& batch : plan_batches(tokens, kBatchTokenBudget, kBatchTexts)) {
    std::vector<std::string> group;
    for (const size_t i : batch) group.push_back(std::move(inputs[i]));
    auto made = TRY(request(client_, group, cancel));
    for (size_t k = 0; k < batch.size(); ++k) {
      TRY(check_and_normalise(made[k], identity_.dimension, identity_.name));
      vectors[batch[k]] = std::move(made[k]);
    }
  }
  return vectors;
}

}  // namespace

Result<std::unique_ptr<model::Embedder>> remote_embedder(const RemoteOptions& options, const Clock&,
                                                         const CancelToken& cancel) {
  RemoteClient client = TRY(RemoteClient::create(options));
  // The dimension is part of what the vectors are: it must be known before the first of them is stored.
  const auto one = TRY(request(client, std::vector<std::string>{"a"}, cancel, kProbeMs));
  if (one.front().size() > kLargestDimension) {
    return fail(Errc::corrupt, text("{} gave a vector of {} numbers", "{} 返回了 {} 维的向量",
                                    client.base_url(), one.front().size()));
  }
  model::EmbedderIdentity identity{.name = options.model,
                                   .model_sha256 = sys::sha256_hex(client.base_url() + "\n" + options.model),
                                   .pooling = "remote",
                                   .query_prefix = options.query_prefix,
                                   .passage_prefix = options.passage_prefix,
                                   .dimension = static_cast<uint32_t>(one.front().size()),
                                   .max_tokens = std::max(8u, options.max_input_tokens)};
  return std::make_unique<RemoteEmbedder>(std::move(client), std::move(identity));
}

}  // namespace cvp::engine
