#include "engine/local_embedder.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "base/unicode.h"
#include "engine/model_facts.h"
#include "sys/host.h"

namespace cvp::engine {
namespace {

constexpr size_t kBatchTokenBudget = 1024;  // about a second on two cores: what a cancel may have to wait for
constexpr size_t kBatchTexts = kEmbedderSlots - 2;  // leaves slots for questions
constexpr size_t kSpecialTokens = 2;                // begin and end, added by the engine
constexpr uint32_t kLongestInputTokens =
    2048;  // a larger batch costs memory and time, and chunks are far shorter
constexpr uint32_t kUsualInputTokens = 512;

ServerProcess::Probe one_text_probe(int stall_ms) {
  return [stall_ms](const LlamaClient& client, const CancelToken& cancel) -> Result<void> {
    TRY(client.embed(std::vector<std::string>{"a"}, stall_ms, cancel));
    return {};
  };
}

std::unique_ptr<model::Tokenizer> tokenizer_of(const sys::Path& gguf) {
  auto exact = model::open_gguf_tokenizer(gguf);
  if (exact) return std::move(*exact);
  log::warn("tokens are estimated: {}", exact.error().message.en);
  return model::estimating_tokenizer();
}

}  // namespace

Result<std::unique_ptr<LocalEmbedder>> LocalEmbedder::create(const model::InstalledModel& model,
                                                             const LocalOptions& options, const Clock& clock,
                                                             const Supervision& times) {
  const ModelFacts facts = TRY(read_model_facts(model));
  model::EmbedderIdentity identity{
      .name = model.entry.id,
      .model_sha256 = model.gguf_sha256,
      .pooling = facts.pooling.empty() || facts.pooling == "rank" ? "mean" : facts.pooling,
      .query_prefix = model.entry.query_prefix,
      .passage_prefix = model.entry.passage_prefix,
      .dimension = facts.dimension,
      .max_tokens = std::min(facts.context_tokens == 0 ? kUsualInputTokens : facts.context_tokens,
                             kLongestInputTokens)};
  ServerSpec spec{
      .model_name = model.entry.id,
      .argv_prefix = options.argv_prefix,
      .flags = embedder_flags({.gguf = model.gguf,
                               .pooling = identity.pooling,
                               .max_tokens = identity.max_tokens,
                               .threads = options.threads == 0 ? sys::cpu_threads() : options.threads}),
      .gguf = model.gguf,
      .gguf_bytes = model.gguf_bytes,
      .memory_bytes = generator_memory_bytes(model.gguf_bytes, facts.cache_bytes_per_token,
                                             identity.max_tokens * kEmbedderSlots),
      .runtime_folder = options.runtime_folder};
  const int stall_ms = stall_ms_for(model.gguf_bytes);
  auto server = TRY(ServerProcess::create(std::move(spec), one_text_probe(stall_ms), clock, times));
  return std::unique_ptr<LocalEmbedder>(new LocalEmbedder(
      std::move(server), std::move(identity), tokenizer_of(model.gguf), facts.normalization, stall_ms));
}

LocalEmbedder::LocalEmbedder(std::unique_ptr<ServerProcess> server, model::EmbedderIdentity identity,
                             std::unique_ptr<model::Tokenizer> tokenizer, model::Normalization normalization,
                             int stall_ms)
    : server_(std::move(server)),
      identity_(std::move(identity)),
      tokenizer_(std::move(tokenizer)),
      normalization_(normalization),
      stall_ms_(stall_ms) {}

Result<std::vector<std::vector<float>>> LocalEmbedder::embed(std::span<const std::string> texts,
                                                             model::TextRole role,
                                                             const CancelToken& cancel) {
  std::vector<std::string> inputs;
  std::vector<size_t> tokens;
  for (const auto& text : texts) {
    CutText input = cut_to_tokens(embedder_input(identity_, role, text, normalization_),
                                  identity_.max_tokens - kSpecialTokens,
                                  [&](std::string_view part) { return tokenizer_->count(part); });
    if (input.cut) ++truncated_;
    tokens.push_back(input.tokens + kSpecialTokens);
    inputs.push_back(std::move(input.text));
  }
  std::vector<std::vector<float>> vectors(texts.size());
  for (const auto& batch : plan_batches(tokens, kBatchTokenBudget, kBatchTexts)) {
    std::vector<std::string> group;
    for (const size_t i : batch) group.push_back(std::move(inputs[i]));
    std::optional<Turnstile::Turn> turn;
    if (role == model::TextRole::passage) turn.emplace(TRY(passages_.enter(cancel)));
    auto made = TRY(embed_batch(group, cancel));
    for (size_t k = 0; k < batch.size(); ++k) vectors[batch[k]] = std::move(made[k]);
  }
  return vectors;
}

Result<std::vector<std::vector<float>>> LocalEmbedder::embed_batch(std::span<const std::string> inputs,
                                                                   const CancelToken& cancel) {
  auto vectors = request(inputs, cancel);
  if (!vectors && vectors.error().code == Errc::failed) vectors = embed_singly(inputs, cancel);
  if (!vectors) return vectors;
  for (auto& vector : *vectors) TRY(check_and_normalise(vector, identity_.dimension, identity_.name));
  return vectors;
}

Result<std::vector<std::vector<float>>> LocalEmbedder::embed_singly(std::span<const std::string> inputs,
                                                                    const CancelToken& cancel) {
  constexpr int kCuts = 4;
  std::vector<std::vector<float>> vectors;
  for (const auto& input : inputs) {
    std::string part = input;
    auto one = request(std::span(&part, 1), cancel);
    for (int cuts = 0; !one && one.error().code == Errc::failed && cuts < kCuts; ++cuts) {
      if (cuts == 0) ++truncated_;
      part = std::string(utf8_prefix(part, part.size() * 3 / 4));
      one = request(std::span(&part, 1), cancel);
    }
    if (!one) return one;
    vectors.push_back(std::move(one->front()));
  }
  return vectors;
}

Result<std::vector<std::vector<float>>> LocalEmbedder::request(std::span<const std::string> inputs,
                                                               const CancelToken& cancel) {
  const Endpoint endpoint = TRY(server_->ready(cancel));
  auto vectors = server_->client(endpoint).embed(inputs, stall_ms_, cancel);
  if (!vectors) return std::unexpected(server_->explain(endpoint, std::move(vectors).error()));
  return vectors;
}

Result<std::unique_ptr<model::Embedder>> local_embedder(const model::InstalledModel& model,
                                                        const LocalOptions& options, const Clock& clock) {
  return std::unique_ptr<model::Embedder>(TRY(LocalEmbedder::create(model, options, clock)));
}

}  // namespace cvp::engine
