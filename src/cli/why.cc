#include <boost/json/array.hpp>

#include "base/limits.h"
#include "cli/answer_view.h"
#include "cli/locate.h"
#include "cli/screen_text.h"
#include "cli/verb.h"
#include "cli/why_stages.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

constexpr size_t kPassageColumns = 160;

struct Options {
  std::string question, passage;
  std::vector<std::string> collections;
  bool no_engine = false;
};

/// The passage's chunk: where the text stands, or the nearest one by words.
struct Target {
  std::optional<Located> located;
  std::optional<store::Chunk> chunk;
  std::optional<Located> elsewhere;  // in a collection that was not asked
};

Result<Target> find_target(App& app, const std::string& passage,
                           const std::vector<store::CollectionId>& collections) {
  Target target;
  store::Store* store = TRY(app.store());
  app.printer().status(text("looking for the passage …", "正在查找该段落……"));
  target.located = TRY(locate_passage(*store, passage, collections, app.cancel()));
  if (target.located) {
    if (!target.located->chunks.empty()) target.chunk = target.located->chunks.front();
    return target;
  }
  if (!collections.empty()) target.elsewhere = TRY(locate_passage(*store, passage, {}, app.cancel()));
  if (target.elsewhere) return target;
  const auto nearest =
      TRY(TRY(app.index())
              ->search(passage, {.k = 1, .mode = vector::Mode::text, .collections = collections}, nullptr,
                       app.cancel()));
  if (nearest.hits.empty()) return target;
  const store::ChunkId id = nearest.hits.front().chunk;
  auto chunks = TRY(store->chunks(std::span(&id, 1)));
  if (!chunks.empty()) target.chunk = std::move(chunks.front());
  return target;
}

Stage parsed_stage(const Target& target) {
  Stage stage{.name = "parsed", .title = text("in a document", "在文档中"), .detail = {}, .remedy = {}};
  if (target.located) {
    const Located& l = *target.located;
    stage.detail =
        text("{}, bytes {} to {}", "{}，第 {} 到 {} 字节", l.document.uri, l.span.begin, l.span.end);
    if (l.page > 0) stage.detail = stage.detail + text(", page {}", "，第 {} 页", l.page);
    return stage;
  }
  if (target.elsewhere) {
    const store::DocumentInfo& document = target.elsewhere->document;
    stage.state = Stage::State::lost;
    stage.detail =
        text("{} has it, but in the collection “{}”, which was not asked",
             "{} 中有这段原文，但它属于文档集“{}”，不在查询范围内", document.uri, document.collection_name);
    stage.remedy = text("leave --collection out, or name that one", "去掉 --collection，或改为该文档集");
    return stage;
  }
  stage.state = target.chunk ? Stage::State::weak : Stage::State::lost;
  stage.detail =
      target.chunk ? text("no document has this text as it stands; the nearest passage is in {}",
                          "没有文档包含这段原文；最接近的段落在 {} 中", target.chunk->uri)
                   : text("no document has this text or anything like it", "没有文档包含这段文字或类似内容");
  stage.remedy =
      text("is the document there, and was it read well? `cvp ls -l` shows what was noted while reading",
           "文档是否已添加、读取是否正常？`cvp ls -l` 可查看读取时的说明");
  return stage;
}

Stage chunked_stage(const Target& target) {
  Stage stage{.name = "chunked", .title = text("in a passage", "在段落中"), .detail = {}, .remedy = {}};
  if (!target.chunk) {
    stage.state = Stage::State::lost;
    stage.detail = text("no passage of the index holds it", "索引中没有段落包含它");
    stage.remedy = text("add the document again", "请重新添加该文档");
    return stage;
  }
  stage.detail = text("passage {} of “{}”: {}", "“{1}”的第 {0} 段：{2}", target.chunk->ordinal + 1,
                      target.chunk->title.empty() ? target.chunk->uri : target.chunk->title,
                      shorten(one_line(target.chunk->text), kPassageColumns));
  if (target.located && target.located->chunks.size() > 1) {
    stage.state = Stage::State::weak;
    stage.detail = stage.detail + text("; it is cut over {} passages", "；它被分在 {} 个段落里",
                                       target.located->chunks.size());
    stage.remedy = text("longer passages (--set ingest.chunk_tokens), then add the document again",
                        "可调大 --set ingest.chunk_tokens 后重新添加该文档");
  }
  return stage;
}

