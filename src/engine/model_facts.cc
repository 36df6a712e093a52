#include "engine/model_facts.h"

#include <algorithm>

#include "model/spec.h"

namespace cvp::engine {

Result<ModelFacts> read_model_facts(const model::InstalledModel& model) {
  const auto& entry = model.entry;
  if (!sys::exists(model.gguf)) {
    return fail(Errc::not_found,
                text("the model file {} is not there", "找不到模型文件 {}", model.gguf.string()),
                text("fetch it with `cvp models pull {}`", "用 `cvp models pull {}` 获取", entry.id));
  }
  const auto file = model::GgufFile::open(model.gguf);
  if (!file) {
    Error error = file.error();
    error.hint = text("remove it with `cvp models rm {0}` and fetch it again with `cvp models pull {0}`",
                      "请先用 `cvp models rm {0}` 删除，再用 `cvp models pull {0}` 重新获取", entry.id);
    return std::unexpected(std::move(error));
  }
  const auto spec = TRY(model::model_spec(file->header(), model.gguf.string()));
  ModelFacts facts{.chat_template = entry.chat_template.empty() ? spec.chat_template : entry.chat_template,
                   .pooling = entry.pooling.empty() ? spec.pooling : entry.pooling,
                   .context_tokens = spec.context_tokens,
                   .dimension = spec.embedding_width,
                   .cache_bytes_per_token = spec.cache_bytes_per_token,
                   .normalization = model::normalization_of(file->header())};
  if (entry.context_tokens > 0 && (facts.context_tokens == 0 || entry.context_tokens < facts.context_tokens))
    facts.context_tokens = entry.context_tokens;
  if (facts.chat_template.empty()) facts.chat_template = "plain";
  return facts;
}

uint64_t generator_memory_bytes(uint64_t gguf_bytes, uint64_t cache_bytes_per_token,
                                uint32_t context_tokens) {
  constexpr uint64_t kBuffersBytes = 300u << 20;  // program, graph, logits of one batch
  return gguf_bytes + cache_bytes_per_token * context_tokens + kBuffersBytes;
}

uint64_t affordable_cache_bytes(uint64_t wanted, uint64_t model_needs, const sys::Memory& memory) {
  if (memory.available_bytes == 0) return wanted;
  const uint64_t left = memory.available_bytes - std::min(memory.available_bytes, model_needs);
  return std::min(wanted, left / 2);
}

int stall_ms_for(uint64_t gguf_bytes) {
  constexpr int kBaseMs = 60'000;
  constexpr int kMsPerGb = 30'000;
  constexpr uint64_t kMostGb = 100;
  return kBaseMs + kMsPerGb * static_cast<int>(std::min(gguf_bytes / 1'000'000'000, kMostGb));
}

}  // namespace cvp::engine
