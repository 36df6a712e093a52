// What a model is, as far as its GGUF header says: enough to plan memory and to describe a user's own file.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/catalogue.h"
#include "model/gguf.h"

namespace cvp::model {

/// Numbers are 0 and texts empty where the header does not say.
struct ModelSpec {
  std::string architecture;  // "qwen2"
  std::string name;
  std::string licence;
  std::string quantization;  // "Q4_K_M", from general.file_type; else the type of most weights
  uint32_t layers = 0;
  uint32_t embedding_width = 0;
  uint32_t feed_forward_width = 0;
  uint32_t heads = 0;
  std::vector<uint32_t> kv_heads;           // by layer; 0 where a layer has no attention
  uint32_t key_width = 0, value_width = 0;  // of one head
  uint32_t context_tokens = 0;
  uint32_t sliding_window_tokens = 0;  // 0: every layer sees the whole context
  uint32_t vocabulary = 0;
  uint64_t parameters = 0;
  uint64_t weight_bytes = 0;  // of all tensors
  bool is_encoder = false;    // attention both ways: an embedding model
  std::string pooling;        // "mean" | "cls" | "last" | "rank" | ""
  std::string chat_template;  // of ours, by the look of the file's own; "" where it has none

  /// Bytes of one token's keys and values in a cache of 16-bit floats: sum over layers of kv_heads × (key +
  /// value width) × 2. An upper bound where layers have a sliding window. 0 for encoders.
  uint64_t cache_bytes_per_token = 0;
};

/// Errc::corrupt where the header contradicts itself or has no architecture.
Result<ModelSpec> model_spec(const GgufHeader& header, const std::string& name);
/// Facts of a user's own GGUF file as a catalogue entry; id is its future folder.
CatalogueEntry entry_of(const ModelSpec& spec, const std::string& id);

}  // namespace cvp::model
