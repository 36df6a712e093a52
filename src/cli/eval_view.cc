#include "cli/eval_view.h"

#include <boost/json/array.hpp>

#include "cli/answer_view.h"
#include "cli/screen_text.h"

namespace cvp::cli {
namespace {

boost::json::object measure_json(const eval::Measure& m) {
  return {{"value", m.value}, {"low", m.low}, {"high", m.high}, {"n", m.n}};
}

void row(Printer& printer, const Text& name, const eval::Measure& m) {
  const std::string figures =
      m.n == 0 ? "-" : fmt::format("{:.3f}  [{:.3f}, {:.3f}]  n={}", m.value, m.low, m.high, m.n);
  printer.line(Text{pad(name.en, 34), pad(name.zh, 22)} + verbatim(figures));
}

}  // namespace

void show_retrieval(Printer& printer, const eval::RetrievalReport& report) {
  const std::pair<const char*, const eval::Measure*> rows[] = {{"Hit@1", &report.hit1},
                                                               {"Hit@3", &report.hit3},
                                                               {"Hit@10", &report.hit10},
                                                               {"MRR@10", &report.mrr10},
                                                               {"nDCG@10", &report.ndcg10}};
  for (const auto& [name, measure] : rows) row(printer, verbatim(name), *measure);
  row(printer, text("recall at 10", "前 10 名召回率"), report.recall10);
  printer.line(text("time: half within {:.1f} ms, 99 % within {:.1f} ms",
                    "耗时：半数在 {:.1f} 毫秒内，99% 在 {:.1f} 毫秒内", report.p50_ms, report.p99_ms));
  if (printer.json_wanted()) {
    printer.json({{"hit1", measure_json(report.hit1)},
                  {"hit3", measure_json(report.hit3)},
                  {"hit10", measure_json(report.hit10)},
                  {"mrr10", measure_json(report.mrr10)},
                  {"ndcg10", measure_json(report.ndcg10)},
                  {"recall10", measure_json(report.recall10)},
                  {"p50_ms", report.p50_ms},
                  {"p99_ms", report.p99_ms}});
  }
}

void show_answers(App& app, const eval::AnswerReport& report, bool items) {
  Printer& printer = app.printer();
  boost::json::array list;
  for (const eval::AnswerReport::Item& item : report.items) {
    if (!items) break;
    const std::string said = item.answer.supported_text();
    printer.line(verbatim((item.contains_gold ? printer.good("✓ ") : printer.bad("✗ ")) +
                          printable(item.question.text)));
    printer.line(verbatim("    ") +
                 (said.empty() ? text("(refused)", "（拒答）") : verbatim(one_line(printable(said)))));
    boost::json::object entry = answer_json(item.answer, app.lang());
    entry["id"] = item.question.id;
    entry["contains_gold"] = item.contains_gold;
    list.push_back(std::move(entry));
  }
  row(printer, text("gold answer contained", "答案命中"), report.contains_gold);
  row(printer, text("answered", "作答"), report.answered);
  row(printer, text("false refusals", "误拒"), report.false_refusals);
  row(printer, text("false answers", "误答"), report.false_answers);
  row(printer, text("citations that support", "引用准确"), report.citation_precision);
  row(printer, text("citations that are verbatim", "引用逐字一致"), report.citations_verbatim);
  printer.line(text("time: half within {:.0f} ms, 90 % within {:.0f} ms; first words: half within {:.0f} ms",
                    "耗时：半数在 {:.0f} 毫秒内，90% 在 {:.0f} 毫秒内；首句：半数在 {:.0f} 毫秒内",
                    report.p50_ms, report.p90_ms, report.first_p50_ms));
  if (printer.json_wanted()) {
    printer.json({{"contains_gold", measure_json(report.contains_gold)},
                  {"answered", measure_json(report.answered)},
                  {"false_refusals", measure_json(report.false_refusals)},
                  {"false_answers", measure_json(report.false_answers)},
                  {"citation_precision", measure_json(report.citation_precision)},
                  {"citations_verbatim", measure_json(report.citations_verbatim)},
                  {"p50_ms", report.p50_ms},
                  {"p90_ms", report.p90_ms},
                  {"first_p50_ms", report.first_p50_ms},
                  {"items", std::move(list)}});
  }
}

}  // namespace cvp::cli
