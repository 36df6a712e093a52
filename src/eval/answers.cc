#include "eval/answers.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "eval/gold.h"

namespace cvp::eval {
namespace {

constexpr uint64_t kProgressEvery = 20;

using ByUri = std::unordered_map<std::string, std::vector<store::DocumentId>>;

/// Only read when some question leaves documents out.
Result<ByUri> documents_by_uri(store::Store& store, const std::vector<Question>& questions) {
  ByUri out;
  if (std::ranges::all_of(questions, [](const Question& q) { return q.without_uris.empty(); })) return out;
  for (const store::DocumentInfo& document : TRY(store.documents(0)))
    out[document.uri].push_back(document.id);
  return out;
}

Result<chat::AskOptions> options_for(const Question& question, const chat::AskOptions& base,
                                     const ByUri& documents) {
  chat::AskOptions out = base;
  for (const std::string& uri : question.without_uris) {
    const auto found = documents.find(uri);
    if (found == documents.end()) {
      return fail(Errc::not_found, text("question {} leaves out a document that is not there: {}",
                                        "问题 {} 要排除的文档不存在：{}", question.id, uri));
    }
    out.exclude_documents.insert(out.exclude_documents.end(), found->second.begin(), found->second.end());
  }
  return out;
}

Result<bool> is_verbatim(const chat::Citation& citation, store::Store& store) {
  auto bytes = store.text(citation.revision, citation.span);
  if (!bytes) return false;
  const uint32_t page = TRY(store.page_at(citation.revision, citation.span.begin));
  return *bytes == citation.quote && !citation.quote.empty() && page == citation.page;
}

struct Sums {
  size_t with_gold = 0, contains = 0;
  size_t asked = 0, answered = 0;
  size_t answerable = 0, false_refusals = 0;
  size_t unanswerable = 0, false_answers = 0;
  size_t cited = 0, cited_well = 0, quotes = 0, verbatim = 0;
  std::vector<double> total_ms, first_ms;

  void add(const Question& question, const Judged& one) {
    ++asked;
    answered += !one.refused;
    if (question.answerable) {
      ++answerable;
      false_refusals += one.refused;
      with_gold += !question.answers.empty();
      contains += one.contains_gold && !question.answers.empty();
      cited += one.cited;
      cited_well += one.cited_well;
    } else {
      ++unanswerable;
      false_answers += !one.refused;
    }
    quotes += one.quotes;
    verbatim += one.verbatim;
    total_ms.push_back(one.total_ms);
    if (!one.refused) first_ms.push_back(one.first_ms);
  }
  Text so_far() const {
    return text(
        "asking: {} of {} contain the gold answer, {} of {} answerable refused, {} of {} unanswerable "
        "answered",
        "提问中：{}/{} 含标准答案，可答而拒答 {}/{}，不可答而作答 {}/{}", contains, with_gold, false_refusals,
        answerable, false_answers, unanswerable);
  }
  void into(AnswerReport& out) const {
    out.contains_gold = share(contains, with_gold);
    out.answered = share(answered, asked);
    out.false_refusals = share(false_refusals, answerable);
    out.false_answers = share(false_answers, unanswerable);
    out.citation_precision = share(cited_well, cited);
    out.citations_verbatim = share(verbatim, quotes);
    out.p50_ms = percentile(total_ms, 0.50);
    out.p90_ms = percentile(total_ms, 0.90);
    out.first_p50_ms = percentile(first_ms, 0.50);
  }
};

}  // namespace

Result<Judged> judge(const Question& question, const chat::Answer& answer, store::Store& store) {
  Judged out;
  out.refused = answer.outcome == chat::Outcome::refused;
  out.total_ms = answer.timings.total;
  out.first_ms = answer.timings.first_checked;
  for (const chat::Citation& citation : answer.citations) {
    ++out.quotes;
    out.verbatim += TRY(is_verbatim(citation, store));
  }
  if (out.refused) return out;
  out.contains_gold = contains_answer(answer.supported_text(), question.answers);
  const Gold gold(question);
  if (!gold.judgeable()) return out;
  std::unordered_set<int> used;
  for (const chat::Sentence& sentence : answer.sentences) {
    if (sentence.supported) used.insert(sentence.citations.begin(), sentence.citations.end());
  }
  for (const chat::Citation& citation : answer.citations) {
    if (!used.contains(citation.number)) continue;
    ++out.cited;
    out.cited_well += gold.supports(citation.quote, citation.uri);
  }
  return out;
}

Result<AnswerReport> evaluate_with(const Ask& ask, store::Store& store,
                                   const std::vector<Question>& questions, const chat::AskOptions& options,
                                   const OnProgress& on_progress, const CancelToken& cancel) {
  const ByUri documents = TRY(documents_by_uri(store, questions));
  AnswerReport report;
  Sums sums;
  for (const Question& question : questions) {
    if (cancel.cancelled()) return fail_cancelled();
    const chat::AskOptions own = TRY(options_for(question, options, documents));
    auto answer = ask(question.text, own);
    if (!answer) return wrap(std::move(answer).error(), text("question {}", "问题 {}", question.id));
    const Judged one = TRY(judge(question, *answer, store));
    sums.add(question, one);
    report.items.push_back({question, std::move(*answer), one.contains_gold});
    const uint64_t done = report.items.size();
    if (on_progress && (done % kProgressEvery == 0 || done == questions.size())) {
      on_progress({sums.so_far(), done, questions.size()});
    }
  }
  sums.into(report);
  return report;
}

Result<AnswerReport> evaluate_answers(chat::Answerer& answerer, store::Store& store,
                                      const std::vector<Question>& questions, const chat::AskOptions& options,
                                      const OnProgress& on_progress, const CancelToken& cancel) {
  const Ask ask = [&](const std::string& question, const chat::AskOptions& own) {
    return answerer.ask(question, {}, own, {}, cancel);
  };
  return evaluate_with(ask, store, questions, options, on_progress, cancel);
}

}  // namespace cvp::eval
