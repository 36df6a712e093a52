#include "serve/evaluation_run.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>

#include "base/unicode.h"
#include "eval/answers.h"
#include "eval/retrieval.h"
#include "serve/asking.h"
#include "serve/caller_now.h"

namespace cvp::serve {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kLook{100};  // how soon it notices that somebody waits, or that it was cancelled
constexpr Milliseconds kMostPatience{60'000};  // then its question takes a place in the line like any other
constexpr Milliseconds kPause{3'000};          // before a question is asked again
constexpr int kTries = 20;
constexpr size_t kGotBytes = 500;  // of an answer or passage that is kept

struct Running {
  Backend& backend;
  const Caller starter;
  const EvaluationSet& set;
  const OnProgress& on_progress;
  const CancelToken& cancel;
};

void pause(const Running& run, Milliseconds most, const std::function<bool()>& wanted) {
  for (Milliseconds waited{0}; waited < most && wanted() && !run.cancel.cancelled(); waited += kLook)
    run.backend.clock.sleep_for(kLook);
}

/// Waits while anybody waits for a model; then whether it may go on, with the rights of now.
Result<Caller> wait_turn(const Running& run) {
  const Backend& backend = run.backend;
  pause(run, kMostPatience,
        [&] { return backend.generation.waiting() > 0 || backend.retrieval.waiting() > 0; });
  if (run.cancel.cancelled()) return fail_cancelled();
  auto now = TRY(caller_now(backend.store.accounts(), backend.clock, run.starter));
  if (!now) {
    return fail(Errc::refused,
                text("the account that started it was locked or removed", "启动评测的账号已被停用或删除"));
  }
  for (const store::CollectionId id : run.set.collections) TRY(need_right(*now, id, store::Right::read));
  return std::move(*now);
}

/// What the page and the next comparison need of one question.
boost::json::object item_json(const eval::Question& question, std::string_view got, bool ok,
                              std::string_view outcome) {
  const std::vector<std::string>& wanted = question.answers.empty() ? question.gold_uris : question.answers;
  boost::json::array expected(wanted.begin(), wanted.end());
  return {{"question", question.text},
          {"expected", std::move(expected)},
          {"got", utf8_prefix(got, kGotBytes)},
          {"ok", ok},
          {"outcome", outcome}};
}

void add_measure(boost::json::array& to, std::string_view name, const eval::Measure& one) {
  if (one.n == 0) return;
  to.push_back(boost::json::object{
      {"name", name}, {"value", one.value}, {"low", one.low}, {"high", one.high}, {"n", one.n}});
}

/// The passage that should be found with its rank, else the first one.
std::string passage_at_rank(const eval::Gold& gold, const eval::RankMeasures& measured,
                            const std::vector<store::Chunk>& passages) {
  if (passages.empty()) return {};
  const auto right = std::ranges::find_if(
      passages, [&](const store::Chunk& one) { return gold.is_relevant(one.text, one.uri); });
  const bool found = measured.first > 0 && right != passages.end();
  return fmt::format("{}. {}", found ? measured.first : 1, found ? right->text : passages.front().text);
}

Result<EvaluationResult> run_retrieval(const Running& run) {
  Backend& backend = run.backend;
  const std::shared_ptr<model::Embedder> embedder = backend.host.embedder();
  vector::SearchOptions options = backend.host.search_options();
  options.collections = run.set.collections;
  EvaluationResult out;
  eval::RetrievalSums sums;
  const size_t total = run.set.questions.size();
  for (const eval::Question& question : run.set.questions) {
    TRY(wait_turn(run));
    const eval::Gold gold(question);
    if (!question.answerable || !gold.judgeable()) {
      out.items.push_back(item_json(question, "", true, "skipped"));
    } else {
      const eval::Ranking ranking = TRY(eval::rank_passages(backend.store, backend.index, embedder.get(),
                                                            question.text, options, run.cancel));
      const eval::RankMeasures measured = eval::measure_ranking(gold, ranking.passages);
      sums.add(measured, ranking.ms);
      out.items.push_back(item_json(question, passage_at_rank(gold, measured, ranking.passages),
                                    measured.first > 0, measured.first > 0 ? "found" : "missed"));
    }
    run.on_progress({text("searching, MRR@10 so far {:.3f}", "检索中，目前 MRR@10 为 {:.3f}", sums.mrr10()),
                     out.items.size(), total});
  }
  const eval::RetrievalReport report = sums.report();
  add_measure(out.measures, "hit@1", report.hit1);
  add_measure(out.measures, "hit@3", report.hit3);
  add_measure(out.measures, "hit@10", report.hit10);
  add_measure(out.measures, "mrr@10", report.mrr10);
  add_measure(out.measures, "ndcg@10", report.ndcg10);
  add_measure(out.measures, "recall@10", report.recall10);
  if (embedder == nullptr)
    out.note = text("searched by words alone: {}", "仅按词语检索：{}", backend.host.why_no_embedder());
  return out;
}

/// One question through the line that everybody waits in. Its token is its own: whoever ends the account's
/// streams ends this question, and the next one finds out whether the account is still there.
Result<chat::Answer> ask_once(const Running& run, const Caller& caller, const std::string& question) {
  const CancelToken cancel;
  const auto promise = std::make_shared<std::promise<Result<chat::Answer>>>();
  auto answer = promise->get_future();
  TRY(ask(run.backend, caller, {.question = question, .collections = run.set.collections},
          {.finished = [promise](Result<chat::Answer> one) { promise->set_value(std::move(one)); }}, cancel));
  while (answer.wait_for(kLook) != std::future_status::ready) {
    if (!run.cancel.cancelled()) continue;
    // It may wait behind a long answer and be dropped only after it.
    cancel.cancel();
    return fail_cancelled();
  }
  return answer.get();
}

/// A line that is full and an engine that broke down are no reason to lose an hour's answers.
Result<chat::Answer> ask_patiently(const Running& run, const std::string& question) {
  for (int tries = 1;; ++tries) {
    const Caller caller = TRY(wait_turn(run));
    auto answer = ask_once(run, caller, question);
    if (answer || run.cancel.cancelled() || tries == kTries) return answer;
    const Errc code = answer.error().code;
    if (code != Errc::busy && code != Errc::unavailable && code != Errc::cancelled) return answer;
    pause(run, kPause, [] { return true; });
  }
}

bool cites_gold_document(const eval::Question& question, const chat::Answer& answer) {
  return std::ranges::any_of(answer.citations, [&](const chat::Citation& one) {
    return std::ranges::find(question.gold_uris, one.uri) != question.gold_uris.end();
  });
}

std::string_view outcome_word(chat::Outcome outcome) {
  switch (outcome) {
    case chat::Outcome::answered:
      return "answered";
    case chat::Outcome::extracted:
      return "extracted";
    case chat::Outcome::refused:
      break;
  }
  return "refused";
}

boost::json::object answered_item(const eval::AnswerReport::Item& item) {
  const bool refused = item.answer.outcome == chat::Outcome::refused;
  const bool right =
      item.question.answers.empty() ? cites_gold_document(item.question, item.answer) : item.contains_gold;
  return item_json(item.question, refused ? std::string() : item.answer.supported_text(),
                   item.question.answerable ? !refused && right : refused, outcome_word(item.answer.outcome));
}

Result<EvaluationResult> run_answers(const Running& run) {
  Backend& backend = run.backend;
  const size_t total = run.set.questions.size();
  size_t begun = 0;
  const eval::Ask one = [&](const std::string& question, const chat::AskOptions&) {
    run.on_progress({text("asking question {}", "正在提问第 {} 题", begun + 1), begun, total});
    ++begun;
    return ask_patiently(run, question);
  };
  const bool quotes = backend.host.generator() == nullptr;
  const eval::AnswerReport report =
      TRY(eval::evaluate_with(one, backend.store, run.set.questions, {}, {}, run.cancel));
  EvaluationResult out;
  for (const eval::AnswerReport::Item& item : report.items) out.items.push_back(answered_item(item));
  add_measure(out.measures, "contains_gold", report.contains_gold);
  add_measure(out.measures, "answered", report.answered);
  add_measure(out.measures, "false_refusals", report.false_refusals);
  add_measure(out.measures, "false_answers", report.false_answers);
  add_measure(out.measures, "citation_precision", report.citation_precision);
  add_measure(out.measures, "citations_verbatim", report.citations_verbatim);
  if (quotes)
    out.note = text("answered by quoting: {}", "以摘录方式回答：{}", backend.host.why_no_generator());
  run.on_progress({text("asked all questions", "已问完全部问题"), total, total});
  return out;
}

}  // namespace

Result<EvaluationResult> run_evaluation(Backend& backend, const Caller& starter, const EvaluationSet& set,
                                        const OnProgress& on_progress, const CancelToken& cancel) {
  // It goes on without the browser or key that started it; what counts is the account.
  const Running run{.backend = backend,
                    .starter = {.user = starter.user, .rights = starter.rights},
                    .set = set,
                    .on_progress = on_progress,
                    .cancel = cancel};
  return set.kind == EvaluationSet::Kind::answers ? run_answers(run) : run_retrieval(run);
}

}  // namespace cvp::serve
