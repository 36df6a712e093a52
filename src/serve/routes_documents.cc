// Documents: listed, added, looked at, removed and had back.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "base/limits.h"
#include "base/unicode.h"
#include "serve/document_json.h"
#include "serve/replies.h"
#include "serve/routes.h"
#include "serve/routes_document_text.h"
#include "serve/undo_tokens.h"
#include "serve/upload_name.h"
#include "serve/uploads.h"

namespace cvp::serve {
namespace {

constexpr int64_t kPage = 50, kMostPage = 200;
constexpr int64_t kWordsBytes = 200;

bool has_words(std::string_view text, const std::string& folded_words) {
  return fold(text).find(folded_words) != std::string::npos;
}

class DocumentArea {
 public:
  explicit DocumentArea(Backend& backend) : backend_(backend), uploads_(backend) {}

  Result<net::Reply> list(const Call& call) {
    store::Store::DocumentPage page{.collection = TRY(call.id("id"))};
    TRY(need_right(call.caller, page.collection, store::Right::read));
    const auto limit = static_cast<size_t>(TRY(call.number("limit", kPage, 1, kMostPage)));
    page.before = TRY(call.number("after", 0, 1, INT64_MAX));
    page.limit = limit + 1;
    if (const std::string words = fold(call.query("q")); !words.empty()) {
      page.wanted = [words](std::string_view uri, std::string_view title) {
        return has_words(document_name(uri), words) || has_words(title, words);
      };
    }
    auto documents = TRY(backend_.store.documents_page(page));
    boost::json::value next;
    if (documents.size() > limit) {
      documents.pop_back();
      next = std::to_string(documents.back().revision);
    }
    return json_reply(boost::json::object{{"items", TRY(documents_json(backend_, documents, call.lang))},
                                          {"next", std::move(next)}});
  }

  Result<net::Reply> add(const Call& call) { return uploads_.take(call); }

  Result<net::Reply> show(const Call& call) {
    const store::DocumentId id = TRY(call.id("id"));
    const auto document = TRY(document_for(backend_, call.caller, id, store::Right::read));
    boost::json::object out = TRY(document_json(backend_, document, call.lang));
    boost::json::array revisions;
    for (const store::Store::Revision& one : TRY(backend_.store.revisions(id))) {
      revisions.push_back(boost::json::object{{"revision", one.id},
                                              {"number", one.number},
                                              {"added", one.added_unix},
                                              {"bytes", one.bytes},
                                              {"active", one.active}});
    }
    out["revisions"] = std::move(revisions);
    return json_reply(std::move(out));
  }

  Result<net::Reply> remove(const Call& call) {
    const store::DocumentId id = TRY(call.id("id"));
    const auto document = TRY(document_for(backend_, call.caller, id, store::Right::write));
    const UndoTokens::Deletion deletion{
        .document = id,
        .collection = document.collection,
        .until_unix = backend_.clock.unix_seconds() + backend_.options.undo_seconds};
    TRY(backend_.store.trash_document(id));
    TRY(changed(call, "document.delete", document));
    return json_reply(boost::json::object{{"undo", undo_.token(deletion)}, {"until", deletion.until_unix}});
  }

  Result<net::Reply> restore(const Call& call) {
    const store::DocumentId id = TRY(call.id("id"));
    Fields fields(call.body);
    const std::string token = fields.text("undo", UndoTokens::kMostBytes);
    TRY(fields.finish());
    const auto deletion = undo_.read(token, id);
    if (!deletion || deletion->until_unix < backend_.clock.unix_seconds() ||
        call.caller.right(deletion->collection) == store::Right::none)
      return fail_gone(id);
    TRY(need_right(call.caller, deletion->collection, store::Right::write));
    const auto restored = backend_.store.restore_document(id);
    if (!restored && restored.error().code != Errc::not_found) return std::unexpected(restored.error());
    const auto document = backend_.store.document(id);
    if (!document && document.error().code != Errc::not_found) return std::unexpected(document.error());
    if (!document) return fail_gone(id);
    // It may be there already: undone twice, or added again.
    if (restored) TRY(changed(call, "document.restore", *document));
    return json_reply(TRY(document_json(backend_, *document, call.lang)));
  }

