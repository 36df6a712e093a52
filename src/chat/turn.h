// One turn in the making: what Answerer::ask does, step by step. Not part of the room's interface.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chat/answerer.h"
#include "chat/extract.h"
#include "chat/passage.h"
#include "chat/question.h"
#include "chat/reader.h"

namespace cvp::chat {

class Turn {
 public:
  Turn(Parts& parts, const AskOptions& options, const Events& events, const CancelToken& cancel);
  Result<Answer> run(const std::string& question, const std::vector<HistoryTurn>& history);

 private:
  /// A reply over one passage, cut into checked sentences.
  struct Checked {
    bool declined = false;
    std::vector<Sentence> sentences;
    std::vector<std::vector<Span>> spans;  // of each sentence, in the passage
    double support = 0;                    // mean share over the sentences
    bool any_supported = false;
    Text note;  // where the words are not the reply's alone
  };

  Result<void> retrieve();
  Result<void> read_singly();
  /// Reads one passage to the end of what is worth it; true when the answer is sure.
  Result<bool> read_one(Reader& reader, Passage& passage);
  Result<Checked> check(const std::string& reply, const Passage& passage);
  /// The passage's sentences that a reply was cut from, whole: what a small model leaves out may be the
  /// condition that matters. Empty where the reply itself serves better.
  std::string whole(const std::vector<Span>& spans, const Passage& passage) const;
  /// A small model picks the wrong one of two similar sentences now and then. Where the words of the question
  /// point clearly to another sentence than the reply, that one is shown too.
  void add_likeliest(Checked& checked, const Passage& passage) const;
  Checked quote(const Passage& passage, double support) const;
  Result<void> read_jointly();
  Result<void> extract();
  Result<void> show(const Sentence& sentence, const std::vector<Span>& spans, const Passage& passage);
  Result<void> refuse(Text why);
  void finish();
  void stage(const Text& what) const;
  double elapsed() const { return parts_.clock.steady_ms() - started_ms_; }
  const LanguageCalibration& calibration() const { return parts_.calibration.of(answer_.lang); }
  double threshold(const Logistic& of) const {
    return options_.refuse_below >= 0 ? options_.refuse_below : of.threshold;
  }

  Parts& parts_;
  const AskOptions& options_;
  const Events& events_;
  const CancelToken& cancel_;
  double started_ms_;
  Answer answer_;
  std::optional<Evidence> evidence_;                // once retrieved
  std::vector<std::unique_ptr<Passage>> passages_;  // best first
  std::vector<std::pair<Passage*, Checked>> read_;
};

}  // namespace cvp::chat
