#include "serve/document_json.h"

#include <map>

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::string_view kStdin = "stdin:";

uint64_t at_or_0(const std::map<int64_t, uint64_t>& counts, int64_t key) {
  const auto found = counts.find(key);
  return found != counts.end() ? found->second : 0;
}

/// The embedder that is in use, kept alive while its identity is looked at.
struct InUse {
  explicit InUse(const Backend& backend) : embedder(backend.host.embedder()) {}
  const model::EmbedderIdentity* identity() const { return embedder ? &embedder->identity() : nullptr; }
  std::shared_ptr<model::Embedder> embedder;
};

array access_json(const std::vector<store::Grant>& grants) {
  array out;
  for (const store::Grant& grant : grants) {
    if (grant.to == store::Grant::To::everyone) continue;
    const bool user = grant.to == store::Grant::To::user;
    out.push_back(object{{user ? "user" : "group", grant.id}, {"right", right_name(grant.right)}});
  }
  return out;
}

std::string_view everyone_name(const std::vector<store::Grant>& grants) {
  const auto found = std::ranges::find(grants, store::Grant::To::everyone, &store::Grant::to);
  return right_name(found != grants.end() ? std::min(found->right, store::Right::write) : store::Right::none);
}

}  // namespace

std::string document_name(std::string_view uri) {
  if (uri.starts_with(kStdin) && uri.size() > kStdin.size()) return std::string(uri.substr(kStdin.size()));
  const bool elsewhere = uri.starts_with('/') || uri.find("://") != std::string_view::npos;
  if (!elsewhere) return std::string(uri);
  const std::string_view path = uri.substr(0, uri.find_last_not_of('/') + 1);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::string(name.empty() ? uri : name);
}

object document_json(const store::DocumentInfo& document, uint64_t vectors_done, Lang lang) {
  array notes;
  for (const Text& note : document.notes) notes.emplace_back(note.in(lang));
  return {{"id", document.id},
          {"collection", document.collection},
          {"name", document_name(document.uri)},
          {"uri", document.uri},
          {"title", document.title},
          {"media_type", document.media_type},
          {"bytes", document.bytes},
          {"pages", document.pages},
          {"chunks", document.chunks},
          {"revision", document.revision},
          {"revision_number", document.revision_number},
          {"added", document.added_unix},
          {"notes", std::move(notes)},
          {"vectors_done", std::min<uint64_t>(vectors_done, document.chunks)}};
}

Result<object> document_json(const Backend& backend, const store::DocumentInfo& document, Lang lang) {
  const InUse in_use(backend);
  const auto vectors = TRY(backend.index.vectors_by_document(std::span(&document.id, 1), in_use.identity()));
  return document_json(document, at_or_0(vectors, document.id), lang);
}

Result<array> documents_json(const Backend& backend, std::span<const store::DocumentInfo> documents,
                             Lang lang) {
  std::vector<store::DocumentId> ids;
  for (const store::DocumentInfo& one : documents) ids.push_back(one.id);
  const InUse in_use(backend);
  const auto vectors = TRY(backend.index.vectors_by_document(ids, in_use.identity()));
  array out;
  for (const store::DocumentInfo& one : documents)
    out.push_back(document_json(one, at_or_0(vectors, one.id), lang));
  return out;
}

Result<object> collection_json(const Backend& backend, const store::Collection& collection,
                               uint64_t vectors_done, store::Right right) {
  const std::vector<store::Grant> grants = TRY(backend.store.accounts().grants(collection.id));
  object out{{"id", collection.id},
             {"name", collection.name},
             {"documents", collection.documents},
             {"chunks", collection.chunks},
             {"vectors_done", std::min(vectors_done, collection.chunks)},
             {"right", right_name(right)},
             {"everyone", everyone_name(grants)}};
  if (right == store::Right::manage) out["access"] = access_json(grants);
  return out;
}

Result<array> collections_json(const Backend& backend, const Caller& caller) {
  const InUse in_use(backend);
  const auto vectors = TRY(backend.index.vectors_by_collection(in_use.identity()));
  array out;
  for (const store::Collection& one : TRY(backend.store.collections())) {
    const store::Right right = caller.right(one.id);
    if (right == store::Right::none) continue;
    out.push_back(TRY(collection_json(backend, one, at_or_0(vectors, one.id), right)));
  }
  return out;
}

Result<object> collection_json(const Backend& backend, store::CollectionId id, store::Right right) {
  const auto all = TRY(backend.store.collections());
  const auto found = std::ranges::find(all, id, &store::Collection::id);
  if (found == all.end())
    return fail(Errc::not_found, text("there is no collection {}", "没有编号为 {} 的文档集", id));
  const InUse in_use(backend);
  const auto vectors = TRY(backend.index.vectors_by_collection(in_use.identity()));
  return collection_json(backend, *found, at_or_0(vectors, id), right);
}

}  // namespace cvp::serve
