// ONNX files, as much of them as an importer needs: the graph's nodes by name, its stored tensors and its
// constants. A plain reader of the wire format: nothing is copied, nothing is trusted.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::model {

struct OnnxTensor {
  static constexpr int32_t kFloat = 1, kInt64 = 7, kFloat16 = 10;  // data types that weights and shapes have
  std::vector<uint64_t> dims;                                      // slowest first
  int32_t type = 0;
  std::string_view bytes;          // elements, little-endian; empty for integers kept as a list
  std::vector<uint64_t> integers;  // of a small tensor of 64-bit integers

  std::optional<float> single_float() const;
  /// Of a tensor with exactly one 64-bit integer.
  std::optional<uint64_t> single_integer() const;
};

struct OnnxNode {
  std::string_view name, operation;
  std::vector<std::string_view> inputs, outputs;
  std::optional<OnnxTensor> value;  // of a Constant
  std::optional<float> epsilon;     // of a LayerNormalization
};

struct OnnxGraph {
  static constexpr size_t kMaxNodes = 1 << 20;
  static constexpr size_t kMaxTensors = 1 << 17;
  static constexpr size_t kMaxNameBytes = 4096;
  static constexpr size_t kMaxDims = 8;
  static constexpr size_t kMaxEnds = 4096;  // inputs or outputs of a node
  static constexpr size_t kMaxIntegers = 1 << 16;

  std::vector<OnnxNode> nodes;
  std::map<std::string_view, OnnxTensor> tensors;    // stored ones
  std::map<std::string_view, OnnxTensor> constants;  // outputs of Constant nodes

  /// Views point into bytes. Errc::corrupt says what is wrong; weights in other files are Errc::refused.
  static Result<OnnxGraph> parse(std::string_view bytes, const std::string& name);

  /// A stored tensor or a constant; nullptr where there is none.
  const OnnxTensor* value_of(std::string_view name) const;
};

}  // namespace cvp::model
