#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace cvp::model {

enum class Role { system, user, assistant };

/// Parts are tokenized one by one and as plain text (a document that contains <|im_start|> is just letters),
/// so that the token ids of the parts before a boundary never depend on what follows: they are an exact,
/// cacheable prefix.
struct Message {
  Role role = Role::user;
  std::vector<std::string> parts;
};

struct Sampling {
  int max_tokens = 256;
  double temperature = 0.0;  // 0 = greedy
  uint64_t seed = 0;
  std::vector<std::string> stop;  // strings that end the reply; not part of it
};

struct Usage {
  int prompt_tokens = 0;  // whole prompt
  int cached_tokens = 0;  // of these, taken from the prefix cache
  int generated_tokens = 0;
  double first_token_ms = 0;  // from the call to the first generated token
  double total_ms = 0;
};

struct Reply {
  std::string text;
  enum class Finish { stop, length, cancelled } finish = Finish::stop;
  Usage usage;
};

struct GeneratorIdentity {
  std::string name;          // catalogue id or remote model name
  std::string model_sha256;  // of the GGUF file, or of endpoint + model name
  uint32_t context_tokens = 0;
  bool gives_logprobs = false;         // choose() works
  bool caches_prefixes = false;        // warm() is worth calling
  uint64_t cache_bytes_per_token = 0;  // of the prefix cache, 0 where unknown
  std::string stamp() const;
};

using OnText = std::function<void(std::string_view piece)>;

/// A chat model. Thread-safe: calls queue. Every call ends within its own timeout; a dead engine gives
/// Errc::unavailable, the next call finds a restarted one. Prompts that do not fit the context are
/// Errc::refused with the numbers, never cut.
class Generator {
 public:
  virtual ~Generator() = default;
  virtual const GeneratorIdentity& identity() const = 0;
  /// The reply to messages, streamed to on_text (may be empty) as it comes.
  virtual Result<Reply> generate(std::span<const Message> messages, const Sampling& sampling,
                                 const OnText& on_text, const CancelToken& cancel) = 0;
  /// Natural logarithm of the probability that the reply starts with the first token of each option. An
  /// option outside the reported top tokens gets the smallest reported value. Errc::unavailable where
  /// gives_logprobs is false.
  virtual Result<std::vector<double>> choose(std::span<const Message> messages,
                                             std::span<const std::string> options,
                                             const CancelToken& cancel) = 0;
  /// Processes messages up to the last part of the last one and keeps the state, so that a prompt that begins
  /// alike starts there.
  virtual Result<void> warm(std::span<const Message> prefix, const CancelToken& cancel) = 0;
  /// Tokens of the whole prompt as generate() would send it.
  virtual Result<int> count_tokens(std::span<const Message> messages, const CancelToken& cancel) = 0;
  /// Whether its engine answers; yes where it does not run. Starts nothing.
  virtual Result<void> answers() { return {}; }
};

}  // namespace cvp::model
