#include "plan/pieces.h"

#include <algorithm>

#include "plan/kv_cache.h"
#include "plan/parameters.h"

namespace cvp::plan {
namespace {

constexpr uint64_t kMostTokens = 1ull << 31;
constexpr uint64_t kMostUsers = 65536;
constexpr double kWidthsInBuffer = 4.5;  // 3.5 to 5.5 over the six models it was fitted to
// Of llama-server beside the model: its libraries, and for each entry of the vocabulary its text and its
// rules of merging, or the tree that pieces are looked up in. Measured with build 11669: 68 MB for 151,936
// entries of Qwen2.5, 140 MB for 250,002 of XLM-RoBERTa.
constexpr uint64_t kProgramBytes = 28 << 20;
constexpr uint64_t kBytesPerToken = 450, kBytesPerTokenOfEncoder = 560;
constexpr uint64_t kRepackRows = 8;

/// What ggml's CPU back end rearranges at loading where AVX2 is there (ggml_repack_get_optimal_repack_type):
/// whole matrices of types that have a layout of eight rows. Q2_K, which needs AVX-512 for it, is left out.
bool is_repacked(const Weight& weight) {
  using enum model::TensorType;
  const bool type =
      weight.type == q4_0 || weight.type == q4_k || weight.type == iq4_nl || weight.type == mxfp4;
  return type && weight.part != Part::input_table && weight.dims.size() >= 2 &&
         weight.dims[1] % kRepackRows == 0;
}

bool in_blocks(model::TensorType type) {
  const model::TensorTypeInfo* info = model::tensor_type_info(static_cast<uint32_t>(type));
  return info != nullptr && info->block_elements > 1;
}

/// Cache of each layer: that of a model with only this layer. Layers of one kind are computed once.
Result<void> add_cache(ModelPieces& out, const Shape& shape, const RunOptions& options) {
  std::vector<std::pair<LayerShape, uint64_t>> known;
  Shape one = shape;
  const CacheOptions how{.context_tokens = options.context_tokens,
                         .sequences = options.users,
                         .key = options.key,
                         .value = options.value,
                         .batch_tokens = options.batch_tokens};
  for (size_t i = 0; i < shape.layers.size(); ++i) {
    auto at = std::ranges::find(known, shape.layers[i], &std::pair<LayerShape, uint64_t>::first);
    if (at == known.end()) {
      one.layers = {shape.layers[i]};
      known.emplace_back(shape.layers[i], TRY(cache_bytes(one, how)).total());
      at = known.end() - 1;
    }
    out.layers[i].cache = at->second;
  }
  return {};
}

/// In real numbers, since a header's widths may be absurd; the largest size stands for all that is larger.
uint64_t compute_buffer(const Shape& shape, const RunOptions& o) {
  const double batch = o.batch_tokens, cells = static_cast<double>(o.context_tokens) * o.users;
  double feed_forward = shape.feed_forward_width();
  if (shape.experts.count > 0)
    feed_forward =
        static_cast<double>(shape.experts.width) * shape.experts.active + shape.experts.shared_width;
  double bytes = 4 * batch * ((shape.gated ? 3 : 1) * feed_forward + kWidthsInBuffer * shape.width);
  if (!shape.encoder) {
    bytes += 2 * cells * batch;
    if (in_blocks(o.key) || in_blocks(o.value))
      bytes += 2 * cells * shape.kv_heads() * (static_cast<double>(shape.key_width) + shape.value_width);
  }
  return static_cast<uint64_t>(std::min(bytes, static_cast<double>(kLargestBytes)));
}

void add_weight(ModelPieces& out, const Weight& weight, uint64_t& in_blocks_bytes) {
  if (in_blocks(weight.type)) in_blocks_bytes += weight.bytes;
  const uint64_t repacked = is_repacked(weight) ? weight.bytes : 0;
  if (weight.layer >= 0 && static_cast<size_t>(weight.layer) < out.layers.size()) {
    LayerPiece& layer = out.layers[static_cast<size_t>(weight.layer)];
    (weight.part == Part::experts ? layer.experts : layer.weights) += weight.bytes;
    layer.repacked += repacked;
  } else if (weight.part == Part::input_table) {
    out.input_table += weight.bytes;
  } else {
    out.output_stored += weight.bytes;
    out.output_repacked += repacked;
  }
}

}  // namespace

uint64_t ModelPieces::layer_weights() const {
  uint64_t sum = 0;
  for (const LayerPiece& layer : layers) sum += layer.weights + layer.experts;
  return sum;
}

uint64_t ModelPieces::cache() const {
  uint64_t sum = 0;
  for (const LayerPiece& layer : layers)
    sum = std::min(kLargestBytes, sum + std::min(kLargestBytes, layer.cache));
  return sum;
}

Result<ModelPieces> take_apart(std::span<const Weight> weights, const Shape& shape,
                               const RunOptions& options) {
  if (options.context_tokens == 0 || options.users == 0 || options.users > kMostUsers ||
      options.context_tokens > kMostTokens / options.users) {
    return fail(Errc::usage,
                text("a context of {} tokens for {} users is not possible", "{} 词元 × {} 用户的上下文不可行",
                     options.context_tokens, options.users),
                text("choose smaller numbers with --context and --users", "请用 --context 和 --users 减小"));
  }
  ModelPieces out;
  out.options = options;
  out.layers.resize(shape.layers.size());
  uint64_t blocks = 0, all = 0, repacked = 0;
  for (const Weight& weight : weights) {
    add_weight(out, weight, blocks);
    all += weight.bytes;
  }
  for (const LayerPiece& layer : out.layers) repacked += layer.repacked;
  out.output = out.output_stored + (shape.tied && !shape.encoder ? out.input_table : 0);
  out.quantized = blocks * 2 > all;
  out.repacked_share = all == 0 ? 0
                                : static_cast<double>(repacked) /
                                      static_cast<double>(std::max<uint64_t>(1, out.layer_weights()));
  if (shape.experts.count > 0) {
    out.expert_count = shape.experts.count;
    out.experts_per_token = shape.experts.active;
    out.active_experts = out.experts_per_token / out.expert_count;
  }
  const ParameterCount count = count_parameters(weights, shape);
  out.active_parameters =
      static_cast<double>(count.active - std::min(count.active, count.of(Part::input_table)));
  if (shape.tied && !shape.encoder) out.active_parameters += static_cast<double>(count.of(Part::input_table));
  for (const LayerShape& layer : shape.layers) {
    if (layer.attention != Attention::none)
      out.attention_width += static_cast<double>(layer.heads) * shape.key_width;
  }
  out.compute = compute_buffer(shape, options);
  out.host_base =
      kProgramBytes + (shape.encoder ? kBytesPerTokenOfEncoder : kBytesPerToken) * shape.vocabulary;
  if (!shape.encoder) TRY(add_cache(out, shape, options));
  return out;
}

}  // namespace cvp::plan
