#include <boost/json/array.hpp>

#include "cli/answer_view.h"
#include "cli/eval_view.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kQuestionFileBytes = 512ull << 20;

struct Options {
  std::string file, mode;
  std::vector<std::string> collections;
  int64_t sample = 0, seed = 1;
  double false_refusals = 0.05;
  bool no_engine = false, items = false, dry_run = false, reset = false;
};

Result<std::vector<eval::Question>> read_questions(const Options& options) {
  const std::string bytes = TRY(sys::read_file(options.file, kQuestionFileBytes));
  if (bytes.find_first_not_of(" \t\r\n") == bytes.npos)
    return fail(Errc::refused, text("{} is empty", "{} 是空文件", options.file));
  eval::Dataset dataset = TRY(eval::parse_questions(bytes, options.file));
  if (dataset.questions.empty()) {
    return fail(Errc::refused, text("{} has no questions", "{} 中没有问题", options.file));
  }
  if (options.sample == 0) return std::move(dataset.questions);
  return eval::sample(dataset.questions, static_cast<size_t>(options.sample),
                      static_cast<uint64_t>(options.seed));
}

Result<int> retrieval(App& app, const Options& options) {
  const auto questions = TRY(read_questions(options));
  vector::SearchOptions how = app.search_options();
  how.k = 10;
  how.collections = TRY(app.collections(options.collections));
  if (options.mode == "text") how.mode = vector::Mode::text;
  if (options.mode == "dense") how.mode = vector::Mode::dense;
  vector::Index* index = TRY(app.index());
  model::Embedder* embedder = options.mode == "text" ? nullptr : TRY(app.models().embedder());
  if (embedder == nullptr && options.mode == "dense") {
    return fail(Errc::unavailable,
                text("cannot search by vectors: {}", "无法按向量检索：{}", app.models().why_no_embedder()));
  }
  if (embedder == nullptr && options.mode != "text") {
    app.printer().note(
        text("searching by words only: {}", "仅按词语检索：{}", app.models().why_no_embedder()));
  }
  const auto report = TRY(eval::evaluate_retrieval(*TRY(app.store()), *index, embedder, questions, how,
                                                   app.printer().on_progress(), app.cancel()));
  show_retrieval(app.printer(), report);
  return 0;
}

Result<int> answers(App& app, const Options& options) {
  const auto questions = TRY(read_questions(options));
  chat::AskOptions how = app.ask_options(options.mode);
  how.collections = TRY(app.collections(options.collections));
  const bool generation_wanted = how.mode != chat::ReadMode::extract;
  const Asking asking = TRY(open_asking(app, !options.no_engine, how));
  if (!options.no_engine) say_what_is_missing(app, asking, generation_wanted);
  const auto report = TRY(eval::evaluate_answers(*asking.answerer, *TRY(app.store()), questions, how,
                                                 app.printer().on_progress(), app.cancel()));
  show_answers(app, report, options.items);
  return 0;
}

Text calibrated_text(const std::string& model) {
  return model.empty() ? text("quoting without a model", "不用模型的摘录") : verbatim(model);
}

/// Back to the shipped calibration.
Result<int> reset_calibration(App& app, const Options& options) {
  if (!options.file.empty()) {
    return fail(Errc::usage, text("--reset takes no questions", "--reset 不需要问题文件"),
                text("it only drops what was fitted before", "它只会放弃此前的校准结果"));
  }
  const bool generating = !options.no_engine && app.ask_options("").mode != chat::ReadMode::extract;
  const model::Generator* generator = generating ? TRY(app.models().generator()) : nullptr;
  const std::string model = generator != nullptr ? generator->identity().name : "";
  store::Store* store = TRY(app.store());
  const std::string key = "calibration/" + model;
  const auto own = store->value(key);
  if (!own && own.error().code != Errc::not_found) return std::unexpected(own.error());
  TRY(store->remove_value(key));
  const Text what = calibrated_text(model);
  app.printer().line(own ? text("dropped what was fitted for {}; the shipped calibration is used from now on",
                                "已放弃校准结果（{}），今后使用自带的校准", what)
                         : text("nothing was fitted for {}: the shipped calibration is in use",
                                "没有保存过校准结果（{}），使用的就是自带的校准", what));
  if (app.printer().json_wanted()) app.printer().json({{"model", model}, {"dropped", own.has_value()}});
  return 0;
}

