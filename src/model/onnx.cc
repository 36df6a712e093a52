#include "model/onnx.h"

#include <bit>
#include <cstring>

#include "model/byte_reader.h"
#include "model/proto_reader.h"

namespace cvp::model {
namespace {

// Field numbers of onnx.proto.
constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kGraphNode = 1, kGraphInitializer = 5;
constexpr uint32_t kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kNodeOperation = 4, kNodeAttribute = 5;
constexpr uint32_t kAttributeName = 1, kAttributeFloat = 2, kAttributeTensor = 5;
constexpr uint32_t kTensorDims = 1, kTensorType = 2, kTensorFloats = 4, kTensorInts64 = 7, kTensorName = 8,
                   kTensorRaw = 9, kTensorExternal = 13, kTensorLocation = 14;

bool is_bytes(const ProtoField& field) { return field.kind == ProtoField::Kind::bytes; }

class OnnxParser {
 public:
  explicit OnnxParser(const std::string& name) : name_(name) {}

  Result<OnnxGraph> model(std::string_view bytes) {
    ProtoReader in(bytes, name_);
    bool found = false;
    while (true) {
      const auto field = TRY(in.next());
      if (!field) break;
      if (field->number != kModelGraph || !is_bytes(*field)) continue;
      if (found) return corrupt(text("it has two graphs", "其中有两个计算图"));
      found = true;
      TRY(graph(field->bytes));
    }
    if (!found)
      return corrupt(text("it has no graph; is it an ONNX file?", "其中没有计算图，它可能不是 ONNX 文件"));
    return std::move(graph_);
  }

 private:
  std::unexpected<Error> corrupt(const Text& reason) const { return corrupt_file(name_, reason); }

  Result<std::string_view> label(const ProtoField& field) const {
    if (!is_bytes(field) || field.bytes.size() > OnnxGraph::kMaxNameBytes)
      return corrupt(text("a name in it is broken", "其中有名称已损坏"));
    return field.bytes;
  }

  Result<void> graph(std::string_view bytes) {
    ProtoReader in(bytes, name_);
    while (true) {
      const auto field = TRY(in.next());
      if (!field) return {};
      if (!is_bytes(*field)) continue;
      if (field->number == kGraphNode) TRY(node(field->bytes));
      if (field->number == kGraphInitializer) TRY(initializer(field->bytes));
      if (graph_.nodes.size() > OnnxGraph::kMaxNodes || graph_.tensors.size() > OnnxGraph::kMaxTensors)
        return corrupt(text("its graph is too large", "它的计算图过大"));
    }
  }

  Result<void> initializer(std::string_view bytes) {
    std::string_view label;
    OnnxTensor read = TRY(tensor(bytes, label));
    if (!graph_.tensors.emplace(label, std::move(read)).second)
      return corrupt(text("the tensor {} stands there twice", "张量 {} 出现了两次", printable(label)));
    return {};
  }

  Result<void> node(std::string_view bytes) {
    OnnxNode node;
    ProtoReader in(bytes, name_);
    while (true) {
      const auto field = TRY(in.next());
      if (!field) break;
      switch (field->number) {
        case kNodeInput:
          node.inputs.push_back(TRY(label(*field)));
          break;
        case kNodeOutput:
          node.outputs.push_back(TRY(label(*field)));
          break;
        case kNodeName:
          node.name = TRY(label(*field));
          break;
        case kNodeOperation:
          node.operation = TRY(label(*field));
          break;
        case kNodeAttribute:
          if (is_bytes(*field)) TRY(attribute(field->bytes, node));
          break;
        default:
          break;
      }
      if (node.inputs.size() > OnnxGraph::kMaxEnds || node.outputs.size() > OnnxGraph::kMaxEnds)
        return corrupt(text("a node in it has too many inputs or outputs", "其中有节点的输入或输出过多"));
    }
    if (node.operation == "Constant" && node.value && node.outputs.size() == 1)
      graph_.constants.emplace(node.outputs[0], *node.value);
    graph_.nodes.push_back(std::move(node));
    return {};
  }

  Result<void> attribute(std::string_view bytes, OnnxNode& node) {
    ProtoReader in(bytes, name_);
    std::string_view label_text, tensor_bytes;
    std::optional<float> number;
    while (true) {
      const auto field = TRY(in.next());
      if (!field) break;
      if (field->number == kAttributeName) label_text = TRY(label(*field));
      if (field->number == kAttributeTensor && is_bytes(*field)) tensor_bytes = field->bytes;
      if (field->number == kAttributeFloat && field->kind == ProtoField::Kind::fixed32)
        number = std::bit_cast<float>(static_cast<uint32_t>(field->value));
    }
    if (label_text == "epsilon") node.epsilon = number;
    if (label_text == "value" && !tensor_bytes.empty()) {
      std::string_view unused;
      node.value = TRY(tensor(tensor_bytes, unused));
    }
    return {};
  }

  Result<OnnxTensor> tensor(std::string_view bytes, std::string_view& label_text) {
    OnnxTensor tensor;
    ProtoReader in(bytes, name_);
    bool external = false;
    while (true) {
      const auto field = TRY(in.next());
      if (!field) break;
      switch (field->number) {
        case kTensorDims:
          TRY(append_integers(*field, name_, OnnxGraph::kMaxDims, tensor.dims));
          break;
        case kTensorType:
          tensor.type = static_cast<int32_t>(field->value);
          break;
        case kTensorName:
          label_text = TRY(label(*field));
          break;
        case kTensorInts64:
          TRY(append_integers(*field, name_, OnnxGraph::kMaxIntegers, tensor.integers));
          break;
        case kTensorFloats:
        case kTensorRaw:
          if (is_bytes(*field)) tensor.bytes = field->bytes;
          break;
        case kTensorExternal:
          external = true;
          break;
        case kTensorLocation:
          external = external || field->value != 0;
          break;
        default:
          break;
      }
    }
    if (external)
      return fail(Errc::refused,
                  text("{}: the weights of {} stand in another file", "{}：{} 的权重存放在另一个文件中",
                       name_, printable(label_text)),
                  text("export the model as one file", "请把模型导出为单个文件"));
    return tensor;
  }

  const std::string& name_;
  OnnxGraph graph_;
};

}  // namespace

std::optional<float> OnnxTensor::single_float() const {
  float value;
  if (type != kFloat || bytes.size() != sizeof(value)) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

std::optional<uint64_t> OnnxTensor::single_integer() const {
  if (type != kInt64) return std::nullopt;
  if (integers.size() == 1 && bytes.empty()) return integers[0];
  uint64_t value;
  if (!integers.empty() || bytes.size() != sizeof(value)) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

Result<OnnxGraph> OnnxGraph::parse(std::string_view bytes, const std::string& name) {
  return OnnxParser(name).model(bytes);
}

const OnnxTensor* OnnxGraph::value_of(std::string_view name) const {
  if (const auto found = tensors.find(name); found != tensors.end()) return &found->second;
  const auto found = constants.find(name);
  return found == constants.end() ? nullptr : &found->second;
}

}  // namespace cvp::model
