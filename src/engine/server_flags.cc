#include "engine/server_flags.h"

#include <algorithm>

namespace cvp::engine {
namespace {

void add(Flags& flags, std::string name, std::string value) {
  flags.argv.push_back(std::move(name));
  flags.argv.push_back(std::move(value));
}

void add_optional(Flags& flags, const std::string& name, std::string value) {
  flags.optional.push_back(name);
  add(flags, name, std::move(value));
}

Flags common_flags(const sys::Path& gguf, unsigned threads) {
  Flags flags;
  add(flags, "-m", gguf.string());
  // Defaults that are not safe: the program's own downloads, its web page, and an endpoint that shows
  // prompts.
  for (const char* safe : {"--offline", "--no-webui", "--no-slots"}) flags.argv.emplace_back(safe);
  add(flags, "-t", std::to_string(std::max(1u, threads)));
  // Warnings and errors only: a line for every request would fill the disk, and the last lines must say why
  // it ended.
  add_optional(flags, "-lv", "2");
  // A kept connection holds one of these threads for seconds: the default, about as many as cores, would let
  // calls of further threads wait for it.
  add_optional(flags, "--threads-http", "32");
  return flags;
}

}  // namespace

Flags generator_flags(const GeneratorFlags& wanted) {
  Flags flags = common_flags(wanted.gguf, wanted.threads);
  const std::string context = std::to_string(wanted.context_tokens);
  add(flags, "-c", context);
  add(flags, "-n", context);  // a bound for every prediction; the default has none
  // One slot: a second one would halve the context and share the cores. States of other prompts wait in
  // --cache-ram.
  add(flags, "-np", "1");
  add(flags, "--cache-ram", std::to_string(wanted.cache_bytes >> 20));
  // The slot is otherwise re-used without saving its state when half of its tokens begin the next prompt too.
  // A passage that is shorter than the system prompt was lost that way: asked over four passages of 80 tokens
  // in turn behind 97 common ones, all 80 were processed again (build 11669). With 0 the state is always
  // saved (about 10 ms for 400 tokens of a 1.5B model) and only the question's tokens are processed.
  add_optional(flags, "-sps", "0");
  // Processor time per prompt token, Qwen2.5-Coder-1.5B Q4_K_M, two threads, batches of 64 / 128 / 256 / 512
  // tokens: the same within 5 %. A small batch ends sooner when a call is cancelled. Flash attention (on by
  // default where it works) saves 18 %; keys and values in 8 bits (-ctk q8_0 -ctv q8_0) cost nothing and save
  // half of the cache, but are not exact: left at 16 bits.
  add(flags, "-b", std::to_string(kBatchTokens));
  add(flags, "-ub", std::to_string(kBatchTokens));
  // Not used: --cache-reuse moves states to other positions, which is not exact; a prefix of ours always is.
  // Requests in progress, without their texts: tells whether a cancelled call has left the slot.
  flags.argv.emplace_back("--metrics");
  // Silence must mean that nothing is computed: no pings from a thread that knows nothing of the model.
  add_optional(flags, "--sse-ping-interval", "-1");
  return flags;
}

Flags embedder_flags(const EmbedderFlags& wanted) {
  Flags flags = common_flags(wanted.gguf, wanted.threads);
  const std::string tokens = std::to_string(wanted.max_tokens);
  flags.argv.emplace_back("--embeddings");
  add(flags, "--pooling", wanted.pooling);
  // An encoder sees a text at once, so that the physical batch must hold the longest. Larger ones are slower:
  // texts that share a batch are compared with each other in vain. multilingual-e5-small Q4_0, processor time
  // per token of passages of 320 tokens: 1.12 ms with 512, 1.58 ms with 2,048; without flash attention
  // (default on) 1.90 ms, without repacked weights (default on) 2.00 ms. Slots let short texts share a batch,
  // which saves a quarter (0.85 against 1.14 ms), and let a question join the next batch while passages are
  // embedded, instead of waiting for all of them.
  add(flags, "-np", std::to_string(kEmbedderSlots));
  add(flags, "-c", std::to_string(wanted.max_tokens * kEmbedderSlots));
  add(flags, "-b", tokens);
  add(flags, "-ub", tokens);
  return flags;
}

std::vector<std::string> address_flags(const sys::Path& socket, const sys::Path& key_file) {
  return {"--host", socket.string(), "--api-key-file", key_file.string()};
}

std::map<std::string, std::string> child_environment() {
  // Threads that spin for long while they wait for each other stand still when another program takes one of
  // the cores; threads that never spin lose time in every layer. SmolLM2-135M, two threads on two cores,
  // prompt and reply in tokens/s:
  //                      idle machine   eight busy processes beside it
  //   default              245   86        28    1 to 5
  //   passive waiting      250   60       100   30
  //   20,000 spins         268  108        65    4
  //   300 or 1,000 spins   255  109       60 to 120   13 to 28
  return {{"GOMP_SPINCOUNT", "500"}};
}

std::vector<std::string> hidden_environment() {
  // Every flag of llama-server can also be set by LLAMA_ARG_…: the user's own experiments must not reach this
  // child.
  return {"LLAMA_*", "HF_TOKEN", "OMP_*", "GOMP_*"};
}

}  // namespace cvp::engine
