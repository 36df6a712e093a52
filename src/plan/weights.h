// A model as a list of tensors: read from a header, or derived from its shape; and what they weigh at a
// quantization. Sums over tensors, never an average times a count: rows are stored in whole blocks, tables
// are kept at other types than layers, and mixes such as Q4_K_M choose a type for each tensor.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/gguf.h"
#include "model/safetensors.h"
#include "model/tensor_type.h"
#include "plan/shape.h"

namespace cvp::plan {

/// What a tensor is for. Decides where it lives (the input table stays in main memory) and how much of it one
/// token reads (of the experts, the active ones).
enum class Part : uint8_t {
  input_table,
  output_head,
  attention,
  feed_forward,
  experts,
  shared_experts,
  router,
  recurrent,
  norm,
  other
};
inline constexpr size_t kParts = 10;

struct Weight {
  std::string name;            // llama.cpp's: "blk.0.attn_q.weight"; in a safetensors file, its own
  std::vector<uint64_t> dims;  // fastest first
  Part part = Part::other;
  int32_t layer = -1;  // -1: of the whole model
  model::TensorType type = model::TensorType::f16;
  uint64_t bytes = 0;
  uint64_t elements() const;
};

/// Derived from the shape alone, in 16-bit floats (norms, biases and other small tensors in 32-bit ones, as
/// llama.cpp's converter keeps them).
std::vector<Weight> weights_of_shape(const Shape& shape);
/// As the file has them.
std::vector<Weight> weights_of_gguf(const model::GgufHeader& header);

/// Likewise of a safetensors file, by the names of Hugging Face's transformers. Types that llama.cpp lacks
/// (8-bit floats, truth values) count as bytes. Without what is stored but not learned: positions, masks.
std::vector<Weight> weights_of_safetensors(
    const std::map<std::string, model::SafeTensorInfo, std::less<>>& tensors);

/// A way to store weights: a type, or a mix of types.
struct Quantization {
  std::string_view name;   // "Q4_K_M", "F16", "NF4"
  model::TensorType main;  // of most tensors
  double bits_per_weight;  // of the main type, blocks' scales included
  bool gguf = true;        // llama.cpp's; else a format of other engines (INT8, INT4, NF4, FP8)
};
/// From the largest to the smallest.
std::span<const Quantization> quantizations();
/// By name in any case ("q4_k_m", "fp16"); nullptr where there is none.
const Quantization* find_quantization(std::string_view name);

/// The same tensors as `quantization` stores them, by the rules of llama.cpp's llama-quantize: which types
/// the mix gives which tensors, rows that do not divide into its blocks fall back, small tensors stay as they
/// are.
std::vector<Weight> quantized(std::vector<Weight> weights, const Shape& shape,
                              const Quantization& quantization);

struct WeightBytes {
  uint64_t total = 0;
  uint64_t by_part[kParts] = {};
  uint64_t of(Part part) const { return by_part[static_cast<size_t>(part)]; }
};
WeightBytes weight_bytes(std::span<const Weight> weights);

/// Bytes of a GGUF file of these tensors: header (an estimate of the tokenizer's size from the vocabulary),
/// tensor infos and padding included.
uint64_t gguf_file_bytes(std::span<const Weight> weights, const Shape& shape);
/// The same of a file whose header is here: exact.
uint64_t gguf_file_bytes(const model::GgufHeader& header);
/// Bytes of safetensors files of the model in 16-bit floats.
uint64_t safetensors_file_bytes(const Shape& shape);

}  // namespace cvp::plan
