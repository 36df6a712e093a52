#include "serve/mcp_runs.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/columns.h"
#include "base/log.h"
#include "serve/answer_json.h"
#include "serve/caller_now.h"
#include "serve/cited_text.h"
#include "serve/document_json.h"
#include "serve/model_names.h"
#include "serve/text_length.h"
#include "serve/upload_name.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;

constexpr size_t kQuestionCharacters = 4096, kCollections = 100, kNameCharactersOfText = 256;
constexpr size_t kCollectionBytes = 256, kShownColumns = 120;
constexpr int64_t kDefaultHits = 10, kMostHits = 50;
constexpr int64_t kDefaultRead = 8 << 10, kMostRead = 64 << 10;
constexpr uint64_t kLongestCharacter = 4;
constexpr size_t kListed = 100;

Error signed_out() {
  return {Errc::refused, text("you were signed out meanwhile", "你已退出登录"),
          text("sign in and try again", "请重新登录后再试")};
}

/// Titles and names are foreign words, too.
std::string inline_words(std::string_view words) { return shorten(one_line(words), kShownColumns); }

std::string place(std::string_view title, uint32_t page, store::DocumentId document, uint32_t begin,
                  uint32_t end, Lang lang) {
  const Text where = page == 0 ? Text{} : text(", page {}", "，第 {} 页", page);
  return text("“{}”, document {}{}, bytes {} to {}", "《{}》，文档 {}{}，字节 {} 至 {}", inline_words(title),
              document, where, begin, end)
      .in(lang);
}

Result<std::vector<store::CollectionId>> ids_of(const Backend& backend, const Caller& caller,
                                                const std::vector<std::string>& names) {
  std::vector<store::CollectionId> out;
  for (const std::string& name : names) out.push_back(TRY(collection_named(backend, caller, name)));
  return out;
}

/// Of [begin, end), without what is cut at either end of a character. around: the text from begin on, and a
/// character more than to end. Moves begin.
std::string_view whole_characters(std::string_view around, uint64_t& begin, uint64_t end) {
  while (!around.empty() && (static_cast<unsigned char>(around.front()) & 0xC0) == 0x80) {
    around.remove_prefix(1);
    ++begin;
  }
  return utf8_prefix(around, end - std::min(begin, end));
}

ToolOutput hits_output(const std::vector<vector::Hit>& hits, const std::vector<store::Chunk>& chunks,
                       Lang lang) {
  ToolOutput out;
  array shown;
  auto chunk = chunks.begin();  // in the order of the hits; those of removed documents are missing
  for (const vector::Hit& hit : hits) {
    if (chunk == chunks.end() || chunk->id != hit.chunk) continue;
    const store::ChunkSpan& where = chunk->where;
    const std::string name = document_name(chunk->uri);
    shown.push_back(object{{"rank", shown.size() + 1},
                           {"document", chunk->document},
                           {"revision", chunk->revision},
                           {"chunk", chunk->id},
                           {"title", chunk->title},
                           {"name", name},
                           {"heading", where.heading},
                           {"page", where.page_first},
                           {"begin", where.context_begin},
                           {"end", where.span.end},
                           {"score", hit.score},
                           {"text", chunk->text}});
    out.text += fmt::format("{}. {}\n{}\n", shown.size(),
                            place(chunk->title.empty() ? name : chunk->title, where.page_first,
                                  chunk->document, where.context_begin, where.span.end, lang),
                            as_quote(chunk->text));
    ++chunk;
  }
  if (shown.empty()) out.text = text("nothing was found", "没有找到相关内容").in(lang);
  out.structured = {{"notice", quoted_notice().in(lang)}, {"hits", std::move(shown)}};
  return out;
}

ToolOutput answer_output(const chat::Answer& answer, Lang lang) {
  CitedText words(answer.lang);
  for (const chat::Sentence& sentence : answer.sentences) words.add(sentence);
  words.add_note(answer.note);
  ToolOutput out{.text = as_quote(words.text()), .structured = answer_json(answer, lang)};
  if (!answer.citations.empty()) {
    out.text += "\n" +
                (answer.outcome == chat::Outcome::refused ? text("The nearest passages:", "最接近的段落：")
                                                          : text("Cited:", "出处："))
                    .in(lang) +
                "\n";
  }
  for (const chat::Citation& one : answer.citations) {
    out.text += fmt::format("[{}] {}\n{}", one.number,
                            place(one.title.empty() ? document_name(one.uri) : one.title, one.page,
                                  one.document, one.span.begin, one.span.end, lang),
                            as_quote(one.quote));
  }
  out.structured["text"] = words.text();
  out.structured["notice"] = quoted_notice().in(lang);
  return out;
}

