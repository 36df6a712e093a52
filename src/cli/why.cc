#include <boost/json/array.hpp>

#include "chat/why.h"
#include "cli/answer_view.h"
#include "cli/screen_text.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

struct Options {
  std::string question, passage;
  std::vector<std::string> collections;
  bool no_engine = false;
};

void show(App& app, const Options& options, const chat::WhyReport& report) {
  using State = chat::WhyStage::State;
  Printer& printer = app.printer();
  printer.clear_status();
  boost::json::array list;
  for (const chat::WhyStage& stage : report.stages) {
    std::string mark = printer.good("✓");
    if (stage.state == State::weak) mark = printer.marked("!");
    if (stage.state == State::lost) mark = printer.bad("✗");
    if (stage.state == State::skipped) mark = printer.dim("·");
    printer.line(verbatim(mark + " ") +
                 Text{printer.bold(pad(stage.title.en, 18)), printer.bold(pad(stage.title.zh, 12))} +
                 verbatim(" ") + Text{printable(stage.detail.en), printable(stage.detail.zh)});
    if (!stage.remedy.empty()) printer.line(verbatim("    → ") + stage.remedy);
    list.push_back(boost::json::object{{"stage", stage.name},
                                       {"state", chat::state_name(stage.state)},
                                       {"detail", stage.detail.in(app.lang())},
                                       {"remedy", stage.remedy.in(app.lang())}});
  }
  if (printer.json_wanted()) {
    printer.json({{"question", options.question},
                  {"passage", options.passage},
                  {"chunk", report.chunk},
                  {"stages", std::move(list)}});
  }
}

Result<int> why(App& app, const Options& options) {
  chat::WhyOptions how{.ask = app.ask_options("")};
  how.ask.collections = TRY(app.collections(options.collections));
  const chat::Parts parts = TRY(open_parts(app, !options.no_engine, how.ask));
  how.why_no_embedder =
      options.no_engine ? text("no model was asked", "没有询问模型") : app.models().why_no_embedder();
  if (!options.no_engine) how.why_not_asked = app.models().why_no_generator();
  const auto on_stage = [&app](const Text& stage) { app.printer().status(stage); };
  const chat::WhyReport report =
      TRY(chat::why(parts, options.question, options.passage, how, on_stage, app.cancel()));
  show(app, options, report);
  if (report.chunk == 0) TRY(say_if_empty(app));
  return report.found ? 0 : 3;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(text(
      "Says at which stage a passage that should have been found is lost: read from the document, cut into "
      "passages, "
      "found by words, found by meaning, ranked, read by the model, checked; and which setting would bring "
      "it back. "
      "Exit status 3 when it is lost.",
      "说明一段本该找到的内容在哪一步丢失：文档读取、分段、词语检索、语义检索、综合排序、模型阅读、核对；"
      "并指出调整哪个设置能找回来。确有丢失时退出码为 3。"));
  command.argument(text("QUESTION", "问题"), options->question, text("the question as asked", "当时的问题"));
  command.argument(text("PASSAGE", "段落"), options->passage,
                   text("words of the passage that should have been found", "本该找到的那段文字"));
  command.option("-c,--collection", options->collections, text("NAME", "名称"),
                 text("only these collections; may be repeated", "只查这些文档集，可重复"));
  command.flag("--no-engine", options->no_engine,
               text("retrieval only, start no model", "只看检索，不启动模型"));
  command.example("cvp why \"how much memory for 7B?\" \"weights take 3.5 GB\"",
                  text("the way of that sentence", "查看这句话走到了哪一步"));
  return [options](App& app) { return why(app, *options); };
}

}  // namespace

Verb why_verb() {
  return {.name = "why",
          .summary = text("why a passage was not found", "查明某段内容为何没有找到"),
          .declare = declare,
          .uses_home = true};
}

}  // namespace cvp::cli
