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
  q5_0 = 6,
  q5_1 = 7,
  q8_0 = 8,
  q8_1 = 9,
  q2_k = 10,
  q3_k = 11,
  q4_k = 12,
  q5_k = 13,
  q6_k = 14,
  q8_k = 15,
  iq2_xxs = 16,
  iq2_xs = 17,
  iq3_xxs = 18,
  iq1_s = 19,
  iq4_nl = 20,
  iq3_s = 21,
  iq2_s = 22,
  iq4_xs = 23,
  i8 = 24,
  i16 = 25,
  i32 = 26,
  i64 = 27,
  f64 = 28,
  iq1_m = 29,
  bf16 = 30,
  tq1_0 = 34,
  tq2_0 = 35,
  mxfp4 = 39,
  nvfp4 = 40,
  q1_0 = 41
};

struct TensorTypeInfo {
  TensorType type;
  std::string_view name;
  uint32_t block_elements;
  uint32_t block_bytes;
};

/// nullptr where the number is not known.
const TensorTypeInfo* tensor_type_info(uint32_t type);
/// The same of a type that has a name here: every enumerator is known.
const TensorTypeInfo& tensor_type_info(TensorType type);
/// By name, in any case: "q8_0"; nothing where there is none.
std::optional<TensorType> tensor_type_named(std::string_view name);

/// Bytes of that many elements; nothing where they are no whole number of blocks or the size does not fit 63
/// bits.
std::optional<uint64_t> tensor_bytes(const TensorTypeInfo& info, uint64_t elements);

}  // namespace cvp::model