ToolOutput collections_output(const std::vector<store::Collection>& all, const Caller& caller, Lang lang) {
  ToolOutput out;
  array shown;
  for (const store::Collection& one : all) {
    const std::string_view right = right_name(caller.right(one.id));
    shown.push_back(object{{"name", one.name}, {"documents", one.documents}, {"right", right}});
    out.text +=
        fmt::format("{}: {}\n", one.name,
                    text("{} documents, right: {}", "{} 个文档，权限：{}", one.documents, right).in(lang));
  }
  if (shown.empty()) out.text = text("there is nothing you may read", "没有你可以阅读的文档集").in(lang);
  out.structured = {{"collections", std::move(shown)}};
  return out;
}

ToolOutput documents_output(std::vector<store::DocumentInfo> documents, Lang lang) {
  ToolOutput out;
  boost::json::value next;
  if (documents.size() > kListed) {
    documents.pop_back();
    next = documents.back().id;
  }
  array shown;
  for (const store::DocumentInfo& one : documents) {
    const std::string name = document_name(one.uri);
    shown.push_back(object{{"document", one.id},
                           {"name", name},
                           {"title", one.title},
                           {"pages", one.pages},
                           {"bytes", one.bytes},
                           {"added", one.added_unix}});
    out.text += text("document {}: “{}”, “{}”\n", "文档 {}：“{}”，《{}》\n", one.id, inline_words(name),
                     inline_words(one.title))
                    .in(lang);
  }
  if (shown.empty()) out.text = text("there are no documents in it", "其中没有文档").in(lang);
  if (!next.is_null())
    out.text += text("There are more: after = {}\n", "还有更多：after = {}\n", documents.back().id).in(lang);
  out.structured = {{"documents", std::move(shown)}, {"next", std::move(next)}};
  return out;
}

std::string_view outcome_name(ingest::FileOutcome::Kind kind) {
  if (kind == ingest::FileOutcome::Kind::added) return "added";
  return kind == ingest::FileOutcome::Kind::updated ? "updated" : "unchanged";
}

}  // namespace

McpRuns::McpRuns(Backend& backend)
    : backend_(backend), adding_({.at_once = 1, .waiting = 32, .per_user = 8}) {}

void McpRuns::run(McpTool::Kind kind, const McpCall& call, const object& arguments, Done done) {
  const auto start = [&]() -> Result<void> {
    switch (kind) {
      case McpTool::Kind::search:
        return push(backend_.retrieval, call, TRY(search(call, arguments)), done);
      case McpTool::Kind::read:
        return push(backend_.retrieval, call, TRY(read(call, arguments)), done);
      case McpTool::Kind::list:
        return push(backend_.retrieval, call, TRY(list(call, arguments)), done);
      case McpTool::Kind::add:
        return push(adding_, call, TRY(add(call, arguments)), done);
      case McpTool::Kind::ask:
        break;
    }
    return ask(call, arguments, done);
  };
  if (const auto started = start(); !started) done(std::unexpected(started.error()));
}

Result<void> McpRuns::push(WorkQueue& queue, const McpCall& call, Work work, const Done& done) {
  const Caller& caller = call.origin.caller;
  const auto ticket =
      std::make_shared<LiveCalls::Ticket>(backend_.live.begin({.user = caller.user.id,
                                                               .key = caller.key,
                                                               .session_hash = caller.session_hash,
                                                               .cancel = call.cancel}));
  // Not `this`: the queue may outlive it.
  const auto run = [&backend = backend_, caller, work = std::move(work),
                    cancel = call.cancel]() -> Result<ToolOutput> {
    if (cancel.cancelled()) return fail_cancelled();
    const auto now = TRY(caller_now(backend.store.accounts(), backend.clock, caller));
    if (!now) return std::unexpected(signed_out());
    return work(*now);
  };
  return queue.push({.user = caller.user.id,
                     .cancel = call.cancel,
                     .on_position = {},
                     .run = [run, done, ticket] { done(run()); },
                     .dropped = [done, ticket] { done(fail_cancelled()); }});
}

Result<McpRuns::Work> McpRuns::search(const McpCall& call, const object& arguments) {
  Fields fields(arguments);
  const std::string query = fields.text("query", 4 * kQuestionCharacters);
  const auto names = fields.texts("collections", kCollections, kCollectionBytes);
  const int64_t k = fields.integer("k", kDefaultHits, 1, kMostHits);
  TRY(fields.finish());
  TRY(check_length("query", query, 1, kQuestionCharacters));
  return [&backend = backend_, query, names, k, lang = call.lang,
          cancel = call.cancel](const Caller& now) -> Result<ToolOutput> {
    vector::SearchOptions options = backend.host.search_options();
    options.k = static_cast<size_t>(k);
    options.collections = TRY(readable_collections(now, TRY(ids_of(backend, now, names))));
    const auto embedder = backend.host.embedder();
    const vector::SearchResult found = TRY(backend.index.search(query, options, embedder.get(), cancel));
    std::vector<store::ChunkId> ids;
    for (const vector::Hit& hit : found.hits) ids.push_back(hit.chunk);
    return hits_output(found.hits, TRY(backend.store.chunks(ids)), lang);
  };
}

