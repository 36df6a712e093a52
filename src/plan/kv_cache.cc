// Sources: grouped-query attention (arXiv 2305.13245) for keys and values a head group shares; sliding
// windows (arXiv 2004.05150 §3.1; llama.cpp's llama-kv-cache-iswa for the cells it allocates); latent
// attention (arXiv 2405.04434 §2.1.2), stored by llama.cpp as one key of rank + rotary width; states of Mamba
// (arXiv 2312.00752 §3) in 32-bit floats, one a sequence.
#include "plan/kv_cache.h"

#include <algorithm>

namespace cvp::plan {
namespace {

constexpr uint64_t kStateElementBytes = 4;
constexpr uint64_t kCellBlock = 256;  // llama.cpp allocates cells in blocks of this many (flash attention)

/// Bytes of one token's vector of that many elements; nothing where it is no whole number of blocks.
std::optional<uint64_t> vector_bytes(model::TensorType type, uint64_t elements) {
  return model::tensor_bytes(model::tensor_type_info(type), elements);
}

/// One layer's keys and values of one token.
std::optional<uint64_t> cell_bytes(const Shape& shape, const LayerShape& layer, model::TensorType key,
                                   model::TensorType value) {
  if (layer.attention == Attention::none) return 0;
  if (layer.attention == Attention::latent)
    return vector_bytes(key, uint64_t{shape.latent.kv_rank} + shape.latent.rotary_width);
  const auto keys = vector_bytes(key, uint64_t{layer.kv_heads} * shape.key_width);
  const auto values = vector_bytes(value, uint64_t{layer.kv_heads} * shape.value_width);
  if (!keys || !values) return std::nullopt;
  return *keys + *values;
}

uint64_t padded(uint64_t cells) { return (cells + kCellBlock - 1) / kCellBlock * kCellBlock; }

uint64_t cells_of(const Shape& shape, const LayerShape& layer, const CacheOptions& options) {
  const bool engine = options.batch_tokens > 0;
  const uint64_t all = engine ? padded(options.context_tokens) : options.context_tokens;
  if (layer.attention != Attention::sliding || shape.window_tokens == 0) return all;
  const uint64_t window = uint64_t{shape.window_tokens} + options.batch_tokens;
  return std::min(all, engine ? padded(window) : window);
}

/// Of one layer and sequence.
uint64_t state_bytes(const RecurrentShape& r) {
  const uint64_t mixed = uint64_t{r.inner_width} + 2 * uint64_t{r.groups} * r.state_width;
  const uint64_t convolution = r.kernel_width > 0 ? (uint64_t{r.kernel_width} - 1) * mixed : 0;
  return kStateElementBytes * (convolution + uint64_t{r.state_width} * r.inner_width);
}

std::unexpected<Error> too_large(const CacheOptions& options) {
  return fail(Errc::usage,
              text("a context of {} tokens for {} sequences is impossibly large",
                   "{} 个词元的上下文乘以 {} 路并发，大得不合理", options.context_tokens, options.sequences));
}

}  // namespace

Result<CacheBytes> cache_bytes(const Shape& shape, const CacheOptions& options) {
  CacheBytes out;
  if (shape.encoder) return out;
  constexpr uint64_t kMaxContext = uint64_t{1} << 40;
  if (options.context_tokens > kMaxContext || options.batch_tokens > kMaxContext) return too_large(options);
  for (const LayerShape& layer : shape.layers) {
    const auto cell = cell_bytes(shape, layer, options.key, options.value);
    if (!cell)
      return fail(
          Errc::usage,
          text("keys and values of {} do not divide into the blocks of {}/{}",
               "{} 的键值宽度不能按 {}/{} 的块划分", shape.name, model::tensor_type_info(options.key).name,
               model::tensor_type_info(options.value).name),
          text("use f16 for the cache", "请让缓存使用 f16"));
    uint64_t bytes = 0, state = 0;
    if (__builtin_mul_overflow(*cell, cells_of(shape, layer, options), &bytes) ||
        __builtin_mul_overflow(bytes, options.sequences, &bytes))
      return too_large(options);
    uint64_t& sum = layer.attention == Attention::sliding ? out.sliding : out.full;
    if (layer.recurrent && __builtin_mul_overflow(state_bytes(shape.recurrent), options.sequences, &state))
      return too_large(options);
    if (__builtin_add_overflow(sum, bytes, &sum) ||
        __builtin_add_overflow(out.recurrent, state, &out.recurrent))
      return too_large(options);
  }
  return out;
}

uint64_t cache_bytes_per_token(const Shape& shape, model::TensorType key, model::TensorType value) {
  uint64_t bytes = 0;
  if (shape.encoder) return bytes;
  for (const LayerShape& layer : shape.layers) bytes += cell_bytes(shape, layer, key, value).value_or(0);
  return bytes;
}

}  // namespace cvp::plan
