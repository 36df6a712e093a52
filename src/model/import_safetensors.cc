#include <boost/json.hpp>

#include "model/byte_reader.h"
#include "model/import_formats.h"
#include "model/json_text.h"
#include "model/safetensors.h"
#include "model/word_piece_vocabulary.h"

namespace cvp::model {
namespace {

using Tensors = std::map<std::string, SafeTensor, std::less<>>;

Result<BertShape> read_shape(std::string_view config_json, const std::string& name) {
  const boost::json::value root = TRY(parse_json(config_json, name));
  const auto* config = root.if_object();
  BertShape shape;
  const std::pair<std::string_view, uint32_t*> numbers[] = {
      {"num_hidden_layers", &shape.layers},       {"hidden_size", &shape.width},
      {"intermediate_size", &shape.feed_forward}, {"num_attention_heads", &shape.heads},
      {"vocab_size", &shape.vocabulary},          {"max_position_embeddings", &shape.positions},
      {"type_vocab_size", &shape.token_types}};
  for (const auto& [key, field] : numbers) {
    const auto value = config ? json_number(*config, key) : std::nullopt;
    if (!value || *value > UINT32_MAX)
      return corrupt_file(name, text("its config.json lacks {}", "config.json 中缺少 {}", key));
    *field = static_cast<uint32_t>(*value);
  }
  if (const auto epsilon = json_real(*config, "layer_norm_eps")) shape.epsilon = static_cast<float>(*epsilon);
  const auto* activation = config->if_contains("hidden_act");
  if (activation && *activation != "gelu")
    return fail(Errc::refused, text("{}: only BERT models with the activation gelu can be imported",
                                    "{}：只能导入激活函数为 gelu 的 BERT 模型", name));
  TRY(check_shape(shape, name));
  return shape;
}

std::optional<TensorType> float_type(std::string_view type) {
  if (type == "F32") return TensorType::f32;
  if (type == "F16") return TensorType::f16;
  if (type == "BF16") return TensorType::bf16;
  return std::nullopt;
}

Result<TensorData> find_tensor(const Tensors& tensors, const BertTensor& wanted, const std::string& name) {
  auto found = tensors.find(wanted.hf_name);
  if (found == tensors.end()) found = tensors.find("bert." + wanted.hf_name);
  if (found == tensors.end())
    return corrupt_file(name, text("it lacks the tensor {}", "缺少张量 {}", wanted.hf_name));
  const auto type = float_type(found->second.type);
  const std::vector<uint64_t> shape(wanted.dims.rbegin(), wanted.dims.rend());
  if (!type || found->second.shape != shape)
    return corrupt_file(
        name, text("the tensor {} has a wrong type or shape", "张量 {} 的类型或形状有误", wanted.hf_name));
  return TensorData{.type = *type, .bytes = found->second.bytes};
}

}  // namespace

Result<BertSource> read_safetensors_bert(std::string_view bytes, std::string_view vocabulary_txt,
                                         std::string_view config_json, const std::string& name) {
  BertSource source{.name = name, .shape = TRY(read_shape(config_json, name))};
  const auto tokens = TRY(vocabulary_lines(vocabulary_txt, name));
  if (tokens.size() != source.shape.vocabulary)
    return corrupt_file(
        name, text("it has {} embeddings, its vocabulary {} tokens", "它有 {} 个词向量，词表却有 {} 个词元",
                   source.shape.vocabulary, tokens.size()));
  source.vocabulary = TRY(word_piece_vocabulary(tokens, std::nullopt, name));
  auto tensors = TRY(read_safetensors(bytes, name));
  source.find = [tensors = std::move(tensors), name](const BertTensor& wanted) {
    return find_tensor(tensors, wanted, name);
  };
  return source;
}

}  // namespace cvp::model
