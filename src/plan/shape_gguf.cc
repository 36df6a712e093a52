#include <algorithm>
#include <charconv>

#include "model/byte_reader.h"
#include "model/spec.h"
#include "plan/shape.h"

namespace cvp::plan {
namespace {

/// Architectures whose layers alternate without a key that says so: all but every n-th look through the
/// window (llama.cpp's llama-model.cpp).
constexpr std::pair<std::string_view, uint32_t> kPeriods[] = {{"gemma2", 2},  {"gemma3", 6}, {"gpt-oss", 2},
                                                              {"cohere2", 4}, {"llama4", 4}, {"exaone4", 4},
                                                              {"gemma3n", 5}};

/// What the engine ignores: these headers name a window, but every layer keeps everything.
constexpr std::string_view kWindowIgnored[] = {"llama", "qwen2", "phi3"};

class Reader {
 public:
  Reader(const model::GgufHeader& header, const std::string& name, const model::ModelSpec& spec)
      : header_(header), name_(name), spec_(spec) {}

  Result<Shape> run() {
    if (const uint64_t parts = header_.number("split.count").value_or(1); parts > 1) return one_of(parts);
    shape_.name = spec_.name.empty() ? name_ : model::printable(spec_.name);
    shape_.architecture = spec_.architecture;
    shape_.width = spec_.embedding_width;
    shape_.key_width = spec_.key_width;
    shape_.value_width = spec_.value_width;
    shape_.context_tokens = spec_.context_tokens;
    shape_.encoder = spec_.is_encoder;
    if (const auto* table = header_.tensor("token_embd.weight"); table != nullptr && table->dims.size() == 2)
      shape_.vocabulary = static_cast<uint32_t>(std::min<uint64_t>(table->dims[1], UINT32_MAX));
    if (shape_.vocabulary == 0) shape_.vocabulary = spec_.vocabulary;
    shape_.layers.resize(spec_.layers);
    read_numbers();
    read_tensors();
    read_windows();
    if (!wrong_.empty())
      return model::corrupt_file(
          name_, text("its header has an impossible value for {}", "文件头中 {} 的值不合理", wrong_));
    TRY(check_shape(shape_, name_));
    return std::move(shape_);
  }

 private:
  static constexpr uint32_t kMaxWidth = 1 << 24;

  /// What layers are made of stands in all parts together.
  std::unexpected<Error> one_of(uint64_t parts) const {
    return fail(
        Errc::refused,
        text("{} is one of {} parts: the other parts' tensors do not stand in it",
             "{} 是 {} 个分片之一，其余分片的张量不在其中", name_, parts),
        text("give the model's name or its config.json, or join the parts with `llama-gguf-split --merge`",
             "请改用模型名称或 config.json，或用 `llama-gguf-split --merge` 合并分片"));
  }

  uint32_t number(std::string_view key, uint32_t otherwise = 0) {
    const auto value = header_.number(fmt::format("{}.{}", spec_.architecture, key));
    if (!value) return otherwise;
    if (*value <= kMaxWidth) return static_cast<uint32_t>(*value);
    wrong_ = key;
    return otherwise;
  }

  void read_numbers() {
    Shape& s = shape_;
    s.experts.count = std::min(number("expert_count"), 1u << 16);
    s.experts.active = number("expert_used_count");
    s.experts.width = number("expert_feed_forward_length", spec_.feed_forward_width);
    const uint32_t inner = number("ssm.inner_size");
    if (inner > 0) {
      using Kind = RecurrentShape::Kind;
      const bool delta = s.architecture.starts_with("qwen3next") || s.architecture.starts_with("qwen35");
      const bool second = number("ssm.group_count") > 0;
      s.recurrent = {.kind = delta    ? Kind::delta_net
                             : second ? Kind::mamba2
                                      : Kind::mamba,
                     .inner_width = inner,
                     .state_width = number("ssm.state_size"),
                     .kernel_width = number("ssm.conv_kernel"),
                     .groups = number("ssm.group_count"),
                     .time_step = number("ssm.time_step_rank")};
      s.query_gate = delta;
    }
    const uint32_t rank = number("attention.kv_lora_rank");
    // Older files expand the latent keys: they have no key_length_mla, and the cache is that of full heads.
    if (rank > 0 && number("attention.key_length_mla") > 0) {
      const uint32_t rotary = number("rope.dimension_count"), key = number("attention.key_length_mla");
      s.latent = {.query_rank = number("attention.q_lora_rank"),
                  .kv_rank = rank,
                  .plain_width = key > rotary ? key - rotary : 0,
                  .rotary_width = rotary,
                  .value_width = number("attention.value_length_mla")};
    }
  }

  void read_tensors() {
    Shape& s = shape_;
    for (LayerShape& layer : s.layers) layer.attention = Attention::none;
    s.norms_per_layer = 0;
    for (const model::GgufTensor& tensor : header_.tensors()) read_layer_tensor(tensor);
    for (size_t i = 0; i < s.layers.size(); ++i) {
      LayerShape& layer = s.layers[i];
      // The matrices of a delta net's layer are called like those of attention.
      if (layer.recurrent && s.recurrent.kind == RecurrentShape::Kind::delta_net)
        layer.attention = Attention::none;
      if (layer.attention == Attention::none) continue;
      layer.heads = spec_.heads;
      layer.kv_heads = i < spec_.kv_heads.size() ? spec_.kv_heads[i] : spec_.heads;
    }
    const auto has = [&](std::string_view tensor) { return header_.tensor(tensor) != nullptr; };
    s.tied = !s.encoder && !has("output.weight");
    s.final_norm = has("output_norm.weight");
    s.norm_biases = has("output_norm.bias") || has("token_embd_norm.bias");
    s.embedding_norm = has("token_embd_norm.weight");
    s.head_bias = has("output.bias");
    s.positions = rows("position_embd.weight");
    s.token_types = rows("token_types.weight");
  }

