// The element types of GGUF tensors: how many elements share a block and how many bytes a block takes (ggml's
// own layout).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace cvp::model {

/// ggml's numbers. Types that newer files use and this list lacks are refused by name.
enum class TensorType : uint32_t {
  f32 = 0,
  f16 = 1,
  q4_0 = 2,
  q4_1 = 3,
  q8_0 = 8,
  q4_k = 12,
  q6_k = 14,
  bf16 = 30
};

struct TensorTypeInfo {
  TensorType type;
  std::string_view name;
  uint32_t block_elements;
  uint32_t block_bytes;
};

/// nullptr where the number is not known.
const TensorTypeInfo* tensor_type_info(uint32_t type);

/// Bytes of that many elements; nothing where they are no whole number of blocks or the size does not fit 63
/// bits.
std::optional<uint64_t> tensor_bytes(const TensorTypeInfo& info, uint64_t elements);

}  // namespace cvp::model
