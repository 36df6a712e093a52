#include <boost/json/array.hpp>

#include "cli/screen_text.h"
#include "cli/snippet.h"
#include "cli/verb.h"
#include "cli/words.h"

namespace cvp::cli {
namespace {

struct Options {
  std::vector<std::string> words, collections;
  std::string mode = "hybrid";
  int64_t k = 0;
};

struct Found {
  vector::SearchResult result;
  std::vector<store::Chunk> chunks;  // as result.hits, without those removed meanwhile
};

boost::json::object hit_json(const vector::Hit& hit, const store::Chunk& chunk, size_t rank) {
  return {{"rank", rank},
          {"chunk", hit.chunk},
          {"document", chunk.document},
          {"title", chunk.title},
          {"uri", chunk.uri},
          {"page", chunk.where.page_first},
          {"heading", chunk.where.heading},
          {"span", {chunk.where.span.begin, chunk.where.span.end}},
          {"score", hit.score},
          {"text_score", hit.text_score},
          {"text_rank", hit.text_rank},
          {"dense_score", hit.dense_score},
          {"dense_rank", hit.dense_rank},
          {"text", chunk.text}};
}

void show_json(App& app, const std::string& query, const Options& options, const Found& found) {
  boost::json::array hits;
  size_t rank = 0;
  for (const vector::Hit& hit : found.result.hits) {
    for (const store::Chunk& chunk : found.chunks) {
      if (chunk.id == hit.chunk) hits.push_back(hit_json(hit, chunk, ++rank));
    }
  }
  app.printer().json({{"query", query},
                      {"mode", options.mode},
                      {"dense_used", found.result.dense_used},
                      {"hits", std::move(hits)},
                      {"timings_ms",
                       {{"text", found.result.text_ms},
                        {"embed", found.result.embed_ms},
                        {"dense", found.result.dense_ms}}}});
}

void show_hit(Printer& printer, const std::string& query, const vector::Hit& hit, const store::Chunk& chunk,
              size_t rank) {
  const std::string name = one_line(printable(chunk.title.empty() ? chunk.uri : chunk.title));
  printer.line(verbatim(fmt::format("{:>2}  ", rank)) +
               place_text(printer.bold(name), chunk.title, chunk.where.page_first, chunk.where.heading) +
               verbatim("  " + printer.dim(fmt::format("{:.3f}", hit.score))));
  constexpr size_t kIndent = 4;
  const size_t width = std::max<size_t>(40, printer.max_columns() - kIndent);
  const Snippet snippet = make_snippet(chunk.text, query, 2 * width - 4);
  const std::string drawn =
      draw_snippet(snippet, [&](std::string_view match) { return printer.marked(match); });
  printer.line(verbatim(std::string(kIndent, ' ') + drawn));
  printer.line(verbatim(std::string(kIndent, ' ') + printer.dim(printable(chunk.uri))));
}

Result<int> search(App& app, const Options& options) {
  const std::string query = TRY(question_from(app, options.words, "search"));
  vector::SearchOptions how = app.search_options();
  if (options.k > 0) how.k = static_cast<size_t>(options.k);
  if (options.mode == "text") how.mode = vector::Mode::text;
  if (options.mode == "dense") how.mode = vector::Mode::dense;
  how.collections = TRY(app.collections(options.collections));
  vector::Index* index = TRY(app.index());
  model::Embedder* embedder = how.mode == vector::Mode::text ? nullptr : TRY(app.models().embedder());
  if (how.mode == vector::Mode::dense && embedder == nullptr) {
    const Text& why = app.models().why_no_embedder();
    return fail(Errc::unavailable, text("cannot search by vectors: {}", "无法按向量检索：{}", why));
  }
  if (how.mode == vector::Mode::hybrid && embedder == nullptr) {
    app.printer().note(
        text("searching by words only: {}", "仅按词语检索：{}", app.models().why_no_embedder()));
  }
  app.printer().status(text("searching …", "正在检索……"));
  Found found{.result = TRY(index->search(query, how, embedder, app.cancel())), .chunks = {}};
  std::vector<store::ChunkId> ids;
  for (const vector::Hit& hit : found.result.hits) ids.push_back(hit.chunk);
  found.chunks = TRY(TRY(app.store())->chunks(ids));
  if (app.printer().json_wanted()) {
    show_json(app, query, options, found);
    return found.chunks.empty() ? 3 : 0;
  }
  if (embedder != nullptr && !found.result.dense_used) {
    app.printer().note(
        text("searched by words only: the vectors are not ready (`cvp ls` shows how far they are)",
             "本次仅按词语检索：向量尚未就绪（进度见 `cvp ls`）"));
  }
  size_t rank = 0;
  for (const vector::Hit& hit : found.result.hits) {
    for (const store::Chunk& chunk : found.chunks) {
      if (chunk.id == hit.chunk) show_hit(app.printer(), query, hit, chunk, ++rank);
    }
  }
  if (rank > 0) return 0;
  if (!TRY(say_if_empty(app))) {
    app.printer().note(
        text("nothing found; `cvp ls` shows what there is", "没有找到；`cvp ls` 可查看已有文档"));
  }
  return 3;
}

RunVerb declare(Command& command) {
  auto options = std::make_shared<Options>();
  command.about(
      text("Finds passages by words and by meaning, best first. Exit status 3 when nothing matches.",
           "按词语和语义查找段落，最相关的在前。没有匹配时退出码为 3。"));
  command.arguments(text("QUERY", "检索词"), options->words,
                    text("words or a question; several are joined", "词语或问题；多个词会连成一句"), false);
  command.number("-n,-k", options->k, 1, 1000,
                 text("how many hits (default: search.k)", "结果数（默认取 search.k）"));
  command.choice("--mode", options->mode, {"hybrid", "text", "dense"},
                 text("by both, by words alone, or by vectors alone", "两者结合、仅按词语、仅按向量"));
  command.option("-c,--collection", options->collections, text("NAME", "名称"),
                 text("only these collections; may be repeated", "只查这些文档集，可重复"));
  command.example("cvp search \"PPR-9087\"", text("a code, wherever it stands", "查找一个编号出现的地方"));
  command.example("cvp search -k 3 --mode text 量化 显存",
                  text("the three best by words", "按词语取最相关的三条"));
  return [options](App& app) { return search(app, *options); };
}

}  // namespace

Verb search_verb() {
  return {
      .name = "search", .summary = text("find passages", "检索段落"), .declare = declare, .uses_home = true};
}

}  // namespace cvp::cli