  uint32_t rows(std::string_view tensor) const {
    const auto* found = header_.tensor(tensor);
    if (found == nullptr || found->dims.empty()) return 0;
    return static_cast<uint32_t>(std::min<uint64_t>(found->dims.size() > 1 ? found->dims[1] : 1, kMaxWidth));
  }

  void read_layer_tensor(const model::GgufTensor& tensor) {
    constexpr std::string_view kPrefix = "blk.";
    if (!tensor.name.starts_with(kPrefix)) return;
    size_t index = 0;
    const char* end = tensor.name.data() + tensor.name.size();
    const auto parsed = std::from_chars(tensor.name.data() + kPrefix.size(), end, index);
    if (parsed.ec != std::errc() || index >= shape_.layers.size()) return;
    const std::string_view part(parsed.ptr, end);
    LayerShape& layer = shape_.layers[index];
    if (part == ".attn_k.weight" || part == ".attn_qkv.weight") layer.attention = Attention::full;
    if (part == ".attn_kv_a_mqa.weight")
      layer.attention = shape_.latent.kv_rank > 0 ? Attention::latent : Attention::full;
    if (part.starts_with(".ssm_")) layer.recurrent = true;
    if (part.starts_with(".ffn_down_exps.")) layer.routed = true;
    if (part == ".ffn_down.weight" && !tensor.dims.empty())
      layer.feed_forward_width = static_cast<uint32_t>(std::min<uint64_t>(tensor.dims[0], kMaxWidth));
    if (part == ".ffn_down_shexp.weight" && !tensor.dims.empty())
      shape_.experts.shared_width = static_cast<uint32_t>(std::min<uint64_t>(tensor.dims[0], kMaxWidth));
    if (index == 0) count_norm(part);
    read_flags(part, tensor);
  }

  void count_norm(std::string_view part) {
    constexpr std::string_view kNorms[] = {".attn_norm.weight",        ".attn_norm_2.weight",
                                           ".ffn_norm.weight",         ".post_attention_norm.weight",
                                           ".post_ffw_norm.weight",    ".attn_output_norm.weight",
                                           ".layer_output_norm.weight"};
    if (std::ranges::count(kNorms, part) > 0) ++shape_.norms_per_layer;
  }

  void read_flags(std::string_view part, const model::GgufTensor& tensor) {
    Shape& s = shape_;
    s.fused_attention = s.fused_attention || (part == ".attn_qkv.weight" && !s.query_gate);
    s.query_key_value_biases = s.query_key_value_biases || part == ".attn_q.bias" || part == ".attn_qkv.bias";
    s.output_biases = s.output_biases || part == ".attn_output.bias";
    s.feed_forward_biases = s.feed_forward_biases || part == ".ffn_up.bias";
    s.experts.biases = s.experts.biases || part == ".ffn_up_exps.bias";
    s.experts.balance_bias = s.experts.balance_bias || part == ".exp_probs_b.bias";
    s.experts.shared_gate = s.experts.shared_gate || part == ".ffn_gate_inp_shexp.weight";
    s.sinks = s.sinks || part == ".attn_sinks.weight";
    if (part == ".attn_q_norm.weight" && !tensor.dims.empty())
      s.head_norm = tensor.dims[0] == s.key_width ? HeadNorm::head : HeadNorm::all;
    if (part == ".ffn_gate.weight" || part == ".ffn_gate_exps.weight") has_gate_ = true;
    if (part == ".ffn_up.weight" && tensor.dims.size() > 1)
      s.fused_gate = !has_gate_ && tensor.dims[1] == 2 * uint64_t{spec_.feed_forward_width};
    s.gated = has_gate_ || s.fused_gate;
  }

  void read_windows() {
    if (spec_.sliding_window_tokens == 0) return;
    if (std::ranges::count(kWindowIgnored, std::string_view(spec_.architecture)) > 0) return;
    const std::string key = fmt::format("{}.attention.sliding_window_pattern", spec_.architecture);
    shape_.window_tokens = spec_.sliding_window_tokens;
    const model::GgufArray* list = header_.array(key);
    if (list != nullptr && list->type == model::GgufType::boolean) {
      for (size_t i = 0; i < shape_.layers.size() && i < list->bytes.size(); ++i)
        if (list->bytes[i] != 0) slide(shape_.layers[i]);
      return;
    }
    uint32_t period = static_cast<uint32_t>(std::min<uint64_t>(header_.number(key).value_or(0), kMaxWidth));
    for (const auto& [architecture, known] : kPeriods)
      if (period == 0 && architecture == spec_.architecture) period = known;
    for (size_t i = 0; period > 0 && i < shape_.layers.size(); ++i)
      if (i % period < period - 1) slide(shape_.layers[i]);
  }

  static void slide(LayerShape& layer) {
    if (layer.attention == Attention::full) layer.attention = Attention::sliding;
  }

  const model::GgufHeader& header_;
  const std::string& name_;
  const model::ModelSpec& spec_;
  Shape shape_;
  std::string wrong_;
  bool has_gate_ = false;
};

}  // namespace

Result<Shape> shape_of_gguf(const model::GgufHeader& header, const std::string& name) {
  const model::ModelSpec spec = TRY(model::model_spec(header, name));
  return Reader(header, name, spec).run();
}

}  // namespace cvp::plan
