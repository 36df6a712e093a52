#include "plan/kv_cache.h"

#include <gtest/gtest.h>

#include "plan/known_models.h"

namespace cvp::plan {
namespace {

using model::TensorType;

const Shape& shape(const std::string& id) {
  static const KnownModels models = KnownModels::load().value();
  return *models.find(id).value()->shape;
}

CacheBytes cache(const std::string& id, const CacheOptions& options) {
  const auto bytes = cache_bytes(shape(id), options);
  EXPECT_TRUE(bytes) << bytes.error().message.en;
  return bytes.value();
}

constexpr double kGiB = 1 << 30;

TEST(KvCache, PublishedBytesPerToken) {
  EXPECT_EQ(cache_bytes_per_token(shape("llama-2-7b")), 524'288u);
  EXPECT_EQ(cache_bytes_per_token(shape("llama-3-8b")), 131'072u);
  EXPECT_EQ(cache_bytes_per_token(shape("llama-3-70b")), 327'680u);
  EXPECT_EQ(cache_bytes_per_token(shape("deepseek-v3")), 70'272u);
}

TEST(KvCache, HeadsMayBeWiderThanTheirShareOfTheModel) {
  // 1024 / 16 heads would be 64; Qwen3's heads are 128 wide.
  EXPECT_EQ(cache("qwen3-0.6b", {.context_tokens = 40960}).total(), 28ull * 8 * 256 * 2 * 40960);
}

TEST(KvCache, SlidingLayersKeepTheirWindow) {
  const CacheBytes gemma = cache("gemma-3-27b", {.context_tokens = 131072});
  EXPECT_EQ(gemma.full, 10ull * 131072 * 8192);
  EXPECT_EQ(gemma.sliding, 52ull * 1024 * 8192);
  EXPECT_NEAR(static_cast<double>(gemma.total()) / kGiB, 10.41, 0.005);
  const CacheBytes engine = cache("gemma-3-27b", {.context_tokens = 131072, .batch_tokens = 512});
  EXPECT_EQ(engine.sliding, 52ull * 1536 * 8192);
  // A window that is longer than the context keeps no more than the context.
  EXPECT_EQ(cache("gemma-3-27b", {.context_tokens = 512}).total(), 62ull * 512 * 8192);
}

TEST(KvCache, LatentAttentionKeepsOneVectorAToken) {
  EXPECT_NEAR(static_cast<double>(cache("deepseek-v3.1", {.context_tokens = 163840}).total()) / kGiB, 10.72,
              0.005);
}

TEST(KvCache, HybridsKeepStatesThatDoNotGrow) {
  const CacheBytes a = cache("qwen3.5-27b", {.context_tokens = 262144});
  const CacheBytes b = cache("qwen3.5-27b", {.context_tokens = 1024});
  EXPECT_EQ(static_cast<double>(a.full) / kGiB, 16.0);
  EXPECT_EQ(a.recurrent, b.recurrent);
  // 48 layers: 3 past inputs of the convolution and a matrix of 128 × 6144, in 32-bit floats.
  EXPECT_EQ(a.recurrent, 48ull * 4 * (3 * (6144 + 2 * 16 * 128) + 128 * 6144));
}

TEST(KvCache, QuantizedKeysAndValuesCountTheirScales) {
  const CacheBytes q8 =
      cache("llama-3-8b", {.context_tokens = 1000, .key = TensorType::q8_0, .value = TensorType::q4_0});
  EXPECT_EQ(q8.total(), 32ull * 1000 * (1024 / 32 * 34 + 1024 / 32 * 18));
}

TEST(KvCache, SequencesAndPaddingMultiply) {
  EXPECT_EQ(cache("llama-3-8b", {.context_tokens = 1000, .sequences = 3, .batch_tokens = 512}).total(),
            131'072ull * 1024 * 3);
}

TEST(KvCache, AbsurdSizesAreWrongUse) {
  for (const CacheOptions& options : {CacheOptions{.context_tokens = UINT64_MAX},
                                      CacheOptions{.context_tokens = 1ull << 40, .sequences = UINT32_MAX}}) {
    const auto bytes = cache_bytes(shape("llama-2-7b"), options);
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, Errc::usage);
  }
  Shape odd = shape("llama-2-7b");
  odd.key_width = 5;
  EXPECT_FALSE(cache_bytes(odd, {.context_tokens = 10, .key = TensorType::q4_k}));
}

}  // namespace
}  // namespace cvp::plan
