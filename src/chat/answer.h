// What a turn gives: sentences that were checked, and citations that are exact spans of a document's
// revision.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.h"
#include "chat/signals.h"
#include "store/types.h"

namespace cvp::chat {

/// [number] in the answer. quote is the revision's bytes [span.begin, span.end), verbatim.
struct Citation {
  int number = 0;  // from 1, in the order of appearance
  store::ChunkId chunk = 0;
  store::DocumentId document = 0;
  store::RevisionId revision = 0;
  Span span;
  uint32_t page = 0;  // 0: the format has no pages
  std::string quote;
  std::string title, uri, heading;
};

struct Sentence {
  std::string text;            // without citation marks
  bool supported = false;      // aligned to its citations; otherwise shown marked as unsupported
  std::vector<int> citations;  // numbers
  Text why_not;                // unsupported: what did not agree ("the number 42 is not in the passage")
};

enum class Outcome { answered, extracted, refused };

/// One passage that was considered, for `cvp why` and the stage trace.
struct Considered {
  store::ChunkId chunk = 0;
  double fused = 0;  // score of the retrieval
  Signals signals;
  double confidence = 0;  // calibrated probability that it answers the question
  bool read = false;      // the model answered from it
  enum class Verdict { not_read, hopeless, model_declined, check_failed, below_threshold, outdone, answered };
  Verdict verdict = Verdict::not_read;
  std::string reply;  // what the model said over it
  std::string lacks;  // hopeless: a title or code that the question names and the passage does not
};

/// Milliseconds from the call.
struct Timings {
  double retrieved = 0, first_checked = 0, total = 0;
};

struct Answer {
  Outcome outcome = Outcome::refused;
  std::string question;  // standalone, as searched for and shown
  Lang lang = Lang::en;
  std::vector<Sentence> sentences;  // of the shown answer; for refused: empty
  std::vector<Citation> citations;  // for refused: the nearest passages, so that the user can look
  Text note;                        // why it was refused or what is missing; may be empty
  std::vector<Considered> considered;
  double confidence = 0;
  Timings timings;
  std::string model;  // generator name; empty when extracted

  /// Sentences that are supported, joined: what the figures count.
  std::string supported_text() const;
};

}  // namespace cvp::chat
