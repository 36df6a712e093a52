// Tiny encoders in every format that can be imported, made of random weights. Tests only.
#pragma once
#include <fmt/format.h>

#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "model/bert_gguf.h"

namespace cvp::model {

inline BertShape tiny_shape() {
  return {.layers = 2,
          .width = 32,
          .feed_forward = 64,
          .heads = 4,
          .vocabulary = 8,
          .positions = 16,
          .token_types = 2};
}

inline const std::vector<std::string>& tiny_tokens() {
  static const std::vector<std::string> kTokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                   "hello", "##ing", "中",    ","};
  return kTokens;
}

/// The weights of an encoder by GGUF name, row-major as GGUF has them.
using Weights = std::map<std::string, std::vector<float>>;

inline Weights random_weights(const BertShape& shape, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(-1, 1);
  Weights weights;
  for (const auto& tensor : bert_tensors(shape)) {
    size_t elements = 1;
    for (uint64_t dim : tensor.dims) elements *= dim;
    auto& values = weights[tensor.gguf_name];
    values.resize(elements);
    for (float& v : values) v = value(random);
  }
  return weights;
}

template <class T>
void put(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}
inline std::string raw(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// E5S1. Vectors and tables are f32, the rest Q4_0 blocks of random bytes, which blocks gets by GGUF name.
inline std::string tiny_e5(const BertShape& shape, const Weights& weights,
                           std::map<std::string, std::string>& blocks) {
  std::string out = "E5S1";
  put(out, uint32_t{1});
  for (uint32_t n : {shape.width, shape.layers, shape.heads, shape.feed_forward, shape.vocabulary,
                     shape.positions, shape.token_types})
    put(out, n);
  put(out, shape.epsilon);
  put(out, int32_t{32});
  const std::vector<std::string> pieces = {"<s>", "<pad>", "</s>", "<unk>", "▁", "中文"};
  put(out, static_cast<int32_t>(pieces.size()));
  for (int32_t id : {0, 2, 1, 3}) put(out, id);
  std::string blob, offsets, scores;
  for (const auto& piece : pieces) {
    put(offsets, static_cast<uint32_t>(blob.size()));
    put(scores, -static_cast<float>(blob.size()));
    blob += piece;
  }
  put(offsets, static_cast<uint32_t>(blob.size()));
  put(out, uint64_t{blob.size()});
  out += offsets + scores + blob;
  put(out, int32_t{1});
  put(out, uint32_t{5});
  put(out, uint32_t{1});  // one entry of the character map: U+0001, no characters
  put(out, uint8_t{0});

  std::mt19937 random(7);
  std::vector<std::pair<BertTensor, std::string>> tensors;
  for (const auto& tensor : bert_tensors(shape)) {
    std::string bytes = raw(weights.at(tensor.gguf_name));
    if (tensor.kind == BertTensor::Kind::vocabulary || tensor.kind == BertTensor::Kind::linear) {
      bytes.resize(weights.at(tensor.gguf_name).size() / 32 * 18);
      for (char& c : bytes) c = static_cast<char>(random());
      blocks[tensor.gguf_name] = bytes;
    }
    tensors.emplace_back(tensor, bytes);
  }
  put(out, static_cast<int32_t>(tensors.size()));
  uint64_t offset = out.size();
  for (const auto& [tensor, bytes] : tensors) offset += 2 + tensor.packed_name.size() + 1 + 4 + 8 + 8;
  std::string data;
  for (const auto& [tensor, bytes] : tensors) {
    put(out, static_cast<uint16_t>(tensor.packed_name.size()));
    out += tensor.packed_name;
    put(out, static_cast<uint8_t>(blocks.contains(tensor.gguf_name)));
    put(out, static_cast<uint32_t>(weights.at(tensor.gguf_name).size()));
    put(out, offset + data.size());
    put(out, uint64_t{bytes.size()});
    data += bytes;
  }
  return out + data;
}

inline std::string tiny_safetensors(const BertShape& shape, const Weights& weights,
                                    const std::string& prefix = "") {
  std::string header = "{\"__metadata__\":{\"format\":\"pt\"}", data;
  for (const auto& tensor : bert_tensors(shape)) {
    std::string dims;
    for (size_t i = tensor.dims.size(); i-- > 0;) dims += fmt::format("{}{}", tensor.dims[i], i ? "," : "");
    const size_t begin = data.size();
    data += raw(weights.at(tensor.gguf_name));
    header += fmt::format(",\"{}{}\":{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", prefix,
                          tensor.hf_name, dims, begin, data.size());
  }
  header += "}";
  std::string out;
  put(out, uint64_t{header.size()});
  return out + header + data;
}

inline std::string tiny_config(const BertShape& shape) {
  return fmt::format(
      R"({{"num_hidden_layers":{},"hidden_size":{},"intermediate_size":{},"num_attention_heads":{},"vocab_size":{},)"
      R"("max_position_embeddings":{},"type_vocab_size":{},"layer_norm_eps":1e-7,"hidden_act":"gelu"}})",
      shape.layers, shape.width, shape.feed_forward, shape.heads, shape.vocabulary, shape.positions,
      shape.token_types);
}

inline std::string tiny_vocabulary() {
  std::string lines;
  for (const auto& token : tiny_tokens()) lines += token + "\n";
  return lines;
}

inline std::string tiny_tokenizer_json() {
  std::string vocabulary;
  for (size_t i = 0; i < tiny_tokens().size(); ++i)
    vocabulary += fmt::format("{}\"{}\":{}", i ? "," : "", tiny_tokens()[i], i);
  return fmt::format(
      R"({{"normalizer":{{"lowercase":false}},"model":{{"type":"WordPiece","vocab":{{{}}}}}}})", vocabulary);
}

// Protocol buffers by hand.
inline std::string varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
inline std::string field(uint32_t number, const std::string& bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}
inline std::string field(uint32_t number, uint64_t value) { return varint(number << 3) + varint(value); }

inline std::string onnx_tensor(const std::string& name, const std::vector<uint64_t>& dims, uint64_t type,
                               const std::string& bytes) {
  std::string packed;
  for (uint64_t dim : dims) packed += varint(dim);
  return field(1, packed) + field(2, type) + field(8, name) + field(9, bytes);
}
inline std::string onnx_node(const std::string& name, const std::string& operation,
                             const std::vector<std::string>& inputs, const std::string& output,
                             const std::string& extra = "") {
  std::string node;
  for (const auto& input : inputs) node += field(1, input);
  return node + field(2, output) + field(3, name) + field(4, operation) + extra;
}
inline std::string onnx_constant(const std::string& output, const std::string& tensor) {
  return onnx_node(output, "Constant", {}, output,
                   field(5, field(1, std::string("value")) + field(5, tensor)));
}

/// As PyTorch exports it: linear weights anonymous and [in, out], heads and epsilon only in constants.
inline std::string tiny_onnx(const BertShape& shape, const Weights& weights) {
  std::string graph;
  int anonymous = 0;
  for (const auto& tensor : bert_tensors(shape)) {
    const auto& values = weights.at(tensor.gguf_name);
    if (tensor.kind != BertTensor::Kind::linear) {
      const std::vector<uint64_t> dims(tensor.dims.rbegin(), tensor.dims.rend());
      graph += field(5, onnx_tensor(tensor.hf_name, dims, 1, raw(values)));
      continue;
    }
    const uint64_t in = tensor.dims[0], out = tensor.dims[1];
    std::vector<float> transposed(values.size());
    for (uint64_t o = 0; o < out; ++o)
      for (uint64_t i = 0; i < in; ++i) transposed[i * out + o] = values[o * in + i];
    const std::string name = fmt::format("onnx::MatMul_{}", ++anonymous);
    graph += field(5, onnx_tensor(name, {in, out}, 1, raw(transposed)));
    std::string path = "/" + tensor.hf_name.substr(0, tensor.hf_name.size() - 7) + "/MatMul";
    for (char& c : path)
      if (c == '.') c = '/';
    path[path.find("layer/") + 5] = '.';
    graph += field(1, onnx_node(path, "MatMul", {"x", name}, path + "_output"));
  }
  const auto integer = [](uint64_t value) {
    std::string bytes;
    put(bytes, value);
    return onnx_tensor("", {1}, 7, bytes);
  };
  graph += field(1, onnx_constant("heads", integer(shape.heads)));
  graph += field(1, onnx_constant("head_width", integer(shape.width / shape.heads)));
  graph += field(1, onnx_node("/encoder/layer.0/attention/self/Concat", "Concat",
                              {"b", "t", "heads", "head_width"}, "shape"));
  graph += field(1, onnx_constant("eps", onnx_tensor("", {}, 1, raw({1e-6f}))));
  graph += field(1, onnx_node("/embeddings/LayerNorm/Add", "Add", {"v", "eps"}, "n"));
  return field(1, uint64_t{6}) + field(7, graph);
}

}  // namespace cvp::model
