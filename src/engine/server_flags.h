// How llama-server is started. Pure; the reasons stand with the flags in the source.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sys/files.h"

namespace cvp::engine {

struct Flags {
  std::vector<std::string> argv;
  /// Flags of argv that only tune: left out when a build does not know them. All take one value.
  std::vector<std::string> optional;
};

struct GeneratorFlags {
  sys::Path gguf;
  uint32_t context_tokens = 4096;
  uint64_t cache_bytes = 0;
  unsigned threads = 1;
};
Flags generator_flags(const GeneratorFlags& wanted);

struct EmbedderFlags {
  sys::Path gguf;
  std::string pooling;  // "mean" | "cls" | "last"
  uint32_t max_tokens = 512;
  unsigned threads = 1;
};
Flags embedder_flags(const EmbedderFlags& wanted);

/// Where the child listens and which key it asks for.
std::vector<std::string> address_flags(const sys::Path& socket, const sys::Path& key_file);

/// Tokens of one batch of a prompt: the grain of progress, of cancelling and of the stall timeout.
inline constexpr int kBatchTokens = 128;

/// Texts that an embedder works on at once.
inline constexpr uint32_t kEmbedderSlots = 8;

/// Environment that the child gets beside ours, and what of ours it does not get (as sys::SpawnOptions has
/// them).
std::map<std::string, std::string> child_environment();
std::vector<std::string> hidden_environment();

}  // namespace cvp::engine