Result<Trace> trace(App& app, const Options& options, const store::Chunk& chunk) {
  chat::AskOptions how = app.ask_options("");
  how.collections = TRY(app.collections(options.collections));
  Asking asking = TRY(open_asking(app, !options.no_engine, how));
  vector::SearchOptions search = app.search_options();
  search.k = limits::kSearchResults;
  search.collections = how.collections;
  Trace out{.explanation = {},
            .has_embedder = asking.embedder != nullptr,
            .why_no_embedder = app.models().why_no_embedder(),
            .why_not_asked = options.no_engine ? Text{} : app.models().why_no_generator(),
            .retrieve = how.retrieve,
            .read_limit = how.read_limit};
  if (options.no_engine) out.why_no_embedder = text("no model was asked", "没有询问模型");
  vector::Index* index = TRY(app.index());
  out.explanation = TRY(index->explain(options.question, chunk.id, search, asking.embedder, app.cancel()));
  const auto result = TRY(index->search(options.question, search, asking.embedder, app.cancel()));
  for (size_t i = 0; i < result.hits.size(); ++i) {
    if (result.hits[i].chunk == chunk.id) out.fused_rank = static_cast<uint32_t>(i + 1);
  }
  if (out.fused_rank == 0 || out.fused_rank > how.retrieve || asking.generator == nullptr) return out;
  const chat::Events events{.on_stage = [&](const Text& stage) { app.printer().status(stage); }};
  const chat::Answer answer = TRY(asking.answerer->ask(options.question, {}, how, events, app.cancel()));
  out.asked = true;
  out.outcome = answer.outcome;
  const chat::Calibration calibration = TRY(app.calibration(asking.generator->identity().name));
  out.threshold = how.refuse_below >= 0 ? how.refuse_below : calibration.of(answer.lang).read.threshold;
  for (const chat::Considered& considered : answer.considered) {
    if (considered.chunk == chunk.id) out.considered = considered;
  }
  return out;
}

std::string_view state_name(Stage::State state) {
  switch (state) {
    case Stage::State::passed:
      return "passed";
    case Stage::State::weak:
      return "weak";
    case Stage::State::lost:
      return "lost";
    case Stage::State::skipped:
      return "skipped";
  }
  return "lost";
}

void show(App& app, const Options& options, const std::vector<Stage>& stages, store::ChunkId chunk) {
  Printer& printer = app.printer();
  printer.clear_status();
  boost::json::array list;
  for (const Stage& stage : stages) {
    std::string mark = printer.good("✓");
    if (stage.state == Stage::State::weak) mark = printer.marked("!");
    if (stage.state == Stage::State::lost) mark = printer.bad("✗");
    if (stage.state == Stage::State::skipped) mark = printer.dim("·");
    printer.line(verbatim(mark + " ") +
                 Text{printer.bold(pad(stage.title.en, 18)), printer.bold(pad(stage.title.zh, 12))} +
                 verbatim(" ") + Text{printable(stage.detail.en), printable(stage.detail.zh)});
    if (!stage.remedy.empty()) printer.line(verbatim("    → ") + stage.remedy);
    list.push_back(boost::json::object{{"stage", stage.name},
                                       {"state", state_name(stage.state)},
                                       {"detail", stage.detail.in(app.lang())},
                                       {"remedy", stage.remedy.in(app.lang())}});
  }
  if (printer.json_wanted()) {
    printer.json({{"question", options.question},
                  {"passage", options.passage},
                  {"chunk", chunk},
                  {"stages", std::move(list)}});
  }
}

Result<int> why(App& app, const Options& options) {
  if (one_line(options.question).empty() || one_line(options.passage).empty()) {
    return fail(Errc::usage, text("the question or the passage is empty", "问题或段落是空的"),
                text("write both in quotes: cvp why \"QUESTION\" \"words of the passage\"",
                     "请把两者都写上并加引号：cvp why \"问题\" \"段落中的文字\""));
  }
  const Target target = TRY(find_target(app, options.passage, TRY(app.collections(options.collections))));
  std::vector<Stage> stages = {parsed_stage(target)};
  if (target.located || target.chunk) stages.push_back(chunked_stage(target));
  if (target.chunk) {
    for (Stage& stage : trace_stages(TRY(trace(app, options, *target.chunk))))
      stages.push_back(std::move(stage));
  }
  show(app, options, stages, target.chunk ? target.chunk->id : 0);
  if (!target.chunk) TRY(say_if_empty(app));
  for (const Stage& stage : stages) {
    const bool one_side = stage.name == "full_text" || stage.name == "dense";
    if (stage.state == Stage::State::lost && !one_side) return 3;
  }
  return 0;
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
          .declare = declare};
}

}  // namespace cvp::cli
