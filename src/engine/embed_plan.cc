#include "engine/embed_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/unicode.h"

namespace cvp::engine {
namespace {

bool is_inside_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

std::string embedder_input(const model::EmbedderIdentity& identity, model::TextRole role,
                           std::string_view text, model::Normalization normalization) {
  const std::string& prefix =
      role == model::TextRole::query ? identity.query_prefix : identity.passage_prefix;
  std::string input = prefix + model::normalize_text(normalization, text);
  return input.empty() ? " " : input;  // engines refuse an empty text
}

CutText cut_to_tokens(std::string text, size_t limit, const std::function<size_t(std::string_view)>& count) {
  const size_t whole = count(text);
  if (whole <= limit) return {.text = std::move(text), .tokens = whole};
  size_t fits = 0, too_long = text.size();  // ends of characters
  size_t tokens = 0;
  // Start where proportion says, then halve: a text just over the limit takes few counts.
  size_t guess = text.size() / whole * limit;
  for (;;) {  // at most one count for each halving of the text
    if (guess <= fits || guess >= too_long) guess = fits + (too_long - fits) / 2;
    size_t end = guess;
    while (end < too_long && is_inside_character(text[end])) ++end;
    if (end >= too_long) end = utf8_prefix(text, guess).size();
    if (end <= fits) break;  // no character ends between the two
    if (const size_t n = count(std::string_view(text).substr(0, end)); n <= limit) {
      fits = end;
      tokens = n;
    } else {
      too_long = end;
    }
    guess = 0;
  }
  text.resize(fits);
  return {.text = std::move(text), .tokens = tokens, .cut = true};
}

std::vector<std::vector<size_t>> plan_batches(std::span<const size_t> tokens, size_t budget, size_t limit) {
  std::vector<size_t> order(tokens.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return tokens[a] > tokens[b]; });
  std::vector<std::vector<size_t>> batches;
  size_t used = 0;
  for (const size_t i : order) {
    if (batches.empty() || used + tokens[i] > budget || batches.back().size() >= limit) {
      batches.emplace_back();
      used = 0;
    }
    batches.back().push_back(i);
    used += tokens[i];
  }
  return batches;
}

Result<void> check_and_normalise(std::vector<float>& vector, uint32_t dimension,
                                 const std::string& model_name) {
  if (vector.size() != dimension) {
    return fail(Errc::corrupt,
                text("{} gave a vector of {} numbers instead of {}", "{} 返回的向量有 {} 维，应为 {} 维",
                     model_name, vector.size(), dimension),
                text("was the model behind this name exchanged? Rebuild the index after a change of model",
                     "这个名称背后的模型是否换过？更换模型后需要重建索引"));
  }
  double squares = 0;
  for (const float x : vector) squares += static_cast<double>(x) * x;
  if (!std::isfinite(squares) || squares <= 0) {
    return fail(Errc::corrupt,
                text("{} gave a vector that is not a direction (zero or not a number)",
                     "{} 返回了无效的向量（全零或含非数值）", model_name),
                text("the model file may be damaged: `cvp models` can verify it",
                     "模型文件可能已损坏，可用 `cvp models` 校验"));
  }
  const float scale = static_cast<float>(1.0 / std::sqrt(squares));
  for (float& x : vector) x *= scale;
  return {};
}

}  // namespace cvp::engine
