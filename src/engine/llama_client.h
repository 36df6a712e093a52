// The requests that llama-server understands, as native types.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "model/generator.h"
#include "sys/files.h"

namespace cvp::engine {

/// A running child: where it listens and what it wants to see. life counts the children of one supervisor.
struct Endpoint {
  sys::Path socket;
  std::string key;
  uint64_t life = 0;
};

struct CompletionRequest {
  std::vector<int32_t> prompt;  // token ids: text would be searched for special tokens
  int max_tokens = 0;           // 0 only processes the prompt
  double temperature = 0;
  uint64_t seed = 0;
  std::vector<std::string> stop;
  int top_logprobs = 0;   // of the first token; 0 = none
  int stall_ms = 60'000;  // without a sign of progress for this long: Errc::unavailable
};

struct TokenLogprob {
  int32_t id = 0;
  double logprob = 0;
};

struct Completion {
  std::string text;
  bool ended_by_limit = false;
  int cached_tokens = 0;  // of the prompt, found in the cache
  int generated_tokens = 0;
  std::vector<TokenLogprob> first_token;  // most likely first
  double first_token_ms = 0;              // from the call
  double longest_silence_ms = 0;          // between two signs of progress: about one batch
};

/// Calls over one endpoint. Cheap to make. Errors: Errc::unavailable (gone, stalled, still loading), refused
/// (too long for the context), corrupt (an answer without sense), failed (the server's own words), cancelled.
class LlamaClient {
 public:
  LlamaClient(Endpoint endpoint, const Clock& clock) : endpoint_(std::move(endpoint)), clock_(clock) {}

  /// Streamed, with a sign of progress after every batch of the prompt.
  Result<Completion> complete(const CompletionRequest& request, const model::OnText& on_text,
                              const CancelToken& cancel) const;
  /// Ids of plain text, or of markup where special tokens are meant as such. No begin or end tokens are
  /// added.
  Result<std::vector<int32_t>> tokenize(const std::string& text, bool markup,
                                        const CancelToken& cancel) const;
  /// One vector a text, as the server made it.
  Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, int stall_ms,
                                                const CancelToken& cancel) const;
  /// Requests the server works on at this moment.
  Result<int> requests_in_progress(const CancelToken& cancel) const;

 private:
  Endpoint endpoint_;
  const Clock& clock_;
};

}  // namespace cvp::engine
