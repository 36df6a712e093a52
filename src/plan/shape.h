// What a language model is made of, as its header or config says: enough to count its parameters, its
// weights' bytes and its cache without its weights. Numbers only; see weights.h, parameters.h and kv_cache.h
// for what follows from them.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/gguf.h"

namespace cvp::plan {

/// How one layer looks at earlier tokens, and so what it must remember of them.
enum class Attention : uint8_t {
  none,     // none: a recurrent or feed-forward layer
  full,     // keys and values of every token
  sliding,  // keys and values of the last Shape::window_tokens tokens
  latent    // one compressed vector a token (multi-head latent attention of DeepSeek-V2)
};

struct LayerShape {
  Attention attention = Attention::full;
  uint32_t heads = 0;               // of queries
  uint32_t kv_heads = 0;            // of keys and values; fewer than heads: grouped or multi-query attention
  uint32_t feed_forward_width = 0;  // of the dense block; 0 where the layer has none or only experts
  bool routed = false;              // has experts: see Shape::experts
  bool recurrent = false;           // has a state of its own: see Shape::recurrent
  friend bool operator==(const LayerShape&, const LayerShape&) = default;
};

/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434 §2.1): ranks of the compressed query and
/// key-value, widths of one head's parts without and with rotary position.
struct LatentShape {
  uint32_t query_rank = 0;  // 0: queries are not compressed
  uint32_t kv_rank = 0;     // 0: the model has no latent attention
  uint32_t plain_width = 0, rotary_width = 0, value_width = 0;
};

/// A mixture of experts: a router sends each token to `active` of `count` experts; shared ones see all
/// tokens.
struct ExpertShape {
  uint32_t count = 0, active = 0;  // 0: the model has none
  uint32_t width = 0;              // feed-forward width of one
  uint32_t shared_width = 0;       // of all shared experts together; 0: none
  bool shared_gate = false;        // a learned gate on the shared expert (Qwen2-MoE)
  bool biases = false;             // the experts' matrices and the router have biases (gpt-oss)
  bool balance_bias = false;       // one number an expert that steers the router (DeepSeek-V3)
};

/// A layer with a state of fixed size in place of (or beside) a cache: Mamba, Mamba-2, gated delta net.
struct RecurrentShape {
  enum class Kind : uint8_t { none, mamba, mamba2, delta_net } kind = Kind::none;
  uint32_t inner_width = 0;   // d_inner; of a delta net: value heads × value width
  uint32_t state_width = 0;   // d_state; of a delta net: key width of a head
  uint32_t kernel_width = 0;  // of the convolution over tokens
  uint32_t groups = 0;        // that share B and C; of a delta net: key heads
  uint32_t time_step = 0;     // rank (mamba) or heads (mamba2); of a delta net: value heads
};

enum class HeadNorm : uint8_t {
  none,
  head,  // of each head's width: Qwen3, Gemma 3
  all    // over all heads at once: OLMo 2
};

struct Shape {
  std::string name;          // for messages and tables
  std::string architecture;  // as llama.cpp calls it: "qwen2"
  std::vector<LayerShape> layers;
  uint32_t width = 0;                       // of the hidden state
  uint32_t key_width = 0, value_width = 0;  // of one head; need not be width / heads
  uint32_t vocabulary = 0;                  // rows of the embedding table
  uint32_t context_tokens = 0;              // that it was trained for; 0: unknown
  uint32_t window_tokens = 0;               // of sliding layers
  LatentShape latent;
  ExpertShape experts;
  RecurrentShape recurrent;

  bool gated = true;         // feed-forward of three matrices (SwiGLU, GeGLU), else of two
  bool tied = false;         // the output head is the embedding table
  bool encoder = false;      // attention both ways: an embedding model, without cache and output head
  uint32_t positions = 0;    // rows of a table of learned positions; 0: none
  uint32_t token_types = 0;  // rows of BERT's table of segments
  uint32_t norms_per_layer = 2;
  bool norm_biases = false;     // LayerNorm with bias, else RMSNorm
  bool embedding_norm = false;  // directly after the embedding table: BLOOM, BERT
  bool final_norm = true;       // before the output head
  bool query_key_value_biases = false, output_biases = false, feed_forward_biases = false;
  bool head_bias = false;        // of the output head
  bool sinks = false;            // one number a head: gpt-oss
  bool query_gate = false;       // queries carry a gate of the same width: Qwen3-Next
  bool fused_attention = false;  // queries, keys and values in one matrix: same count, other quantization
  bool fused_gate = false;       // likewise the gate and the feed-forward matrix beside it: Phi-3
  HeadNorm head_norm = HeadNorm::none;

  uint32_t heads() const;     // the most of any layer
  uint32_t kv_heads() const;  // likewise
  uint32_t feed_forward_width() const;
  uint32_t attention_layers() const;
};

/// From a GGUF header's keys, with each layer's kind as its tensors tell. Errc::corrupt where a number is
/// missing, impossible or contradicts another.
Result<Shape> shape_of_gguf(const model::GgufHeader& header, const std::string& name);

/// From a config.json as Hugging Face's transformers writes it. Errc::corrupt as above; Errc::refused where
/// its `model_type` is not known here: what it counts would be a guess.
Result<Shape> shape_of_config(std::string_view config_json, const std::string& name);
/// The same of a config that has been parsed.
Result<Shape> shape_of_config(const boost::json::object& config, const std::string& name);

/// Refuses (Errc::corrupt) what no model can be: no layers, no width, more than 1e15 parameters. Both makers
/// end with it, so that sums of a shape's sizes fit 64 bits.
Result<void> check_shape(const Shape& shape, const std::string& name);

}  // namespace cvp::plan
