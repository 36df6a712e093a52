#include <boost/json/array.hpp>

#include "model/byte_reader.h"
#include "model/json_text.h"
#include "plan/shape.h"
#include "plan/shape_families.h"

namespace cvp::plan {
namespace {

/// What every family says, in its own spelling.
Shape shared_facts(const ConfigKeys& keys, const std::string& name) {
  Shape shape;
  shape.name = name;
  shape.width = keys.width({"hidden_size", "n_embd", "d_model", "n_embed"});
  LayerShape layer;
  layer.heads = keys.count({"num_attention_heads", "n_head", "n_heads"});
  layer.kv_heads = keys.count({"num_key_value_heads"}, layer.heads);
  layer.feed_forward_width = keys.width({"intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim"});
  constexpr uint32_t kMaxLayers = 4096;
  const uint32_t layers = keys.number({"num_hidden_layers", "n_layer", "num_layers", "n_layers"}, kMaxLayers);
  shape.layers.assign(layers, layer);
  const uint32_t head_width = layer.heads > 0 ? shape.width / layer.heads : 0;
  shape.key_width = shape.value_width = keys.width({"head_dim", "kv_channels"}, head_width);
  constexpr uint32_t kMaxVocabulary = 1 << 30;
  shape.vocabulary = keys.number({"padded_vocab_size", "vocab_size"}, kMaxVocabulary);
  constexpr uint32_t kMaxContext = 1 << 30;
  shape.context_tokens = keys.number(
      {"max_position_embeddings", "n_positions", "seq_length", "max_seq_len", "model_max_length", "n_ctx"},
      kMaxContext);
  return shape;
}

/// The list that newer configs carry; it says more than any rule of a family.
Result<void> apply_layer_types(const ConfigKeys& keys, Shape& shape, const std::string& name) {
  const boost::json::value* value = keys.find({"layer_types"});
  const auto* types = value != nullptr ? value->if_array() : nullptr;
  if (types == nullptr) return {};
  if (types->size() != shape.layers.size())
    return model::corrupt_file(
        name, text("it lists {} kinds of layers for {} layers", "列出了 {} 个层类型，但共有 {} 层",
                   types->size(), shape.layers.size()));
  for (size_t i = 0; i < types->size(); ++i) {
    const auto* type = (*types)[i].if_string();
    const std::string_view kind = type != nullptr ? std::string_view(*type) : std::string_view{};
    LayerShape& layer = shape.layers[i];
    if (kind == "full_attention") {
      if (layer.attention == Attention::sliding) layer.attention = Attention::full;
    } else if (kind == "sliding_attention") {
      layer.attention = Attention::sliding;
    } else if (kind == "linear_attention" && shape.recurrent.kind != RecurrentShape::Kind::none) {
      layer.attention = Attention::none;
      layer.recurrent = true;
    } else {
      return fail(Errc::refused, text("{}: layers of the kind “{}” are not known here",
                                      "{}：不认识层类型“{}”", name, model::printable(kind)));
    }
    if (layer.attention != Attention::none) layer.recurrent = false;
  }
  return {};
}

std::unexpected<Error> unknown_family(std::string_view model_type, const std::string& name) {
  if (model_type.empty())
    return model::corrupt_file(name, text("it names no model_type", "没有写明 model_type"));
  return fail(Errc::refused,
              text("{}: how a model of type “{}” is built is not known here", "{}：不了解“{}”类型模型的结构",
                   name, model::printable(model_type)),
              text("give its GGUF or safetensors file: what is in a file can be counted",
                   "请改用它的 GGUF 或 safetensors 文件：文件里有什么就能数出什么"));
}

}  // namespace

Result<Shape> shape_of_config(const boost::json::object& config, const std::string& name) {
  // Models that also see or hear keep the language model's numbers apart.
  const auto* inner = model::json_object(config, "text_config");
  if (inner == nullptr) inner = model::json_object(config, "llm_config");
  const ConfigKeys outer_keys(config, name), keys(inner != nullptr ? *inner : config, name);
  const Family* family = find_family(keys.string("model_type"));
  if (family == nullptr) family = find_family(outer_keys.string("model_type"));
  if (family == nullptr) return unknown_family(outer_keys.string("model_type"), name);
  Shape shape = shared_facts(keys, name);
  shape.architecture = family->architecture;
  family->apply(keys, shape);
  TRY(apply_layer_types(keys, shape, name));
  TRY(keys.check());
  TRY(check_shape(shape, name));
  return shape;
}

Result<Shape> shape_of_config(std::string_view config_json, const std::string& name) {
  const boost::json::value value = TRY(model::parse_json(config_json, name));
  const auto* config = value.if_object();
  if (config == nullptr) return model::corrupt_file(name, text("it is no JSON object", "不是 JSON 对象"));
  return shape_of_config(*config, name);
}

}  // namespace cvp::plan
