// Search, and why a passage was not found.
#include <algorithm>
#include <boost/json/array.hpp>

#include "base/limits.h"
#include "chat/why.h"
#include "serve/caller_now.h"
#include "serve/document_json.h"
#include "serve/later.h"
#include "serve/replies.h"
#include "serve/routes.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;

constexpr size_t kQuestionCharacters = limits::kQuestionBytes / 4;  // of any script
constexpr size_t kPassageCharacters = 2 * kQuestionCharacters;
constexpr int64_t kDefaultHits = 10, kMostHits = 100;
constexpr size_t kCollectionsAsked = 1000;

/// With the rights of now: a line may have been long.
Result<Caller> asker_now(const Backend& backend, const Caller& caller) {
  auto now = TRY(caller_now(backend.store.accounts(), backend.clock, caller));
  if (now) return std::move(*now);
  return fail(Errc::refused, text("you were signed out meanwhile", "你已退出登录"),
              text("sign in and try again", "请重新登录后再试"));
}

object hit_json(const vector::Hit& hit, const store::Chunk& chunk, size_t rank) {
  return {{"rank", rank},
          {"chunk", chunk.id},
          {"document", chunk.document},
          {"revision", chunk.revision},
          {"title", chunk.title},
          {"name", document_name(chunk.uri)},
          {"page", chunk.where.page_first},
          {"heading", chunk.where.heading},
          {"begin", chunk.where.context_begin},
          {"end", chunk.where.span.end},
          {"score", hit.score},
          {"text_score", hit.text_score},
          {"text_rank", hit.text_rank},
          {"dense_score", hit.dense_score},
          {"dense_rank", hit.dense_rank},
          {"text", chunk.text}};
}

/// Chunks stand in the order of the hits; those of documents removed meanwhile are missing.
array hits_json(const std::vector<vector::Hit>& hits, const std::vector<store::Chunk>& chunks) {
  array out;
  auto chunk = chunks.begin();
  for (const vector::Hit& hit : hits) {
    if (chunk == chunks.end() || chunk->id != hit.chunk) continue;
    out.push_back(hit_json(hit, *chunk++, out.size() + 1));
  }
  return out;
}

Result<net::Reply> find(const Backend& backend, const std::string& query,
                        const vector::SearchOptions& options, model::Embedder* embedder,
                        const CancelToken& cancel) {
  const vector::SearchResult found = TRY(backend.index.search(query, options, embedder, cancel));
  std::vector<store::ChunkId> ids;
  for (const vector::Hit& hit : found.hits) ids.push_back(hit.chunk);
  const std::vector<store::Chunk> chunks = TRY(backend.store.chunks(ids));
  return json_reply(object{
      {"dense_used", found.dense_used},
      {"hits", hits_json(found.hits, chunks)},
      {"timings_ms", {{"text", found.text_ms}, {"embed", found.embed_ms}, {"dense", found.dense_ms}}}});
}

Result<net::Reply> search(Backend& backend, const Call& call) {
  Fields fields(call.body);
  const std::string query = fields.text("query", limits::kQuestionBytes);
  const std::string mode = fields.choice("mode", {"hybrid", "text", "dense"}, "hybrid");
  const int64_t k = fields.integer("k", kDefaultHits, 1, kMostHits);
  const std::vector<store::CollectionId> asked = fields.ids("collections", kCollectionsAsked);
  TRY(fields.finish());
  TRY(check_length("query", query, 1, kQuestionCharacters));
  vector::SearchOptions options = backend.host.search_options();
  options.k = static_cast<size_t>(k);
  options.mode = mode == "text"    ? vector::Mode::text
                 : mode == "dense" ? vector::Mode::dense
                                   : vector::Mode::hybrid;
  options.collections = TRY(readable_collections(call.caller, asked));
  const auto embedder = options.mode != vector::Mode::text ? backend.host.embedder() : nullptr;
  if (embedder == nullptr && options.mode == vector::Mode::dense)
    return fail(Errc::unavailable, text("cannot search by meaning alone: {}", "无法仅按语义检索：{}",
                                        backend.host.why_no_embedder()));
  if (embedder == nullptr) return find(backend, query, options, nullptr, {});
  return later_or_refusal(backend.retrieval, backend.live, call,
                          [&backend, caller = call.caller, query, options, asked,
                           embedder](const CancelToken& cancel) mutable -> Result<net::Reply> {
                            const Caller now = TRY(asker_now(backend, caller));
                            options.collections = TRY(readable_collections(now, asked));
                            return find(backend, query, options, embedder.get(), cancel);
                          });
}