Result<McpRuns::Work> McpRuns::read(const McpCall& call, const object& arguments) {
  Fields fields(arguments);
  const int64_t id = fields.integer("document", 0, 1, INT64_MAX);
  const int64_t begin = fields.integer("begin", 0, 0, UINT32_MAX);
  const int64_t end = fields.integer("end", begin + kDefaultRead, 0, UINT32_MAX + kDefaultRead);
  TRY(fields.finish());
  if (id == 0) return fail(Errc::usage, text("“document” is missing", "缺少“document”"));
  return [&backend = backend_, id, begin, end, lang = call.lang](const Caller& now) -> Result<ToolOutput> {
    const store::DocumentInfo document = TRY(document_for(backend, now, id, store::Right::read));
    const uint64_t size = TRY(backend.store.text_size(document.revision));
    uint64_t first = std::min<uint64_t>(static_cast<uint64_t>(begin), size);
    const uint64_t last =
        std::clamp<uint64_t>(static_cast<uint64_t>(end), first, std::min<uint64_t>(size, first + kMostRead));
    const auto to = static_cast<uint32_t>(std::min(size, last + kLongestCharacter));
    const std::string around = TRY(backend.store.text(document.revision, {static_cast<uint32_t>(first), to}));
    const std::string_view words = whole_characters(around, first, last);
    const std::string name = document_name(document.uri);
    const auto shown_end = static_cast<uint32_t>(first + words.size());
    ToolOutput out;
    out.text = text("{} of {}\n", "{}（共 {} 字节）\n",
                    place(document.title.empty() ? name : document.title, 0, id, static_cast<uint32_t>(first),
                          shown_end, lang),
                    size)
                   .in(lang) +
               as_quote(words);
    out.structured = {{"notice", quoted_notice().in(lang)},
                      {"document", id},
                      {"revision", document.revision},
                      {"title", document.title},
                      {"name", name},
                      {"begin", first},
                      {"end", shown_end},
                      {"size", size},
                      {"text", words}};
    return out;
  };
}

Result<McpRuns::Work> McpRuns::list(const McpCall& call, const object& arguments) {
  Fields fields(arguments);
  const auto name = fields.maybe_text("collection", kCollectionBytes);
  const int64_t after = fields.integer("after", 0, 1, INT64_MAX);
  TRY(fields.finish());
  return [&backend = backend_, name, after, lang = call.lang](const Caller& now) -> Result<ToolOutput> {
    if (!name) return collections_output(TRY(seen_collections(backend, now)), now, lang);
    store::Store::DocumentPage page{.collection = TRY(collection_named(backend, now, *name)),
                                    .limit = kListed + 1};
    if (after != 0) page.before = TRY(document_for(backend, now, after, store::Right::read)).revision;
    return documents_output(TRY(backend.store.documents_page(page)), lang);
  };
}

Result<McpRuns::Work> McpRuns::add(const McpCall& call, const object& arguments) {
  Fields fields(arguments);
  const std::string collection = fields.text("collection", kCollectionBytes);
  const std::string asked_name = fields.text("name", 4 * kNameCharactersOfText);
  const std::string words = fields.text("text", kJsonBytes);
  TRY(fields.finish());
  TRY(check_length("name", asked_name, 1, kNameCharactersOfText));
  const std::string name = TRY(clean_upload_name(asked_name));
  if (call.origin.caller.user.role < store::Role::editor)
    return fail(Errc::refused, text("your account may read, but not add", "你的账号只能阅读，不能添加文档"),
                text("ask an administrator", "请联系管理员"));
  return [&backend = backend_, collection, name, words, origin = call.origin,
          cancel = call.cancel](const Caller& now) -> Result<ToolOutput> {
    const store::CollectionId into = TRY(collection_named(backend, now, collection));
    const auto outcome = add_document(backend, origin, into, name, words, cancel);
    if (!outcome) return std::unexpected(shown_add_error(backend, outcome.error(), name));
    const std::string_view how = outcome_name(outcome->kind);
    return ToolOutput{
        .text = fmt::format("{}: {} (document {})", how, name, outcome->document),
        .structured = {
            {"outcome", how}, {"document", outcome->document}, {"name", name}, {"chunks", outcome->chunks}}};
  };
}

Result<void> McpRuns::ask(const McpCall& call, const object& arguments, const Done& done) {
  Fields fields(arguments);
  Asked asked{.question = fields.text("question", 4 * kQuestionCharacters)};
  const auto names = fields.texts("collections", kCollections, kCollectionBytes);
  TRY(fields.finish());
  TRY(check_length("question", asked.question, 1, kQuestionCharacters));
  asked.collections = TRY(ids_of(backend_, call.origin.caller, names));
  return serve::ask(backend_, call.origin.caller, std::move(asked),
                    {.on_position = {},
                     .events = {},
                     .finished =
                         [done, lang = call.lang](const Result<chat::Answer>& answer) {
                           if (!answer) return done(std::unexpected(answer.error()));
                           done(answer_output(*answer, lang));
                         }},
                    call.cancel);
}

}  // namespace cvp::serve
