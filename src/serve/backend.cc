#include "serve/backend.h"

namespace cvp::serve {
namespace {

constexpr store::CollectionId kNoCollection = -1;  // 0 is "all" to some calls of the store

std::unexpected<Error> fail_unknown(std::string_view en, std::string_view zh, int64_t id) {
  return fail(Errc::not_found,
              text("there is no {} {}", "没有编号为 {1} 的{0}", Text{std::string(en), std::string(zh)}, id));
}

}  // namespace

Result<void> Backend::audit(const Call& call, std::string_view action, std::string_view subject) const {
  return store.accounts().audit({.actor = call.caller.user.name,
                                 .action = std::string(action),
                                 .subject = std::string(subject),
                                 .origin = call.request.client});
}

Result<std::vector<store::CollectionId>> readable_collections(const Caller& caller,
                                                              const std::vector<store::CollectionId>& asked) {
  for (const store::CollectionId id : asked) TRY(need_right(caller, id, store::Right::read));
  std::vector<store::CollectionId> out = asked.empty() ? caller.readable() : asked;
  if (out.empty()) out.push_back(kNoCollection);
  return out;
}

Result<void> need_right(const Caller& caller, store::CollectionId collection, store::Right least) {
  const store::Right right = caller.right(collection);
  if (right == store::Right::none) return fail_unknown("collection", "文档集", collection);
  if (right < least) {
    return fail(Errc::refused,
                text("you may read this collection, but not change it", "你可以阅读这个文档集，但不能修改"),
                text("ask whoever manages it for more", "如需修改，请联系管理者"));
  }
  return {};
}

Result<store::DocumentInfo> document_for(const Backend& backend, const Caller& caller, store::DocumentId id,
                                         store::Right least) {
  auto document = backend.store.document(id);
  if (!document && document.error().code != Errc::not_found) return document;
  if (!document || caller.right(document->collection) == store::Right::none)
    return fail_unknown("document", "文档", id);
  TRY(need_right(caller, document->collection, least));
  return document;
}

}  // namespace cvp::serve
