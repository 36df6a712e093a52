// A model as the engine takes it apart to place it: layers with their weights, experts and cache, the tables,
// and the buffers of a computation.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/tensor_type.h"
#include "plan/shape.h"
#include "plan/weights.h"

namespace cvp::plan {

struct RunOptions {
  uint64_t context_tokens = 4096;  // of one user
  uint32_t users = 1;              // at a time
  model::TensorType key = model::TensorType::f16, value = model::TensorType::f16;
  uint32_t batch_tokens = 512;  // of one step of reading a prompt (llama.cpp's -ub)
};

/// What stands for all sizes beyond it: the parts of a device still add up in 64 bits.
inline constexpr uint64_t kLargestBytes = 1ull << 60;

/// Bytes.
struct LayerPiece {
  uint64_t weights = 0;   // without experts
  uint64_t experts = 0;   // all of them
  uint64_t repacked = 0;  // of both: what the CPU keeps a second time, in the order it likes
  uint64_t cache = 0;     // of all users
};

struct ModelPieces {
  std::vector<LayerPiece> layers;
  uint64_t input_table = 0;
  uint64_t output = 0;  // head and last norm; of a tied model, a copy of the table where it is on a GPU
  uint64_t output_stored = 0;  // of that, what the file has beside the input table
  uint64_t output_repacked = 0;
  double active_experts = 1;  // share that one token uses
  double expert_count = 0, experts_per_token = 0;
  double active_parameters = 0;  // without the input table
  double attention_width = 0;    // heads × key width, summed over attention layers
  bool quantized = false;        // most weights are in blocks
  double repacked_share = 0;     // of the layers' bytes
  uint64_t compute = 0;          // buffer of one device that holds whole layers
  uint64_t host_base = 0;        // program and vocabulary
  RunOptions options;

  uint64_t layer_weights() const;
  uint64_t cache() const;
};

/// Errc::usage where context and users do not fit any memory.
/// Compute buffers are a fit, not the allocator itself: 4·u·(g·f + 4.5·d) with flash attention, u the batch,
/// f the feed-forward width of a token, g 3 for gated networks, plus the mask and, for quantized caches,
/// 16-bit copies of one layer's keys and values. Of what gguf-parser-go's sweep measured it is within 15 %
/// for InternLM2 7B, EXAONE 7.8B, Baichuan 13B, Command R+, Gemma 3 1B, gpt-oss 20B and DBRX; models built
/// otherwise may be off by a third.
Result<ModelPieces> take_apart(std::span<const Weight> weights, const Shape& shape,
                               const RunOptions& options);

}  // namespace cvp::plan
