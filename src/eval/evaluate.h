// Measures of retrieval, answers and refusal over question files.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "chat/answerer.h"
#include "store/store.h"
#include "vector/index.h"

namespace cvp::eval {

/// One question. gold_* say what counts as found: any of the answer strings, and/or the passage by its text
/// or document uri.
struct Question {
  std::string id, text;
  std::vector<std::string> answers;       // gold strings; empty: only retrieval is judged
  std::string gold_passage;               // text that contains the answer (SQuAD context); may be empty
  std::vector<std::string> gold_uris;     // relevant documents (BEIR, JSONL "documents")
  bool answerable = true;                 // SQuAD 2 is_impossible, JSONL "answerable": false
  std::vector<std::string> without_uris;  // documents left out for this question (JSONL "without")
};
struct Dataset {
  std::string name;
  std::vector<Question> questions;
  std::vector<std::string> paragraphs;  // distinct contexts of a SQuAD file, in order
  size_t left_out = 0;                  // SQuAD entries without a question: public sets have some
};

/// SQuAD 1/2 JSON, or JSONL with {"question", "answers", "documents"?, "passage"?, "answerable"?, "without"?,
/// "id"?}. Bad lines are errors with their number.
Result<Dataset> parse_questions(std::string_view bytes, std::string_view name);
/// A seeded sample without replacement, in the file's order.
std::vector<Question> sample(const std::vector<Question>& questions, size_t n, uint64_t seed);

/// Mean with a 95 % interval: Wilson's for shares, normal for other means.
struct Measure {
  double value = 0, low = 0, high = 0;
  size_t n = 0;
};
Measure share(size_t hits, size_t n);
Measure mean(const std::vector<double>& values);
/// Nearest rank; 0 of nothing.
double percentile(std::vector<double> values, double share_below);

struct RetrievalReport {
  Measure hit1, hit3, hit10, mrr10, ndcg10, recall10;
  double p50_ms = 0, p99_ms = 0;
};
Result<RetrievalReport> evaluate_retrieval(store::Store& store, vector::Index& index,
                                           model::Embedder* embedder, const std::vector<Question>& questions,
                                           const vector::SearchOptions& options,
                                           const OnProgress& on_progress, const CancelToken& cancel);

struct AnswerReport {
  Measure contains_gold;       // supported text contains a gold string (folded)
  Measure answered;            // not refused
  Measure false_refusals;      // answerable and refused
  Measure false_answers;       // unanswerable and answered
  Measure citation_precision;  // cited quotes that contain a gold string or lie in the gold passage
  Measure citations_verbatim;  // quote equals the revision's bytes at its span, page agrees
  double p50_ms = 0, p90_ms = 0, first_p50_ms = 0;
  struct Item {
    Question question;
    chat::Answer answer;
    bool contains_gold = false;
  };
  std::vector<Item> items;
};
Result<AnswerReport> evaluate_answers(chat::Answerer& answerer, store::Store& store,
                                      const std::vector<Question>& questions, const chat::AskOptions& options,
                                      const OnProgress& on_progress, const CancelToken& cancel);

/// Labelled passages for chat's calibration. Every question is asked twice, all its passages read to the end:
/// as it is, and with the documents that hold its gold passage left out. A passage is answerable when it is
/// relevant (see gold.h) and has a gold answer. Left out: relevant ones without an answer, others from which
/// the gold string was answered all the same, and questions whose gold passage was not retrieved.
struct SignalSet {
  std::vector<chat::Labelled> zh, en;
  size_t questions = 0;  // that contributed
};
Result<SignalSet> collect_signals(chat::Answerer& answerer, store::Store& store,
                                  const std::vector<Question>& questions, const chat::AskOptions& options,
                                  const OnProgress& on_progress, const CancelToken& cancel);
/// `base` with the languages refitted that have enough questions; Errc::refused where neither has.
Result<chat::Calibration> calibrate(const SignalSet& signals, const chat::Calibration& base,
                                    double max_false_refusals);

/// Whether an answer's text contains a gold string after folding, spaces and punctuation ignored.
bool contains_answer(std::string_view text, const std::vector<std::string>& answers);

}  // namespace cvp::eval
