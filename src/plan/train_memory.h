// What training holds in the memory of one GPU, by part. Sizes are bytes, as real numbers: inputs may be
// absurd and must not overflow.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "plan/band.h"
#include "plan/shape.h"

namespace cvp::plan {

/// sft: fine-tuning on examples. reward, ppo and dpo are the three ways to train on preferences.
enum class TrainJob { pretrain, sft, reward, ppo, dpo };
/// Of what is kept for each trained number. mixed: 16-bit weights and gradients, 32-bit master copy and
/// moments; mixed_wide: gradients in 32 bits too (Megatron-LM); bf16: everything in 16 bits.
enum class Precision { mixed, mixed_wide, bf16, fp32 };
enum class Optimizer { adamw, adamw_8bit, sgd };

struct TrainOptions {
  TrainJob job = TrainJob::sft;
  Precision precision = Precision::mixed;
  Optimizer optimizer = Optimizer::adamw;
  uint32_t adapter_rank = 0;       // LoRA's r; 0: all weights are trained
  bool four_bit_base = false;      // the frozen base in NF4 (QLoRA); needs adapters
  bool recompute = false;          // activations are computed again in the backward pass
  bool flash_attention = true;     // the matrix of attention scores is never stored
  bool offload_optimizer = false;  // optimizer states in the host's memory (ZeRO-Offload)
  uint32_t sequence_tokens = 2048;
  uint32_t micro_batch = 1;  // sequences a GPU works on at a time
  uint32_t zero_stage = 0;
  uint32_t data_parallel = 1, tensor_parallel = 1, pipeline_parallel = 1;
  uint64_t gpus() const { return uint64_t{data_parallel} * tensor_parallel * pipeline_parallel; }
};

/// What the formulas need of a model.
struct TrainNet {
  double parameters = 0;         // all
  double active_parameters = 0;  // that one token passes through
  double table_parameters = 0;   // of input table and output head
  double adapter_widths = 0;     // sum over adapted matrices of rows + columns: parameters of LoRA at rank 1
  double layers = 0, width = 0, heads = 0, kv_heads = 0, head_width = 0, vocabulary = 0;
  double attention_width = 0;     // heads × head width, summed over the layers that look back
  double feed_forward_width = 0;  // that one token passes through
  bool gated = true;
  bool assumed = false;  // derived from a parameter count alone
};
TrainNet train_net(const Shape& shape);
/// A network built as LLaMA's are (width 128 to 102 times the layers, feed-forward 8/3 of the width, 32,000
/// tokens) with this many parameters.
TrainNet train_net(double parameters);

struct TrainMemory {
  double weights = 0;       // of the model being trained, and of its frozen base
  double gradients = 0;     // of what is trained
  double optimizer = 0;     // moments and master copy
  double activations = 0;   // what the backward pass needs
  double logits = 0;        // of the last layer and its loss
  double other_models = 0;  // reference, reward and value models of ppo and dpo
  double overhead = 0;      // CUDA context, buffers of communication, fragmentation
  double host = 0;          // in the host's memory
  double trained_parameters = 0;
  double total() const {
    return weights + gradients + optimizer + activations + logits + other_models + overhead;
  }
  /// total() with its range: states are counted; activations, logits and overhead depend on the framework.
  Band range() const;
};

/// Errc::usage where a size is zero or the options contradict each other (4-bit base without adapters, ZeRO
/// beyond 3, more pipeline stages than layers …). Tensor parallelism is taken with sequence parallelism, so
/// that it divides activations as well. Sources: ZeRO (arXiv 1910.02054 §3), Megatron-LM's
/// theoretical_memory_usage.py, activations from Korthikanti et al. (arXiv 2205.05198 §4), NF4 from QLoRA
/// (arXiv 2305.14314 §3).
Result<TrainMemory> train_memory(const TrainNet& net, const TrainOptions& options);

/// Bytes of activations of one layer for the micro-batch, whole (not divided by parallelism).
double layer_activations(const TrainNet& net, const TrainOptions& options);

}  // namespace cvp::plan
