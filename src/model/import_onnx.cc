// BERT encoders exported to ONNX by PyTorch. Tables, norms and biases carry their Hugging Face names; a
// linear weight is anonymous, stored [in, out], and is found through the MatMul node that uses it. The number
// of heads stands only in constants of the graph.
#include <algorithm>
#include <cstring>
#include <memory>

#include "model/byte_reader.h"
#include "model/import_formats.h"
#include "model/onnx.h"
#include "model/word_piece_vocabulary.h"

namespace cvp::model {
namespace {

/// A graph with what is looked up in it by name.
class BertGraph {
 public:
  BertGraph(OnnxGraph graph, std::string name) : graph_(std::move(graph)), name_(std::move(name)) {}

  Result<BertShape> shape() const {
    BertShape shape;
    const OnnxTensor* words = TRY(table("embeddings.word_embeddings.weight"));
    const OnnxTensor* positions = TRY(table("embeddings.position_embeddings.weight"));
    const OnnxTensor* types = TRY(table("embeddings.token_type_embeddings.weight"));
    shape.vocabulary = number(words->dims[0]);
    shape.width = number(words->dims[1]);
    shape.positions = number(positions->dims[0]);
    shape.token_types = number(types->dims[0]);
    while (shape.layers <= kMaxLayers && stored(bias_name(shape.layers))) ++shape.layers;
    if (const OnnxTensor* bias = stored(bias_name(0)); bias && bias->dims.size() == 1)
      shape.feed_forward = number(bias->dims[0]);
    shape.heads = heads(shape.width);
    if (const auto found = epsilon()) shape.epsilon = *found;
    TRY(check_shape(shape, name_));
    return shape;
  }

  Result<TensorData> find(const BertTensor& wanted) const {
    const bool linear = wanted.kind == BertTensor::Kind::linear;
    const OnnxTensor* tensor = linear ? matmul_weight(wanted.hf_name) : stored(wanted.hf_name);
    if (!tensor) return corrupt_file(name_, text("it lacks the tensor {}", "缺少张量 {}", wanted.hf_name));
    // A linear weight stands [in, out], everything else as in Hugging Face's files: the slowest dimension
    // first.
    std::vector<uint64_t> dims = wanted.dims;
    if (!linear) std::ranges::reverse(dims);
    const bool half = tensor->type == OnnxTensor::kFloat16;
    if (tensor->dims != dims || (tensor->type != OnnxTensor::kFloat && !half))
      return corrupt_file(
          name_, text("the tensor {} has a wrong type or shape", "张量 {} 的类型或形状有误", wanted.hf_name));
    return TensorData{
        .type = half ? TensorType::f16 : TensorType::f32, .bytes = tensor->bytes, .transposed = linear};
  }

 private:
  static constexpr uint32_t kMaxLayers = 256;

  static uint32_t number(uint64_t dim) { return static_cast<uint32_t>(std::min<uint64_t>(dim, UINT32_MAX)); }
  static std::string bias_name(uint32_t layer) {
    return fmt::format("encoder.layer.{}.intermediate.dense.bias", layer);
  }

  /// A stored tensor by its Hugging Face name, with or without the name of the model before it.
  const OnnxTensor* stored(const std::string& hf_name) const {
    for (const std::string& name : {hf_name, "bert." + hf_name})
      if (const auto found = graph_.tensors.find(name); found != graph_.tensors.end()) return &found->second;
    return nullptr;
  }

  Result<const OnnxTensor*> table(const std::string& hf_name) const {
    const OnnxTensor* tensor = stored(hf_name);
    if (!tensor || tensor->dims.size() != 2)
      return corrupt_file(name_, text("it lacks the table {}; only BERT encoders can be imported",
                                      "缺少 {}；只能导入 BERT 编码模型", hf_name));
    return tensor;
  }

  /// "encoder.layer.0.output.dense.weight" is used by the node "…/encoder/layer.0/output/dense/MatMul".
  const OnnxTensor* matmul_weight(const std::string& hf_name) const {
    std::string path = "/" + hf_name.substr(0, hf_name.size() - std::string_view(".weight").size());
    std::ranges::replace(path, '.', '/');
    const size_t layer = path.find("layer/");
    if (layer != std::string::npos) path[layer + 5] = '.';
    path += "/MatMul";
    for (const auto& node : graph_.nodes) {
      if (node.operation != "MatMul" || !node.name.ends_with(path)) continue;
      for (std::string_view input : node.inputs)
        if (const auto found = graph_.tensors.find(input); found != graph_.tensors.end())
          return &found->second;
    }
    return nullptr;
  }

  /// The first self-attention reshapes to [batch, tokens, heads, width / heads]: two constants in a row whose
  /// product is the width.
  uint32_t heads(uint32_t width) const {
    for (const auto& node : graph_.nodes) {
      if (node.name.find("/layer.0/attention/self/") == std::string_view::npos) continue;
      std::vector<uint64_t> ends;
      if (node.operation == "Concat" && node.inputs.size() == 4) {
        for (size_t i = 2; i < 4; ++i)
          if (const auto* value = graph_.value_of(node.inputs[i]))
            if (const auto integer = value->single_integer()) ends.push_back(*integer);
      } else if (node.operation == "Reshape" && node.inputs.size() == 2) {
        if (const auto* value = graph_.value_of(node.inputs[1])) ends = last_two(*value);
      }
      if (ends.size() == 2 && ends[0] > 0 && ends[0] <= width && ends[1] <= width &&
          ends[0] * ends[1] == width)
        return number(ends[0]);
    }
    return 0;
  }

  static std::vector<uint64_t> last_two(const OnnxTensor& tensor) {
    if (tensor.type != OnnxTensor::kInt64) return {};
    std::vector<uint64_t> values = tensor.integers;
    if (values.empty() && tensor.bytes.size() % sizeof(uint64_t) == 0) {
      values.resize(tensor.bytes.size() / sizeof(uint64_t));
      if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    }
    if (values.size() != 4) return {};
    return {values[2], values[3]};
  }

  std::optional<float> epsilon() const {
    for (const auto& node : graph_.nodes) {
      if (node.name.find("/embeddings/LayerNorm/") == std::string_view::npos) continue;
      if (node.operation == "LayerNormalization") return node.epsilon;
      if (node.operation != "Add") continue;
      for (std::string_view input : node.inputs)
        if (const auto* value = graph_.value_of(input))
          if (const auto number = value->single_float(); number && *number > 0 && *number < 1e-3f)
            return number;
    }
    return std::nullopt;
  }

  OnnxGraph graph_;
  std::string name_;
};

}  // namespace

Result<BertSource> read_onnx_bert(std::string_view bytes, std::string_view tokenizer_json,
                                  const std::string& name) {
  OnnxGraph parsed = TRY(OnnxGraph::parse(bytes, name));
  const auto graph = std::make_shared<const BertGraph>(std::move(parsed), name);
  BertSource source{.name = name, .shape = TRY(graph->shape())};
  const TokenizerJson tokenizer = TRY(word_piece_tokenizer_json(tokenizer_json, name));
  if (tokenizer.tokens.size() != source.shape.vocabulary)
    return corrupt_file(
        name, text("it has {} embeddings, its vocabulary {} tokens", "它有 {} 个词向量，词表却有 {} 个词元",
                   source.shape.vocabulary, tokenizer.tokens.size()));
  source.vocabulary = TRY(word_piece_vocabulary(tokenizer.tokens, tokenizer.lower_case, name));
  source.find = [graph](const BertTensor& wanted) { return graph->find(wanted); };
  return source;
}

}  // namespace cvp::model
