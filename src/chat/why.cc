#include "chat/why.h"

#include <algorithm>

#include "base/columns.h"
#include "base/limits.h"

namespace cvp::chat {
namespace {

using Collections = std::vector<store::CollectionId>;

constexpr size_t kReadFirst = 20;  // documents that are likely to hold the passage, by its words

/// What is searched. Empty (all) only where anything may be looked in.
Result<Collections> searched(const WhyOptions& options) {
  if (options.ask.collections.empty()) return options.may_look_in;
  for (const store::CollectionId id : options.ask.collections) {
    if (!options.may_look_in.empty() &&
        std::ranges::find(options.may_look_in, id) == options.may_look_in.end())
      return fail(Errc::not_found, text("there is no collection {}", "没有编号为 {} 的文档集", id));
  }
  return options.ask.collections;
}

/// Where the passage stands in these collections, and the chunk that is nearest to it by words.
Result<Whereabouts> look_in(const Parts& parts, const std::string& passage, const Collections& collections,
                            const CancelToken& cancel) {
  const vector::SearchOptions by_words{
      .k = kReadFirst, .mode = vector::Mode::text, .collections = collections};
  const auto near = TRY(parts.index.search(passage, by_words, nullptr, cancel));
  std::vector<store::ChunkId> ids;
  for (const vector::Hit& hit : near.hits) ids.push_back(hit.chunk);
  std::vector<store::Chunk> chunks = TRY(parts.store.chunks(ids));
  std::vector<store::DocumentId> first;
  for (const store::Chunk& chunk : chunks) first.push_back(chunk.document);
  Whereabouts out;
  out.located = TRY(locate_passage(parts.store, passage, collections, first, cancel));
  if (out.located) {
    if (!out.located->chunks.empty()) out.chunk = out.located->chunks.front();
  } else if (!chunks.empty()) {
    out.chunk = std::move(chunks.front());
  }
  return out;
}

Result<Whereabouts> find_passage(const Parts& parts, const std::string& passage, const WhyOptions& options,
                                 const Collections& collections, const CancelToken& cancel) {
  Whereabouts out = TRY(look_in(parts, passage, collections, cancel));
  if (out.located || options.ask.collections.empty()) return out;
  Whereabouts anywhere = TRY(look_in(parts, passage, options.may_look_in, cancel));
  if (!anywhere.located) return out;
  return Whereabouts{.elsewhere = std::move(anywhere.located)};
}

Result<WhyTrace> follow(const Parts& parts, const std::string& question, const store::Chunk& chunk,
                        const WhyOptions& options, const AskOptions& ask, const Events& events,
                        const CancelToken& cancel) {
  const vector::SearchOptions search{
      .k = limits::kSearchResults, .dense_weight = ask.dense_weight, .collections = ask.collections};
  WhyTrace out{.has_embedder = parts.embedder != nullptr,
               .why_no_embedder = options.why_no_embedder,
               .why_not_asked = options.why_not_asked,
               .retrieve = ask.retrieve,
               .read_limit = ask.read_limit};
  out.explanation = TRY(parts.index.explain(question, chunk.id, search, parts.embedder, cancel));
  const auto result = TRY(parts.index.search(question, search, parts.embedder, cancel));
  const auto hit = std::ranges::find(result.hits, chunk.id, &vector::Hit::chunk);
  if (hit != result.hits.end()) out.fused_rank = static_cast<uint32_t>(hit - result.hits.begin() + 1);
  if (out.fused_rank == 0 || out.fused_rank > ask.retrieve) return out;
  if (parts.generator == nullptr || ask.mode == ReadMode::extract) return out;
  const Answer answer = TRY(Answerer(parts).ask(question, {}, ask, events, cancel));
  out.asked = true;
  out.outcome = answer.outcome;
  out.threshold = ask.refuse_below >= 0 ? ask.refuse_below : parts.calibration.of(answer.lang).read.threshold;
  const auto considered = std::ranges::find(answer.considered, chunk.id, &Considered::chunk);
  if (considered != answer.considered.end()) out.considered = *considered;
  return out;
}

}  // namespace

Result<WhyReport> why(const Parts& parts, const std::string& question, const std::string& passage,
                      const WhyOptions& options, const std::function<void(const Text& stage)>& on_stage,
                      const CancelToken& cancel) {
  if (one_line(question).empty() || one_line(passage).empty())
    return fail(Errc::usage, text("the question or the passage is empty", "问题或段落是空的"),
                text("give the question as it was asked, and words of the passage",
                     "请写出当时的问题，以及段落中的文字"));
  AskOptions ask = options.ask;
  ask.collections = TRY(searched(options));
  if (on_stage) on_stage(text("looking for the passage …", "正在查找该段落……"));
  const Whereabouts where = TRY(find_passage(parts, passage, options, ask.collections, cancel));
  WhyReport out{.chunk = where.chunk ? where.chunk->id : 0, .stages = place_stages(where)};
  if (where.chunk) {
    const WhyTrace trace =
        TRY(follow(parts, question, *where.chunk, options, ask, {.on_stage = on_stage}, cancel));
    std::ranges::move(trace_stages(trace), std::back_inserter(out.stages));
  }
  out.found = comes_through(out.stages);
  return out;
}

}  // namespace cvp::chat
