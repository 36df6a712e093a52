// The tensors that a shape implies, by the names that llama.cpp's converter gives them. Formulas: attention
// Vaswani et al. 2017 (arXiv 1706.03762) §3.2; grouped heads Ainslie et al. 2023 (arXiv 2305.13245); gated
// feed-forward Shazeer 2020 (arXiv 2002.05202); latent attention DeepSeek-V2 (arXiv 2405.04434) §2.1;
// experts Mixtral (arXiv 2401.04088) §2 and DeepSeekMoE (arXiv 2401.06066) §3; Mamba (arXiv 2312.00752) §3;
// gated delta net (arXiv 2412.06464) as Qwen3-Next has it.
#include "model/tensor_type.h"
#include "plan/weights.h"

namespace cvp::plan {
namespace {

using model::TensorType;
using Dims = std::vector<uint64_t>;

class Lister {
 public:
  explicit Lister(const Shape& shape) : s_(shape) {}

  std::vector<Weight> run() && {
    tables();
    for (size_t i = 0; i < s_.layers.size(); ++i) layer(static_cast<int32_t>(i));
    head();
    return std::move(out_);
  }

 private:
  /// dims are fastest first, so a matrix is {inputs, outputs}.
  void add(const std::string& suffix, Dims dims, Part part, bool small = false) {
    Weight weight;
    weight.name = at_ >= 0 ? fmt::format("blk.{}.{}", at_, suffix) : suffix;
    const bool vector = dims.size() < 2 || dims[1] <= 1;
    weight.type = vector || small ? TensorType::f32 : TensorType::f16;
    weight.dims = std::move(dims);
    weight.part = part;
    weight.layer = at_;
    const uint64_t element = weight.type == TensorType::f32 ? 4 : 2;
    weight.bytes = weight.elements() * element;
    out_.push_back(std::move(weight));
  }
  void matrix(const std::string& name, uint64_t inputs, uint64_t outputs, bool bias, Part part) {
    add(name + ".weight", {inputs, outputs}, part);
    if (bias) add(name + ".bias", {outputs}, part);
  }
  void norm(const std::string& name, uint64_t width) {
    add(name + ".weight", {width}, Part::norm);
    if (s_.norm_biases) add(name + ".bias", {width}, Part::norm);
  }

  void tables() {
    add("token_embd.weight", {s_.width, s_.vocabulary}, Part::input_table);
    if (s_.positions > 0) add("position_embd.weight", {s_.width, s_.positions}, Part::other, true);
    if (s_.token_types > 0) add("token_types.weight", {s_.width, s_.token_types}, Part::other, true);
    if (s_.embedding_norm) norm("token_embd_norm", s_.width);
  }
  void head() {
    if (s_.final_norm) norm("output_norm", s_.width);
    if (s_.encoder) return;
    if (!s_.tied) add("output.weight", {s_.width, s_.vocabulary}, Part::output_head);
    if (s_.head_bias) add("output.bias", {s_.vocabulary}, Part::output_head);
  }

  void layer(int32_t index) {
    at_ = index;
    const LayerShape& layer = s_.layers[static_cast<size_t>(index)];
    static constexpr const char* kNorms[] = {"attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm"};
    for (uint32_t i = 0; i < s_.norms_per_layer && i < std::size(kNorms); ++i) norm(kNorms[i], s_.width);
    if (layer.attention == Attention::latent)
      latent(layer);
    else if (layer.attention != Attention::none)
      attention(layer);
    if (layer.recurrent) recurrent();
    if (layer.feed_forward_width > 0) feed_forward(layer.feed_forward_width);
    if (layer.routed) experts();
    at_ = -1;
  }

  void attention(const LayerShape& layer) {
    const uint64_t query = uint64_t{layer.heads} * s_.key_width * (s_.query_gate ? 2 : 1);
    const uint64_t key = uint64_t{layer.kv_heads} * s_.key_width;
    const uint64_t value = uint64_t{layer.kv_heads} * s_.value_width;
    const bool biases = s_.query_key_value_biases;
    if (s_.fused_attention) {
      matrix("attn_qkv", s_.width, query + key + value, biases, Part::attention);
    } else {
      matrix("attn_q", s_.width, query, biases, Part::attention);
      matrix("attn_k", s_.width, key, biases, Part::attention);
      matrix("attn_v", s_.width, value, biases, Part::attention);
    }
    matrix("attn_output", uint64_t{layer.heads} * s_.value_width, s_.width, s_.output_biases,
           Part::attention);
    if (s_.sinks) add("attn_sinks.weight", {layer.heads}, Part::attention);
    if (s_.head_norm == HeadNorm::none) return;
    const bool all = s_.head_norm == HeadNorm::all;
    add("attn_q_norm.weight", {all ? uint64_t{layer.heads} * s_.key_width : s_.key_width}, Part::norm);
    add("attn_k_norm.weight", {all ? key : s_.key_width}, Part::norm);
  }

