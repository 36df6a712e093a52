#include "testing/fakes.h"

#include <cmath>
#include <functional>

namespace cvp::testing {

FakeEmbedder::FakeEmbedder(std::string name, uint32_t dimension) {
  identity_ = {.name = std::move(name),
               .model_sha256 = "fake",
               .pooling = "mean",
               .query_prefix = "",
               .passage_prefix = "",
               .dimension = dimension,
               .max_tokens = 512};
}

Result<std::vector<std::vector<float>>> FakeEmbedder::embed(std::span<const std::string> texts,
                                                            model::TextRole, const CancelToken& cancel) {
  if (cancel.cancelled()) return fail_cancelled();
  ++calls;
  if (fail) return cvp::fail(Errc::unavailable, text("the engine is gone", "引擎已退出"));
  std::vector<std::vector<float>> out;
  for (const std::string& s : texts) {
    std::vector<float> v(identity_.dimension, 0.0f);
    for (size_t i = 0; i + 1 < s.size(); ++i) {
      uint32_t h = 2166136261u;
      for (unsigned char c : {static_cast<unsigned char>(s[i]), static_cast<unsigned char>(s[i + 1])})
        h = (h ^ c) * 16777619u;
      v[h % identity_.dimension] += 1.0f;
    }
    float norm = 0;
    for (float x : v) norm += x * x;
    norm = std::sqrt(norm) + 1e-9f;
    for (float& x : v) x /= norm;
    out.push_back(std::move(v));
    ++embedded;
  }
  return out;
}

FakeGenerator::FakeGenerator() {
  identity_ = {.name = "fake-generator",
               .model_sha256 = "fake",
               .context_tokens = 4096,
               .gives_logprobs = true,
               .caches_prefixes = true,
               .cache_bytes_per_token = 1024};
}

std::string prompt_text(std::span<const model::Message> messages) {
  std::string all;
  for (const model::Message& message : messages)
    for (const std::string& part : message.parts) all += part;
  return all;
}

Result<model::Reply> FakeGenerator::generate(std::span<const model::Message> messages, const model::Sampling&,
                                             const model::OnText& on_text, const CancelToken& cancel) {
  if (cancel.cancelled()) return fail_cancelled();
  prompts.push_back(prompt_text(messages));
  model::Reply out;
  if (reply) {
    Result<std::string> made = reply(prompts.back());
    if (!made) return std::unexpected(made.error());
    out.text = *made;
  } else {
    out.text = "OK.";
  }
  if (on_text) on_text(out.text);
  return out;
}

Result<std::vector<double>> FakeGenerator::choose(std::span<const model::Message> messages,
                                                  std::span<const std::string> options, const CancelToken&) {
  const double m = margin ? margin(prompt_text(messages)) : 2.0;
  std::vector<double> out(options.size(), -20.0);
  if (!out.empty()) out[0] = -std::log1p(std::exp(-m));
  if (out.size() > 1) out[1] = out[0] - m;
  return out;
}

Result<void> FakeGenerator::warm(std::span<const model::Message>, const CancelToken&) {
  ++warmed;
  return {};
}

Result<int> FakeGenerator::count_tokens(std::span<const model::Message> messages, const CancelToken&) {
  return static_cast<int>(prompt_text(messages).size() / 3 + 8);
}

}  // namespace cvp::testing
