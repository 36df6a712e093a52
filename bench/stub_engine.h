// An engine that knows nothing and answers at once or slowly, in this process: OpenAI's interface, chat and
// embeddings, so that a server can be measured without a model.
#pragma once
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "bench/hash_embedder.h"
#include "testing/http_stub.h"

namespace cvp::bench {

struct StubSpeed {
  int first_ms = 0;  // before the first word, and before a yes or no
  int word_ms = 0;   // before every word
};

/// A document, a question about it, and what an engine says to that: an answer that the check finds in the
/// document.
inline constexpr const char* kStubDocument =
    "# Pump P-100\n\nThe pump P-100 has a warranty of 24 months from the day of delivery.\n";
inline constexpr const char* kStubQuestion = "How long is the warranty of the pump P-100?";
inline constexpr const char* kStubReply =
    "The pump P-100 has a warranty of 24 months from the day of delivery.";

class StubEngine {
 public:
  /// Every question gets `reply`, word by word; every "yes or no?" a yes.
  StubEngine(std::string reply, const StubSpeed& speed);

  /// What makes `cvp serve` use it for chat and embeddings.
  std::map<std::string, std::string> settings() const;
  static constexpr const char* kModel = "stub";

  size_t generations() const { return generations_; }

 private:
  testing::StubReply chat(const std::string& body);
  testing::StubReply embeddings(const std::string& body);

  const std::string reply_;
  const StubSpeed speed_;
  HashEmbedder embedder_;
  std::atomic<size_t> generations_ = 0;
  testing::HttpStub http_;  // last: it ends before what its handlers use
};

/// "Two words" → "Two ", "words".
std::vector<std::string> words_of(const std::string& text);

/// The answers to "yes or no?" in both languages, with their logarithms of probability: a clear yes.
struct StubChoice {
  const char* token;
  double logprob;
};
inline constexpr StubChoice kStubChoices[] = {{"Yes", -0.05}, {"有", -0.05}, {"No", -3.5}, {"没有", -3.5}};

}  // namespace cvp::bench
