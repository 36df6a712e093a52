// Supervised llama-server children and OpenAI-compatible servers, behind model's interfaces.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "model/embedder.h"
#include "model/generator.h"
#include "model/installed.h"
#include "sys/files.h"

namespace cvp::engine {

struct LocalOptions {
  std::vector<std::string> argv_prefix;  // how llama-server is started (hub::EngineProgram)
  sys::Path runtime_folder;              // sockets, key files, logs; 0700
  uint32_t context_tokens = 4096;
  uint64_t cache_bytes = 4ull << 30;  // prefix cache in memory (--cache-ram); 0 = none
  unsigned threads = 0;               // 0: all
};

/// Starts the child on first use (not here) and supervises it: gone is seen within a second, restarted with
/// back-off on the next call; a hang is seen by the call's own timeout. Owns the child.
Result<std::unique_ptr<model::Generator>> local_generator(const model::InstalledModel& model,
                                                          const LocalOptions& options, const Clock& clock);
Result<std::unique_ptr<model::Embedder>> local_embedder(const model::InstalledModel& model,
                                                        const LocalOptions& options, const Clock& clock);

/// Any OpenAI-compatible server (vLLM, SGLang, llama-server, a cloud): /v1/chat/completions with top_logprobs
/// where it has them, /v1/embeddings.
struct RemoteOptions {
  std::string base_url;  // "http://127.0.0.1:8000/v1"
  std::string model;
  std::string api_key;  // may be empty
  uint32_t context_tokens = 8192;
  std::string query_prefix, passage_prefix;  // embedders
  uint32_t max_input_tokens = 512;
};
/// Both ask the server what it can do. One that does not answer is an error for the embedder, whose vectors'
/// size must be known; a generator asks again when it is first used.
Result<std::unique_ptr<model::Generator>> remote_generator(const RemoteOptions& options, const Clock& clock,
                                                           const CancelToken& cancel = {});
Result<std::unique_ptr<model::Embedder>> remote_embedder(const RemoteOptions& options, const Clock& clock,
                                                         const CancelToken& cancel = {});

/// Keeps replies by (identity, messages, sampling) in a folder: for evaluation, where the same prompts are
/// asked again after a change of the checker.
std::unique_ptr<model::Generator> remembering_generator(std::unique_ptr<model::Generator> inner,
                                                        const sys::Path& folder);
/// Adds the replies kept in one folder to those in another, where they take the place of older ones.
Result<void> merge_kept_replies(const sys::Path& from, const sys::Path& into);
std::unique_ptr<model::Embedder> remembering_embedder(std::unique_ptr<model::Embedder> inner,
                                                      const sys::Path& folder);

}  // namespace cvp::engine