 private:
  static std::unexpected<Error> fail_gone(store::DocumentId id) {
    return fail(Errc::not_found, text("document {} cannot be had back", "无法恢复文档 {}", id),
                text("the time to undo is over, or it was not removed with this page: add the file again",
                     "撤销时限已过，或该文档不是在此处删除的：请重新添加文件"));
  }

  Result<void> changed(const Call& call, std::string_view action, const store::DocumentInfo& document) {
    backend_.upkeep.wake();
    TRY(backend_.audit(call, action, document_name(document.uri)));
    backend_.events.collections_changed();
    return {};
  }

  Backend& backend_;
  const UndoTokens undo_;
  Uploads uploads_;
};

Route list_route(const std::shared_ptr<DocumentArea>& area) {
  return {
      .method = "GET",
      .pattern = "/api/collections/{id}/documents",
      .query = {{.name = "q",
                 .kind = Parameter::Kind::text,
                 .most = kWordsBytes,
                 .about = text("a part of the name or title", "名称或标题的一部分")},
                number_parameter("after", 1, INT64_MAX,
                                 text("`next` of the page before", "上一页返回的 `next`")),
                number_parameter("limit", 1, kMostPage, text("at most so many", "最多返回的数量"))},
      .summary = text("The documents of a collection, last changed first", "文档集中的文档，最近更改的在前"),
      .gives = "Documents",
      .run = [area](Call& call) { return area->list(call); }};
}

Route upload_route(const std::shared_ptr<DocumentArea>& area, uint64_t limit_bytes) {
  return {.method = "POST",
          .pattern = "/api/collections/{id}/documents",
          .need = Need::editor,
          .scope = Scope::write,
          .body = {Body::Kind::file, limit_bytes},
          .query = {{.name = "name",
                     .kind = Parameter::Kind::text,
                     .least = 1,
                     .most = kUploadNameBytes,
                     .needed = true,
                     .about = text("the file's name, which may have folders: a/b.pdf",
                                   "文件名，可带文件夹，如 a/b.pdf")}},
          .summary = text("Adds a file; under the name of a document it becomes its new revision",
                          "添加文件；与已有文档同名时成为其新版本"),
          .gives = "Uploaded",
          .gives_status = 201,
          .run = [area](Call& call) { return area->add(call); }};
}

}  // namespace

std::vector<Route> document_routes(Backend& backend) {
  const auto area = std::make_shared<DocumentArea>(backend);
  const uint64_t limit = std::min(backend.options.max_upload_bytes, limits::kDocumentBytes);
  std::vector<Route> out = {
      list_route(area),
      upload_route(area, limit),
      {.method = "GET",
       .pattern = "/api/documents/{id}",
       .summary = text("A document and its revisions", "文档及其各个版本"),
       .gives = "DocumentDetails",
       .run = [area](Call& call) { return area->show(call); }},
      {.method = "DELETE",
       .pattern = "/api/documents/{id}",
       .need = Need::editor,
       .scope = Scope::write,
       .summary = text("Removes a document from every answer at once; for a while it can be had back",
                       "立即从所有回答中移除文档；在一段时间内可以恢复"),
       .gives = "Undo",
       .run = [area](Call& call) { return area->remove(call); }},
      {.method = "POST",
       .pattern = "/api/documents/{id}/restore",
       .need = Need::editor,
       .scope = Scope::write,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Has a removed document back", "恢复已移除的文档"),
       .takes = "Restore",
       .gives = "Document",
       .run = [area](Call& call) { return area->restore(call); }},
  };
  for (Route& route : document_text_routes(backend)) out.push_back(std::move(route));
  return out;
}

}  // namespace cvp::serve