Result<int> calibrate(App& app, const Options& options) {
  if (options.reset) return reset_calibration(app, options);
  if (options.file.empty()) {
    return fail(Errc::usage, text("the file of questions is missing", "缺少问题文件"),
                text("see `cvp eval calibrate --help`", "详见 `cvp eval calibrate --help`"));
  }
  const auto questions = TRY(read_questions(options));
  chat::AskOptions how = app.ask_options("");
  how.collections = TRY(app.collections(options.collections));
  const bool generation_wanted = how.mode != chat::ReadMode::extract;
  const Asking asking = TRY(open_asking(app, !options.no_engine, how));
  if (!options.no_engine) say_what_is_missing(app, asking, generation_wanted);
  const std::string model = asking.generator != nullptr ? asking.generator->identity().name : "";
  const auto signals = TRY(eval::collect_signals(*asking.answerer, *TRY(app.store()), questions, how,
                                                 app.printer().on_progress(), app.cancel()));
  chat::Calibration fitted =
      TRY(eval::calibrate(signals, TRY(app.calibration(model)), options.false_refusals));
  fitted.source = fmt::format("fitted on {} of your questions", signals.questions);
  const std::string toml = chat::format_calibration(fitted);
  if (!options.dry_run) TRY(TRY(app.store())->set_value("calibration/" + model, toml));
  app.printer().line(text("fitted on {} questions ({} Chinese and {} English passages)",
                          "已用 {} 个问题完成校准（中文 {} 段，英文 {} 段）", signals.questions,
                          signals.zh.size(), signals.en.size()));
  if (options.dry_run) {
    app.printer().line(verbatim(toml));
  } else {
    app.printer().line(
        text("kept for {}, and used from now on", "已保存（{}），今后以此为准", calibrated_text(model)));
    app.printer().note(text("`cvp eval calibrate --reset` goes back to the shipped calibration",
                            "用 `cvp eval calibrate --reset` 可恢复自带的校准"));
  }
  if (app.printer().json_wanted()) {
    app.printer().json({{"model", model},
                        {"questions", signals.questions},
                        {"passages_zh", signals.zh.size()},
                        {"passages_en", signals.en.size()},
                        {"stored", !options.dry_run},
                        {"calibration", toml}});
  }
  return 0;
}

enum class Questions { needed, optional };

void common(Command& command, Options& options, Questions questions = Questions::needed) {
  command.argument(
      text("FILE", "文件"), options.file,
      text("questions: SQuAD JSON, or JSONL with question, answers, documents, answerable",
           "问题文件：SQuAD 格式的 JSON，或含 question、answers、documents、answerable 的 JSONL"),
      questions == Questions::needed);
  command.option("-c,--collection", options.collections, text("NAME", "名称"),
                 text("only these collections; may be repeated", "只查这些文档集，可重复"));
  command.number("--sample", options.sample, 1, 1'000'000,
                 text("only so many questions, drawn by --seed", "只抽取这么多问题（由 --seed 决定）"));
  command.number("--seed", options.seed, 0, INT64_MAX, text("of the draw", "抽样的随机种子"));
}

RunVerb declare_retrieval(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Asks every question of a file and measures where the right passage stands: Hit@k, MRR@10, "
           "nDCG@10, recall, with "
           "95 % intervals. The documents must have been added before.",
           "逐个检索文件中的问题，衡量正确段落的名次：Hit@k、MRR@10、nDCG@10、召回率及 95% "
           "置信区间。文档须事先添加。"));
  common(command, *options);
  command.choice("--mode", options->mode, {"hybrid", "text", "dense"},
                 text("by both, by words alone, or by vectors alone", "两者结合、仅按词语、仅按向量"));
  command.example("cvp eval retrieval questions.jsonl", text("your own questions", "用自己的问题评测"));
  command.example("cvp eval retrieval --mode text --sample 200 squad.json",
                  text("words alone, 200 questions", "仅按词语，抽 200 题"));
  return [options](App& app) { return retrieval(app, *options); };
}

RunVerb declare_answers(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Answers every question of a file and measures: gold answer contained, false answers, false "
           "refusals, citations "
           "that support and that are verbatim, with 95 % intervals.",
           "逐个回答文件中的问题并衡量：答案命中、误答、误拒、引用准确与逐字一致，附 95% 置信区间。"));
  common(command, *options);
  command.choice("--mode", options->mode, {"auto", "single", "joint", "extract"},
                 text("as with `cvp ask`", "同 `cvp ask`"));
  command.flag("--no-engine", options->no_engine, text("quote, start no model", "只摘录，不启动模型"));
  command.flag("--items", options->items, text("list every question with its answer", "逐题列出问题和回答"));
  command.example("cvp eval answers questions.jsonl --items", text("with every answer", "连同每个回答"));
  return [options](App& app) { return answers(app, *options); };
}

RunVerb declare_calibrate(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Fits, on your own questions and documents, when an answer is refused, and keeps it for the chat "
           "model in use. "
           "Needs some dozens of questions whose passages are known.",
           "用你自己的问题和文档校准何时拒答，并为当前对话模型保存结果。需要几十个已知出处的问题。"));
  common(command, *options, Questions::optional);
  command.fraction("--false-refusals", options->false_refusals, 0, 0.5,
                   text("share of answerable questions that may be refused", "允许误拒的比例"));
  command.flag("--no-engine", options->no_engine,
               text("for quoting without a model", "为不用模型的摘录模式校准"));
  command.flag("--dry-run", options->dry_run, text("print, do not keep", "只输出，不保存"));
  command.flag("--reset", options->reset,
               text("drop what was fitted: back to the shipped calibration", "放弃校准结果，恢复自带的校准"));
  command.example("cvp eval calibrate questions.jsonl", text("at most 5 % false refusals", "误拒不超过 5%"));
  command.example("cvp eval calibrate --reset", text("undo it", "撤销校准"));
  return [options](App& app) { return calibrate(app, *options); };
}

}  // namespace

std::vector<Verb> eval_verbs() {
  return {{.name = "eval retrieval",
           .summary = text("measure search on questions", "评测检索效果"),
           .declare = declare_retrieval,
           .uses_home = true},
          {.name = "eval answers",
           .summary = text("measure answers on questions", "评测回答效果"),
           .declare = declare_answers,
           .uses_home = true},
          {.name = "eval calibrate",
           .summary = text("fit when to refuse", "校准何时拒答"),
           .declare = declare_calibrate,
           .uses_home = true}};
}

}  // namespace cvp::cli
