// C: one turn. Retrieves through V, words prompts through P, reads passages one at a time, checks every
// sentence, cites spans.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "chat/answer.h"
#include "chat/calibration.h"
#include "chat/rewrite.h"
#include "model/embedder.h"
#include "model/generator.h"
#include "prompt/library.h"
#include "store/store.h"
#include "vector/index.h"

namespace cvp::chat {

enum class ReadMode {
  automatic,  // single passages; jointly where the question needs several (compare, list, count, summarise)
  single,
  joint,
  extract,  // no generation: the best sentences, quoted
};

struct AskOptions {
  ReadMode mode = ReadMode::automatic;
  std::vector<store::CollectionId> collections;      // empty: all
  std::vector<store::DocumentId> exclude_documents;  // as if they were not there (evaluation of refusal)
  size_t retrieve = 20;                              // passages fetched
  double dense_weight = vector::SearchOptions{}.dense_weight;  // of the vectors in the ranking
  size_t read_limit = 4;                                       // passages read singly, best first
  bool read_all = false;  // do not stop at the first sure answer (calibration)
  size_t extract_sentences = 2;
  int answer_tokens = 256;
  double refuse_below = -1;  // confidence; negative: the calibrated threshold
};

/// What a screen shows while a turn runs. Only checked sentences are streamed, never raw tokens. Calls come
/// from the asking thread.
struct Events {
  std::function<void(const Text& stage)> on_stage;                 // "searching", "reading passage 2 of 5"
  std::function<void(const std::string& standalone)> on_question;  // the rewritten question, when it differs
  std::function<void(const Sentence&, const std::vector<Citation>& so_far)> on_sentence;
};

/// References must outlive the answerer; generator and embedder may be null (extractive answers, full text
/// alone).
struct Parts {
  store::Store& store;
  vector::Index& index;
  const prompt::Library& prompts;
  const Clock& clock;
  model::Embedder* embedder = nullptr;
  model::Generator* generator = nullptr;
  Calibration calibration;
};

class Answerer {
 public:
  explicit Answerer(Parts parts) : parts_(std::move(parts)) {}
  Result<Answer> ask(const std::string& question, const std::vector<HistoryTurn>& history,
                     const AskOptions& options, const Events& events, const CancelToken& cancel);
  /// Warms the prefixes of these chunks (idle time); stops at cancel. Returns how many are warm.
  Result<size_t> warm(std::span<const store::ChunkId> chunks, Lang lang, const CancelToken& cancel);

 private:
  Parts parts_;
};

}  // namespace cvp::chat
