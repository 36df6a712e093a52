// What a model must remember of the tokens it has read: keys and values of every attention layer, states of
// recurrent ones.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "model/tensor_type.h"
#include "plan/shape.h"

namespace cvp::plan {

struct CacheOptions {
  uint64_t context_tokens = 0;  // of one sequence
  uint32_t sequences = 1;       // at a time; each has its own context
  model::TensorType key = model::TensorType::f16;
  model::TensorType value = model::TensorType::f16;
  /// llama.cpp pads the context to whole blocks of cells and keeps a batch's worth of tokens beside a sliding
  /// window. 0: the architecture's own need, unpadded.
  uint32_t batch_tokens = 0;
};

/// Bytes.
struct CacheBytes {
  uint64_t full = 0;       // layers that keep every token
  uint64_t sliding = 0;    // layers that keep a window
  uint64_t recurrent = 0;  // states: per sequence, not per token
  uint64_t total() const { return full + sliding + recurrent; }
};

/// Errc::usage where the context or the product does not fit, or the type has blocks that a head's width does
/// not divide into. 0 for encoders.
Result<CacheBytes> cache_bytes(const Shape& shape, const CacheOptions& options);

/// What one more token costs while no window is full: sum over attention layers of kv heads × (key width ×
/// key type + value width × value type); of latent attention (rank + rotary width) × key type, no values.
uint64_t cache_bytes_per_token(const Shape& shape, model::TensorType key = model::TensorType::f16,
                               model::TensorType value = model::TensorType::f16);

}  // namespace cvp::plan
