#include "base/limits.h"
#include "cli/answer_view.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

struct Options {
  std::vector<std::string> words, collections;
  std::string mode;
  bool no_engine = false;
};

Result<int> ask(App& app, const Options& options) {
  const std::string question = TRY(question_from(app, options.words, "ask"));
  chat::AskOptions how = app.ask_options(options.mode);
  how.collections = TRY(app.collections(options.collections));
  const bool generation_wanted = how.mode != chat::ReadMode::extract;
  const Asking asking = TRY(open_asking(app, !options.no_engine, how));
  if (!options.no_engine) say_what_is_missing(app, asking, generation_wanted);
  AnswerView view(app);
  const chat::Answer answer = TRY(asking.answerer->ask(question, {}, how, view.events(), app.cancel()));
  view.finish(answer);
  if (answer.outcome == chat::Outcome::refused && answer.citations.empty()) TRY(say_if_empty(app));
  if (app.printer().json_wanted()) app.printer().json(answer_json(answer, app.lang()));
  return answer.outcome == chat::Outcome::refused ? 3 : 0;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(text(
      "Answers a question from the documents. Every sentence was checked against the passage it cites; [1] "
      "names it. "
      "Where the documents do not answer, cvp says so (exit status 3) and shows the nearest passages. "
      "Without a "
      "question, or with -, standard input is the question.",
      "根据文档回答问题。每句话都与所引段落核对过，[1] 指明出处。文档里没有答案时，cvp 会直说（退出码 3），"
      "并列出最接近的段落。不写问题或写 - 则从标准输入读取。"));
  command.arguments(text("QUESTION", "问题"), options->words,
                    text("in any words; several are joined", "自由表述；多个词会连成一句"), false);
  command.choice(
      "--mode", options->mode, {"auto", "single", "joint", "extract"},
      text("read passages one by one, several together, or only quote", "逐段阅读、多段合读，或只摘录原句"));
  command.option("-c,--collection", options->collections, text("NAME", "名称"),
                 text("only these collections; may be repeated", "只查这些文档集，可重复"));
  command.flag("--no-engine", options->no_engine,
               text("start no model: search by words, quote", "不启动模型：按词语检索并摘录"));
  command.example("cvp ask \"How much memory does a 7B model need?\"",
                  text("an answer with citations", "带引用的回答"));
  command.example("cvp ask --mode extract --collection rules \"请假流程\"",
                  text("the best sentences of one collection, quoted", "从一个文档集中摘录最相关的原句"));
  command.example("cvp ask --json \"…\" | jq .citations",
                  text("citations with byte spans", "取得带字节区间的引用"));
  return [options](App& app) { return ask(app, *options); };
}

}  // namespace

Verb ask_verb() {
  return {.name = "ask",
          .summary = text("answer a question, with citations", "回答问题并给出引用"),
          .declare = declare,
          .uses_home = true};
}

}  // namespace cvp::cli