  void latent(const LayerShape& layer) {
    const LatentShape& m = s_.latent;
    const uint64_t query = uint64_t{layer.heads} * (m.plain_width + m.rotary_width);
    if (m.query_rank > 0) {
      matrix("attn_q_a", s_.width, m.query_rank, false, Part::attention);
      add("attn_q_a_norm.weight", {m.query_rank}, Part::norm);
      matrix("attn_q_b", m.query_rank, query, false, Part::attention);
    } else {
      matrix("attn_q", s_.width, query, false, Part::attention);
    }
    matrix("attn_kv_a_mqa", s_.width, uint64_t{m.kv_rank} + m.rotary_width, false, Part::attention);
    add("attn_kv_a_norm.weight", {m.kv_rank}, Part::norm);
    add("attn_k_b.weight", {m.plain_width, m.kv_rank, layer.heads}, Part::attention);
    add("attn_v_b.weight", {m.kv_rank, m.value_width, layer.heads}, Part::attention);
    matrix("attn_output", uint64_t{layer.heads} * m.value_width, s_.width, false, Part::attention);
  }

  void feed_forward(uint64_t width) {
    const bool biases = s_.feed_forward_biases;
    if (s_.gated && !s_.fused_gate) matrix("ffn_gate", s_.width, width, biases, Part::feed_forward);
    matrix("ffn_up", s_.width, s_.gated && s_.fused_gate ? 2 * width : width, biases, Part::feed_forward);
    matrix("ffn_down", width, s_.width, biases, Part::feed_forward);
  }

  void experts() {
    const ExpertShape& e = s_.experts;
    add("ffn_gate_inp.weight", {s_.width, e.count}, Part::router, true);
    if (e.biases) add("ffn_gate_inp.bias", {e.count}, Part::router);
    if (e.balance_bias) add("exp_probs_b.bias", {e.count}, Part::router);
    for (const char* name : {"ffn_gate_exps", "ffn_up_exps"}) {
      add(std::string(name) + ".weight", {s_.width, e.width, e.count}, Part::experts);
      if (e.biases) add(std::string(name) + ".bias", {e.width, e.count}, Part::experts, true);
    }
    add("ffn_down_exps.weight", {e.width, s_.width, e.count}, Part::experts);
    if (e.biases) add("ffn_down_exps.bias", {s_.width, e.count}, Part::experts, true);
    if (e.shared_width == 0) return;
    matrix("ffn_gate_shexp", s_.width, e.shared_width, false, Part::shared_experts);
    matrix("ffn_up_shexp", s_.width, e.shared_width, false, Part::shared_experts);
    matrix("ffn_down_shexp", e.shared_width, s_.width, false, Part::shared_experts);
    if (e.shared_gate) add("ffn_gate_inp_shexp.weight", {s_.width}, Part::router);
  }

  void recurrent() {
    const RecurrentShape& r = s_.recurrent;
    if (r.kind == RecurrentShape::Kind::delta_net) return delta_net();
    const bool second = r.kind == RecurrentShape::Kind::mamba2;
    const uint64_t shared = 2 * uint64_t{r.groups} * r.state_width;
    const uint64_t mixed = r.inner_width + (second ? shared : 0);
    matrix("ssm_in", s_.width, second ? r.inner_width + mixed + r.time_step : 2 * uint64_t{r.inner_width},
           false, Part::recurrent);
    add("ssm_conv1d.weight", {r.kernel_width, mixed}, Part::recurrent, true);
    add("ssm_conv1d.bias", {mixed}, Part::recurrent);
    if (second) {
      add("ssm_dt.bias", {r.time_step}, Part::recurrent);
      add("ssm_a", {1, r.time_step}, Part::recurrent, true);
      add("ssm_d", {1, r.time_step}, Part::recurrent, true);
      add("ssm_norm.weight", {r.inner_width}, Part::recurrent);
    } else {
      matrix("ssm_x", r.inner_width, r.time_step + 2 * uint64_t{r.state_width}, false, Part::recurrent);
      matrix("ssm_dt", r.time_step, r.inner_width, true, Part::recurrent);
      add("ssm_a", {r.state_width, r.inner_width}, Part::recurrent, true);
      add("ssm_d", {r.inner_width}, Part::recurrent);
    }
    matrix("ssm_out", r.inner_width, s_.width, false, Part::recurrent);
  }

  void delta_net() {
    const RecurrentShape& r = s_.recurrent;
    const uint64_t keys = uint64_t{r.groups} * r.state_width;
    matrix("attn_qkv", s_.width, 2 * keys + r.inner_width, false, Part::recurrent);
    matrix("attn_gate", s_.width, r.inner_width, false, Part::recurrent);
    matrix("ssm_ba", s_.width, 2 * uint64_t{r.time_step}, false, Part::recurrent);
    add("ssm_conv1d.weight", {r.kernel_width, 2 * keys + r.inner_width}, Part::recurrent, true);
    add("ssm_dt.bias", {r.time_step}, Part::recurrent);
    add("ssm_a", {r.time_step}, Part::recurrent);
    add("ssm_norm.weight", {r.time_step > 0 ? r.inner_width / r.time_step : 0}, Part::recurrent);
    matrix("ssm_out", r.inner_width, s_.width, false, Part::recurrent);
  }

  const Shape& s_;
  std::vector<Weight> out_;
  int32_t at_ = -1;  // layer; -1: of the whole model
};

}  // namespace

std::vector<Weight> weights_of_shape(const Shape& shape) { return Lister(shape).run(); }

}  // namespace cvp::plan
