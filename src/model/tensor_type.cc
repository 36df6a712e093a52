#include "model/tensor_type.h"

#include <algorithm>

#include "base/check.h"

namespace cvp::model {
namespace {

constexpr TensorTypeInfo info(uint32_t type, std::string_view name, uint32_t elements, uint32_t bytes) {
  return {static_cast<TensorType>(type), name, elements, bytes};
}

constexpr TensorTypeInfo kTypes[] = {
    info(0, "F32", 1, 4),         info(1, "F16", 1, 2),         info(2, "Q4_0", 32, 18),
    info(3, "Q4_1", 32, 20),      info(6, "Q5_0", 32, 22),      info(7, "Q5_1", 32, 24),
    info(8, "Q8_0", 32, 34),      info(9, "Q8_1", 32, 36),      info(10, "Q2_K", 256, 84),
    info(11, "Q3_K", 256, 110),   info(12, "Q4_K", 256, 144),   info(13, "Q5_K", 256, 176),
    info(14, "Q6_K", 256, 210),   info(15, "Q8_K", 256, 292),   info(16, "IQ2_XXS", 256, 66),
    info(17, "IQ2_XS", 256, 74),  info(18, "IQ3_XXS", 256, 98), info(19, "IQ1_S", 256, 50),
    info(20, "IQ4_NL", 32, 18),   info(21, "IQ3_S", 256, 110),  info(22, "IQ2_S", 256, 82),
    info(23, "IQ4_XS", 256, 136), info(24, "I8", 1, 1),         info(25, "I16", 1, 2),
    info(26, "I32", 1, 4),        info(27, "I64", 1, 8),        info(28, "F64", 1, 8),
    info(29, "IQ1_M", 256, 56),   info(30, "BF16", 1, 2),       info(34, "TQ1_0", 256, 54),
    info(35, "TQ2_0", 256, 66),   info(39, "MXFP4", 32, 17),    info(40, "NVFP4", 64, 36),
    info(41, "Q1_0", 128, 18),
};

}  // namespace

const TensorTypeInfo* tensor_type_info(uint32_t type) {
  for (const auto& known : kTypes)
    if (static_cast<uint32_t>(known.type) == type) return &known;
  return nullptr;
}

const TensorTypeInfo& tensor_type_info(TensorType type) {
  const auto* known = tensor_type_info(static_cast<uint32_t>(type));
  CHECK(known != nullptr);
  return *known;
}

std::optional<TensorType> tensor_type_named(std::string_view name) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  for (const auto& known : kTypes)
    if (std::ranges::equal(known.name, name, {}, {}, upper)) return known.type;
  return std::nullopt;
}

std::optional<uint64_t> tensor_bytes(const TensorTypeInfo& info, uint64_t elements) {
  if (elements % info.block_elements != 0) return std::nullopt;
  const uint64_t blocks = elements / info.block_elements;
  if (blocks > (UINT64_MAX >> 1) / info.block_bytes) return std::nullopt;
  return blocks * info.block_bytes;
}

}  // namespace cvp::model
