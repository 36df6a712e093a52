#include "serve/yielding_embedder.h"

#include <algorithm>
#include <iterator>

namespace cvp::serve {

Result<std::vector<std::vector<float>>> YieldingEmbedder::embed(std::span<const std::string> texts,
                                                                model::TextRole role,
                                                                const CancelToken& cancel) {
  std::vector<std::vector<float>> out;
  for (size_t first = 0; first < texts.size(); first += kTextsAtOnce) {
    TRY(turn_(first));
    const size_t count = std::min(kTextsAtOnce, texts.size() - first);
    std::vector<std::vector<float>> made = TRY(embedder_.embed(texts.subspan(first, count), role, cancel));
    std::ranges::move(made, std::back_inserter(out));
  }
  return out;
}

}  // namespace cvp::serve
