#include "plan/shape_families.h"

#include <algorithm>

namespace cvp::plan {
namespace {

void for_layers(Shape& s, auto&& change) {
  for (LayerShape& layer : s.layers) change(layer);
}

void tie(const ConfigKeys& k, Shape& s, bool otherwise) {
  s.tied = k.flag({"tie_word_embeddings"}, otherwise);
}

/// Every matrix of attention and feed-forward has a bias, and norms are LayerNorms: the family of GPT-2.
void like_gpt2(const ConfigKeys& k, Shape& s) {
  s.gated = false;
  s.norm_biases = s.query_key_value_biases = s.output_biases = s.feed_forward_biases = true;
  s.fused_attention = true;
  for_layers(s, [&](LayerShape& layer) {
    if (layer.feed_forward_width == 0) layer.feed_forward_width = 4 * s.width;
  });
  tie(k, s, true);
}

/// Layer i looks at everything where i counts to a multiple of period, else through the window.
void slide(const ConfigKeys& k, Shape& s, uint32_t window, uint32_t period) {
  constexpr uint32_t kMaxWindow = 1 << 30;
  s.window_tokens = k.number({"sliding_window"}, kMaxWindow, window);
  period = k.count({"sliding_window_pattern"}, period);
  if (s.window_tokens == 0 || period == 0) return;
  for (size_t i = 0; i < s.layers.size(); ++i)
    if (i % period < period - 1) s.layers[i].attention = Attention::sliding;
}

/// Experts in the layers from `first` on whose number counts to a multiple of step.
void route(Shape& s, uint32_t first, uint32_t step) {
  if (s.experts.count == 0 || step == 0) return;
  for (size_t i = first; i < s.layers.size(); ++i) {
    if ((i + 1) % step != 0) continue;
    s.layers[i].routed = true;
    s.layers[i].feed_forward_width = 0;
  }
}

void llama(const ConfigKeys& k, Shape& s) {
  tie(k, s, false);
  s.query_key_value_biases = s.output_biases = k.flag({"attention_bias", "bias"}, false);
  s.feed_forward_biases = k.flag({"mlp_bias"}, false);
}

void tied_llama(const ConfigKeys& k, Shape& s) {
  llama(k, s);
  tie(k, s, true);
}

void mixtral(const ConfigKeys& k, Shape& s) {
  llama(k, s);
  s.experts = {.count = k.count({"num_local_experts", "num_experts"}),
               .active = k.count({"num_experts_per_tok"}),
               .width = s.feed_forward_width()};
  route(s, 0, 1);
}

void olmoe(const ConfigKeys& k, Shape& s) {
  mixtral(k, s);
  s.head_norm = HeadNorm::all;
}

/// The first Qwen counts both halves of the gated block as its intermediate size.
void qwen(const ConfigKeys& k, Shape& s) {
  tie(k, s, false);
  s.query_key_value_biases = s.fused_attention = true;
  for_layers(s, [](LayerShape& layer) { layer.feed_forward_width /= 2; });
}

void qwen2(const ConfigKeys& k, Shape& s) {
  tie(k, s, false);
  s.query_key_value_biases = true;
}

void qwen3(const ConfigKeys& k, Shape& s) {
  llama(k, s);
  s.head_norm = HeadNorm::head;
}

void qwen_experts(const ConfigKeys& k, Shape& s) {
  s.experts = {.count = k.count({"num_experts", "num_routed_experts"}),
               .active = k.count({"num_experts_per_tok"}),
               .width = k.width({"moe_intermediate_size"}),
               .shared_width = k.width({"shared_expert_intermediate_size"})};
  s.experts.shared_gate = s.experts.shared_width > 0;
  route(s, 0, k.count({"decoder_sparse_step"}, 1));
}

void qwen2_moe(const ConfigKeys& k, Shape& s) {
  qwen2(k, s);
  qwen_experts(k, s);
}

void qwen3_moe(const ConfigKeys& k, Shape& s) {
  qwen3(k, s);
  qwen_experts(k, s);
}

/// Three layers of a gated delta net, then one of gated attention (Qwen3-Next, Qwen3.5).
void qwen3_next(const ConfigKeys& k, Shape& s) {
  qwen3(k, s);
  s.query_gate = true;
  const uint32_t key_heads = k.count({"linear_num_key_heads"});
  const uint32_t value_heads = k.count({"linear_num_value_heads"});
  s.recurrent = {.kind = RecurrentShape::Kind::delta_net,
                 .inner_width = std::min(k.width({"linear_value_head_dim"}), 1u << 14) * value_heads,
                 .state_width = k.width({"linear_key_head_dim"}),
                 .kernel_width = k.count({"linear_conv_kernel_dim"}),
                 .groups = key_heads,
                 .time_step = value_heads};
  const uint32_t interval = k.count({"full_attention_interval"}, 4);
  for (size_t i = 0; interval > 0 && i < s.layers.size(); ++i) {
    if ((i + 1) % interval == 0) continue;
    s.layers[i].attention = Attention::none;
    s.layers[i].recurrent = true;
  }
  qwen_experts(k, s);
}

void gemma(const ConfigKeys& k, Shape& s) {
  tie(k, s, true);
  constexpr uint32_t kHeadWidth = 256;  // the class's default, which configs may leave out
  s.key_width = s.value_width = k.width({"head_dim"}, kHeadWidth);
}

void gemma2(const ConfigKeys& k, Shape& s) {
  gemma(k, s);
  s.norms_per_layer = 4;
  slide(k, s, 4096, 2);
}

void gemma3(const ConfigKeys& k, Shape& s) {
  gemma(k, s);
  s.norms_per_layer = 4;
  s.head_norm = HeadNorm::head;
  slide(k, s, 4096, 6);
  if (s.heads() > 0) return;
  // The text part of a multimodal config leaves out what equals the class's defaults.
  for_layers(s, [](LayerShape& layer) { layer.heads = 8, layer.kv_heads = 4; });
  if (s.vocabulary == 0) s.vocabulary = 262208;
  if (s.context_tokens == 0) s.context_tokens = 131072;
}

void phi(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  tie(k, s, false);
  s.fused_attention = false;
  s.norms_per_layer = 1;
  s.head_bias = true;
}

void phi3(const ConfigKeys& k, Shape& s) {
  tie(k, s, false);
  s.fused_attention = s.fused_gate = true;
}

void gpt1(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  s.positions = s.context_tokens;
  s.final_norm = false;
}

void gpt2(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  s.positions = s.context_tokens;
}

void gpt_neox(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  tie(k, s, false);
}

void gptj(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  tie(k, s, false);
  s.query_key_value_biases = s.output_biases = s.fused_attention = false;
  s.norms_per_layer = 1;
  s.head_bias = true;
}

void opt(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  s.fused_attention = false;
  s.positions = s.context_tokens + 2;  // the first two rows are never used
}

void bloom(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  s.embedding_norm = true;
}

void falcon(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  const bool newer = k.flag({"new_decoder_architecture"}, false);
  const uint32_t heads = s.heads();
  const uint32_t kv = newer                           ? k.count({"num_kv_heads", "n_head_kv"}, heads)
                      : k.flag({"multi_query"}, true) ? 1
                                                      : heads;
  for_layers(s, [&](LayerShape& layer) { layer.kv_heads = kv; });
  s.query_key_value_biases = s.output_biases = s.feed_forward_biases = k.flag({"bias"}, false);
  if (!newer && k.flag({"parallel_attn"}, true)) s.norms_per_layer = 1;
}

void mpt(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  const bool biases = !k.flag({"no_bias"}, true);
  s.norm_biases = s.query_key_value_biases = s.output_biases = s.feed_forward_biases = biases;
}

/// The first ChatGLM is a plain transformer; the second groups its heads and gates its feed-forward block.
void chatglm(const ConfigKeys& k, Shape& s) {
  if (!k.has("multi_query_group_num")) {
    like_gpt2(k, s);
    const uint32_t width = k.width({"inner_hidden_size"}, 4 * s.width);
    for_layers(s, [&](LayerShape& layer) { layer.feed_forward_width = width; });
    return;
  }
  tie(k, s, false);
  const bool grouped = k.flag({"multi_query_attention"}, false);
  const uint32_t kv = grouped ? k.count({"multi_query_group_num"}) : s.heads();
  for_layers(s, [&](LayerShape& layer) { layer.kv_heads = kv; });
  s.query_key_value_biases = k.flag({"add_qkv_bias", "add_bias_linear"}, false);
  s.output_biases = s.feed_forward_biases = k.flag({"add_bias_linear"}, false);
  s.fused_attention = s.fused_gate = true;
}

void glm(const ConfigKeys& k, Shape& s) {
  tie(k, s, false);
  s.query_key_value_biases = k.flag({"attention_bias"}, false);
  s.fused_gate = true;
}

void glm4(const ConfigKeys& k, Shape& s) {
  glm(k, s);
  s.norms_per_layer = 4;
}

void deepseek_experts(const ConfigKeys& k, Shape& s) {
  s.experts = {.count = k.count({"n_routed_experts"}),
               .active = k.count({"num_experts_per_tok"}),
               .width = k.width({"moe_intermediate_size"})};
  s.experts.shared_width = k.count({"n_shared_experts"}) * std::min(s.experts.width, 1u << 15);
  route(s, k.count({"first_k_dense_replace"}), k.count({"moe_layer_freq"}, 1));
}

void deepseek(const ConfigKeys& k, Shape& s) {
  llama(k, s);
  deepseek_experts(k, s);
}

void latent_attention(const ConfigKeys& k, Shape& s) {
  s.latent = {.query_rank = k.width({"q_lora_rank"}),
              .kv_rank = k.width({"kv_lora_rank"}),
              .plain_width = k.width({"qk_nope_head_dim"}),
              .rotary_width = k.width({"qk_rope_head_dim"}),
              .value_width = k.width({"v_head_dim"}, s.heads() > 0 ? s.width / s.heads() : 0)};
  s.key_width = s.latent.plain_width + s.latent.rotary_width;
  s.value_width = s.latent.value_width;
  for_layers(s, [](LayerShape& layer) { layer.attention = Attention::latent; });
}

void deepseek_v2(const ConfigKeys& k, Shape& s) {
  deepseek(k, s);
  latent_attention(k, s);
}

void deepseek_v3(const ConfigKeys& k, Shape& s) {
  deepseek_v2(k, s);
  s.experts.balance_bias = true;
}

void glm4_moe(const ConfigKeys& k, Shape& s) {
  deepseek(k, s);
  s.output_biases = false;
  s.experts.balance_bias = true;
  if (k.flag({"use_qk_norm"}, false)) s.head_norm = HeadNorm::head;
}

void minicpm3(const ConfigKeys& k, Shape& s) {
  tied_llama(k, s);
  latent_attention(k, s);
}

void stablelm(const ConfigKeys& k, Shape& s) {
  tie(k, s, false);
  s.norm_biases = true;
  s.query_key_value_biases = k.flag({"use_qkv_bias"}, false);
  if (k.flag({"use_parallel_residual"}, false)) s.norms_per_layer = 1;
  if (k.flag({"qk_layernorm"}, false)) s.head_norm = HeadNorm::all;
}

void cohere(const ConfigKeys& k, Shape& s) {
  tied_llama(k, s);
  s.norms_per_layer = 1;
  if (k.flag({"use_qk_norm"}, false)) s.head_norm = HeadNorm::all;
}

void cohere2(const ConfigKeys& k, Shape& s) {
  cohere(k, s);
  slide(k, s, 4096, 4);
}

void olmo2(const ConfigKeys& k, Shape& s) {
  llama(k, s);
  s.head_norm = HeadNorm::all;
}

void starcoder2(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  s.fused_attention = false;
  s.query_key_value_biases = s.output_biases = s.feed_forward_biases = k.flag({"use_bias"}, true);
}

void gpt_oss(const ConfigKeys& k, Shape& s) {
  mixtral(k, s);
  s.query_key_value_biases = s.output_biases = k.flag({"attention_bias"}, true);
  s.experts.biases = s.sinks = true;
  slide(k, s, 128, 2);
}

void mamba(const ConfigKeys& k, Shape& s) {
  tie(k, s, true);
  const uint32_t expand = std::min(k.count({"expand"}, 2), 64u);
  s.recurrent = {.kind = RecurrentShape::Kind::mamba,
                 .inner_width = k.width({"intermediate_size", "d_inner"}, expand * s.width),
                 .state_width = k.width({"state_size"}, 16),
                 .kernel_width = k.count({"conv_kernel"}, 4),
                 .time_step = k.width({"time_step_rank"}, (s.width + 15) / 16)};
  s.norms_per_layer = 1;
  for_layers(s, [](LayerShape& layer) { layer = {.attention = Attention::none, .recurrent = true}; });
}

void bert(const ConfigKeys& k, Shape& s) {
  like_gpt2(k, s);
  s.fused_attention = false;
  s.tied = false;
  s.encoder = s.embedding_norm = true;
  s.final_norm = false;
  s.positions = s.context_tokens;
  s.token_types = k.count({"type_vocab_size"}, 2);
}

constexpr Family kFamilies[] = {
    {"llama", "llama", llama},
    {"mistral", "llama", llama},
    {"smollm3", "smollm3", tied_llama},
    {"granite", "granite", llama},
    {"baichuan", "baichuan", llama},
    {"internlm", "llama", llama},
    {"internlm2", "internlm2", llama},
    {"internlm3", "llama", llama},
    {"ernie4_5", "ernie4_5", tied_llama},
    {"minicpm", "minicpm", tied_llama},
    {"minicpm3", "minicpm3", minicpm3},
    {"mixtral", "llama", mixtral},
    {"olmo2", "olmo2", olmo2},
    {"olmoe", "olmoe", olmoe},
    {"qwen", "qwen", qwen},
    {"qwen2", "qwen2", qwen2},
    {"qwen2_vl", "qwen2vl", qwen2},
    {"qwen2_5_vl", "qwen2vl", qwen2},
    {"qwen2_moe", "qwen2moe", qwen2_moe},
    {"qwen3", "qwen3", qwen3},
    {"qwen3_moe", "qwen3moe", qwen3_moe},
    {"qwen3_next", "qwen3next", qwen3_next},
    {"qwen3_5", "qwen35", qwen3_next},
    {"qwen3_5_text", "qwen35", qwen3_next},
    {"qwen3_5_moe", "qwen35moe", qwen3_next},
    {"qwen3_5_moe_text", "qwen35moe", qwen3_next},
    {"gemma", "gemma", gemma},
    {"gemma2", "gemma2", gemma2},
    {"gemma3", "gemma3", gemma3},
    {"gemma3_text", "gemma3", gemma3},
    {"phi", "phi2", phi},
    {"phi3", "phi3", phi3},
    {"openai-gpt", "gpt", gpt1},
    {"gpt2", "gpt2", gpt2},
    {"gpt_neox", "gptneox", gpt_neox},
    {"gptj", "gptj", gptj},
    {"gpt_oss", "gpt-oss", gpt_oss},
    {"opt", "opt", opt},
    {"bloom", "bloom", bloom},
    {"falcon", "falcon", falcon},
    {"RefinedWeb", "falcon", falcon},
    {"RefinedWebModel", "falcon", falcon},
    {"mpt", "mpt", mpt},
    {"chatglm", "chatglm", chatglm},
    {"glm", "chatglm", glm},
    {"glm4", "glm4", glm4},
    {"glm4_moe", "glm4moe", glm4_moe},
    {"deepseek", "deepseek", deepseek},
    {"deepseek_v2", "deepseek2", deepseek_v2},
    {"deepseek_v3", "deepseek2", deepseek_v3},
    {"kimi_k2", "deepseek2", deepseek_v3},
    {"stablelm", "stablelm", stablelm},
    {"stablelm_epoch", "stablelm", stablelm},
    {"cohere", "command-r", cohere},
    {"cohere2", "cohere2", cohere2},
    {"starcoder2", "starcoder2", starcoder2},
    {"mamba", "mamba", mamba},
    {"falcon_mamba", "mamba", mamba},
    {"bert", "bert", bert},
    {"xlm-roberta", "bert", bert},
};

}  // namespace

std::span<const Family> families() { return kFamilies; }

const Family* find_family(std::string_view model_type) {
  const auto found = std::ranges::find(kFamilies, model_type, &Family::model_type);
  return found != std::end(kFamilies) ? &*found : nullptr;
}

}  // namespace cvp::plan