object stage_json(const chat::WhyStage& stage, Lang lang) {
  return {{"stage", stage.name},
          {"title", stage.title.in(lang)},
          {"state", chat::state_name(stage.state)},
          {"text", stage.detail.in(lang)},
          {"remedy", stage.remedy.in(lang)}};
}

struct WhyRequest {
  std::string question, passage;
  std::vector<store::CollectionId> collections;
};

Result<WhyRequest> read_why(const Call& call) {
  Fields fields(call.body);
  WhyRequest out{.question = fields.text("question", 4 * kQuestionCharacters),
                 .passage = fields.text("passage", 4 * kPassageCharacters),
                 .collections = fields.ids("collections", kCollectionsAsked)};
  TRY(fields.finish());
  TRY(check_length("question", out.question, 1, kQuestionCharacters));
  TRY(check_length("passage", out.passage, 1, kPassageCharacters));
  TRY(readable_collections(call.caller, out.collections));
  return out;
}

Result<net::Reply> follow(Backend& backend, const Caller& caller, const WhyRequest& request, Lang lang,
                          const CancelToken& cancel) {
  const Caller now = TRY(asker_now(backend, caller));
  TRY(readable_collections(now, request.collections));
  const auto generator = backend.host.generator();
  const auto embedder = backend.host.embedder();
  chat::WhyOptions options{.ask = backend.host.ask_options(""),
                           .may_look_in = TRY(readable_collections(now, {})),
                           .why_no_embedder = backend.host.why_no_embedder(),
                           .why_not_asked = backend.host.why_no_generator()};
  options.ask.collections = request.collections;
  const std::string model = generator != nullptr ? generator->identity().name : "";
  const chat::Parts parts{.store = backend.store,
                          .index = backend.index,
                          .prompts = backend.prompts,
                          .clock = backend.clock,
                          .embedder = embedder.get(),
                          .generator = generator.get(),
                          .calibration = TRY(backend.host.calibration(model))};
  const chat::WhyReport report =
      TRY(chat::why(parts, request.question, request.passage, options, {}, cancel));
  // It may have taken a model's time: what was withdrawn meanwhile is not told.
  const Caller after = TRY(asker_now(backend, caller));
  for (const store::CollectionRight& had : now.rights)
    TRY(need_right(after, had.collection, store::Right::read));
  array stages;
  for (const chat::WhyStage& stage : report.stages) stages.push_back(stage_json(stage, lang));
  return json_reply(object{{"found", report.found}, {"stages", std::move(stages)}});
}

Result<net::Reply> why(Backend& backend, const Call& call) {
  WhyRequest request = TRY(read_why(call));
  return later_or_refusal(
      backend.generation, backend.live, call,
      [&backend, caller = call.caller, lang = call.lang, request = std::move(request)](
          const CancelToken& cancel) { return follow(backend, caller, request, lang, cancel); });
}

}  // namespace

std::vector<Route> search_routes(Backend& backend) {
  return {{.method = "POST",
           .pattern = "/api/search",
           .need = Need::account,
           .scope = Scope::search,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Find passages by words and by meaning, best first",
                           "按词语和语义查找段落，最相关的在前"),
           .takes = "SearchRequest",
           .gives = "SearchReply",
           .run = [&backend](Call& call) { return search(backend, call); }},
          {.method = "POST",
           .pattern = "/api/why",
           .need = Need::account,
           .scope = Scope::ask,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Follow a passage that should have been found, and say where it is lost",
                           "追踪一段本该找到的内容，指出它在哪一步丢失"),
           .takes = "WhyRequest",
           .gives = "WhyReply",
           .run = [&backend](Call& call) { return why(backend, call); }}};
}

}  // namespace cvp::serve
