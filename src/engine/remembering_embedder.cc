#include "base/log.h"
#include "engine/engines.h"
#include "engine/json.h"
#include "engine/reply_log.h"
#include "sys/sha256.h"

namespace cvp::engine {
namespace {

namespace json = boost::json;

/// Nine digits give every 32-bit float back exactly; JSON's shortest doubles do too.
json::array to_json(const std::vector<float>& vector) {
  json::array out;
  out.reserve(vector.size());
  for (const float x : vector) out.emplace_back(static_cast<double>(x));
  return out;
}

std::vector<float> from_json(const json::value& value) {
  std::vector<float> out;
  if (const auto* array = value.if_array()) {
    for (const auto& n : *array) out.push_back(static_cast<float>(find_number(n, {}).value_or(0)));
  }
  return out;
}

class RememberingEmbedder final : public model::Embedder {
 public:
  RememberingEmbedder(std::unique_ptr<model::Embedder> inner, std::unique_ptr<ReplyLog> log)
      : inner_(std::move(inner)), log_(std::move(log)) {}

  const model::EmbedderIdentity& identity() const override { return inner_->identity(); }
  uint64_t truncated() const override { return inner_->truncated(); }

  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, model::TextRole role,
                                                const CancelToken& cancel) override {
    std::vector<std::vector<float>> vectors(texts.size());
    std::vector<std::string> keys, missing;
    std::vector<size_t> missing_at;
    for (size_t i = 0; i < texts.size(); ++i) {
      keys.push_back(key_of(texts[i], role));
      if (const auto known = log_->find(keys[i])) vectors[i] = from_json(*known);
      if (vectors[i].size() == identity().dimension) continue;
      missing.push_back(texts[i]);
      missing_at.push_back(i);
    }
    if (missing.empty()) return vectors;
    auto made = inner_->embed(missing, role, cancel);
    if (!made) return made;
    for (size_t k = 0; k < missing.size(); ++k) {
      log_->keep(keys[missing_at[k]], to_json((*made)[k]));
      vectors[missing_at[k]] = std::move((*made)[k]);
    }
    return vectors;
  }

 private:
  std::string key_of(const std::string& text, model::TextRole role) const {
    const std::string stamp = identity().stamp();
    return sys::sha256_hex(std::to_string(stamp.size()) + ":" + stamp +
                           (role == model::TextRole::query ? "q" : "p") + text);
  }

  const std::unique_ptr<model::Embedder> inner_;
  const std::unique_ptr<ReplyLog> log_;
};

}  // namespace

std::unique_ptr<model::Embedder> remembering_embedder(std::unique_ptr<model::Embedder> inner,
                                                      const sys::Path& folder) {
  auto log = ReplyLog::open(folder, "vectors.jsonl");
  if (!log) {
    log::warn("vectors are not kept: {}", log.error().message.en);
    return inner;
  }
  return std::make_unique<RememberingEmbedder>(std::move(inner), std::move(*log));
}

}  // namespace cvp::engine
