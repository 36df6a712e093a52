#include "bench/hash_embedder.h"

#include <cmath>

#include "base/unicode.h"

namespace cvp::bench {
namespace {

constexpr uint32_t kDimension = 384;  // of the default embedding model

uint64_t mix(uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

std::vector<float> hashed(std::string_view text_) {
  std::vector<float> out(kDimension, 0.0f);
  const std::string folded = fold(text_);
  char32_t before = 0;
  for (size_t pos = 0; pos < folded.size();) {
    const char32_t c = decode_utf8(folded, pos);
    const uint64_t h = mix((static_cast<uint64_t>(before) << 32 | c) + 0x9e3779b97f4a7c15ull);
    out[h % kDimension] += h >> 63 ? 1.0f : -1.0f;
    before = c;
  }
  double squares = 1e-12;
  for (const float x : out) squares += static_cast<double>(x) * x;
  for (float& x : out) x = static_cast<float>(x / std::sqrt(squares));
  return out;
}

}  // namespace

HashEmbedder::HashEmbedder() {
  identity_.name = "hashed-bigrams";
  identity_.model_sha256 = "none";
  identity_.pooling = "none";
  identity_.dimension = kDimension;
  identity_.max_tokens = 1 << 20;
}

Result<std::vector<std::vector<float>>> HashEmbedder::embed(std::span<const std::string> texts,
                                                            model::TextRole, const CancelToken&) {
  std::vector<std::vector<float>> out;
  out.reserve(texts.size());
  for (const std::string& one : texts) out.push_back(hashed(one));
  return out;
}

}  // namespace cvp::bench
