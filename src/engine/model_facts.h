// What must be known of a model file before an engine is started for it.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "model/installed.h"
#include "model/normalize.h"
#include "sys/host.h"

namespace cvp::engine {

struct ModelFacts {
  std::string chat_template;    // "chatml" …; the catalogue's word before the file's own
  std::string pooling;          // "mean" | "cls" | "last"
  uint32_t context_tokens = 0;  // trained for, the smaller of catalogue and file; 0 = unknown
  uint32_t dimension = 0;
  uint64_t cache_bytes_per_token = 0;                               // of the prefix cache, in 16-bit floats
  model::Normalization normalization = model::Normalization::none;  // of an embedder's texts
};

/// From the catalogue entry and the file's checked header. Errc::not_found or corrupt where the file is
/// missing or damaged.
Result<ModelFacts> read_model_facts(const model::InstalledModel& model);

/// Memory that a generator needs: weights, keys and values of the context, working buffers.
uint64_t generator_memory_bytes(uint64_t gguf_bytes, uint64_t cache_bytes_per_token, uint32_t context_tokens);
/// The wish, but no more than half of what is free beside the model.
uint64_t affordable_cache_bytes(uint64_t wanted, uint64_t model_needs, const sys::Memory& memory);
/// Without a sign of progress for this long an engine hangs: one batch on a slow, busy machine takes less.
int stall_ms_for(uint64_t gguf_bytes);

}  // namespace cvp::engine
