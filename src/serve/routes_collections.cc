// Collections: who has them, what is in them, who may do what.
#include <memory>
#include <set>

#include "serve/document_json.h"
#include "serve/later.h"
#include "serve/replies.h"
#include "serve/revoke.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

constexpr size_t kNameBytes = 4 * 64;  // the store allows 64 characters
constexpr size_t kAccessEntries = 500;
constexpr size_t kRightBytes = 16;

/// What a change of a collection asks for; what is not set stays.
struct Change {
  std::optional<std::string> name;
  std::optional<store::Right> everyone;
  std::optional<std::vector<store::Grant>> access;
};

Result<store::Grant> read_grant(const boost::json::value& entry) {
  const boost::json::object* object = entry.if_object();
  if (object == nullptr)
    return fail(Errc::usage, text("“access” must be a list of objects", "“access”须为对象列表"));
  Fields fields(*object);
  const int64_t user = fields.integer("user", 0, 1, INT64_MAX);
  const int64_t group = fields.integer("group", 0, 1, INT64_MAX);
  const std::string name = fields.text("right", kRightBytes);
  TRY(fields.finish());
  const auto right = right_of(name);
  if (!right || *right == store::Right::none)
    return fail(Errc::usage,
                text("“right” must be read, write or manage", "“right”须为 read、write 或 manage"));
  const int64_t id = user != 0 ? user : group;
  if (object->contains("user") == object->contains("group") || id == 0)
    return fail(Errc::usage, text("an entry of “access” names one user or one group",
                                  "“access”的每一项须指定一个用户或一个群组"));
  return store::Grant{
      .to = user != 0 ? store::Grant::To::user : store::Grant::To::group, .id = id, .right = *right};
}

Result<Change> read_change(const boost::json::object& body) {
  Fields fields(body);
  Change out{.name = fields.maybe_text("name", kNameBytes)};
  const std::string everyone = fields.choice("everyone", {"none", "read", "write"}, "");
  const boost::json::array* access = fields.array("access", kAccessEntries);
  TRY(fields.finish());
  if (!everyone.empty()) out.everyone = right_of(everyone);
  if (access == nullptr) return out;
  out.access.emplace();
  for (const boost::json::value& entry : *access) out.access->push_back(TRY(read_grant(entry)));
  return out;
}

std::vector<store::Grant> changed_grants(const std::vector<store::Grant>& before, const Change& change) {
  std::vector<store::Grant> out;
  const bool new_everyone = change.everyone.has_value(), new_access = change.access.has_value();
  for (const store::Grant& grant : before)
    if (grant.to == store::Grant::To::everyone ? !new_everyone : !new_access) out.push_back(grant);
  if (new_everyone) out.push_back({.to = store::Grant::To::everyone, .id = 0, .right = *change.everyone});
  if (new_access) out.insert(out.end(), change.access->begin(), change.access->end());
  return out;
}

Result<std::set<store::UserId>> readers(Backend& backend, store::CollectionId collection) {
  std::set<store::UserId> out;
  for (const store::User& user : TRY(backend.store.accounts().users())) {
    const auto rights = TRY(backend.store.accounts().rights(user));
    if (std::ranges::find(rights, collection, &store::CollectionRight::collection) != rights.end())
      out.insert(user.id);
  }
  return out;
}

/// Whoever may not read it any more gets nothing more of it, also of an answer that is being written.
Result<void> set_grants(Backend& backend, store::CollectionId collection,
                        const std::vector<store::Grant>& grants) {
  const auto before = TRY(readers(backend, collection));
  TRY(backend.store.accounts().set_grants(collection, grants));
  const auto after = TRY(readers(backend, collection));
  for (const store::UserId user : before)
    if (!after.contains(user)) end_calls(backend, user);
  return {};
}

class CollectionArea {
 public:
  explicit CollectionArea(Backend& backend)
      : backend_(backend), removals_({.at_once = 1, .waiting = 16, .per_user = 4}) {}

  Result<net::Reply> list(const Call& call) {
    return json_reply(boost::json::object{{"items", TRY(collections_json(backend_, call.caller))}});
  }

  Result<net::Reply> create(const Call& call) {
    Fields fields(call.body);
    const std::string name = fields.text("name", kNameBytes);
    TRY(fields.finish());
    const store::CollectionId id = TRY(backend_.store.create_collection(name, call.caller.user.id));
    TRY(backend_.audit(call, "collection.create", name));
    backend_.events.collections_changed();
    return json_reply(TRY(collection_json(backend_, id, store::Right::manage)));
  }

  Result<net::Reply> change(const Call& call) {
    const store::CollectionId id = TRY(call.id("id"));
    TRY(need_right(call.caller, id, store::Right::manage));
    const Change change = TRY(read_change(call.body));
    const std::string before = TRY(name_of(id));
    if (change.name) TRY(backend_.store.rename_collection(id, *change.name));
    if (change.everyone || change.access) {
      const auto grants = changed_grants(TRY(backend_.store.accounts().grants(id)), change);
      if (const auto done = set_grants(backend_, id, grants); !done) {
        // All of a change or nothing.
        if (change.name) TRY(backend_.store.rename_collection(id, before));
        return std::unexpected(done.error());
      }
      TRY(backend_.audit(call, "collection.access", before));
    }
    if (change.name && *change.name != before)
      TRY(backend_.audit(call, "collection.rename", fmt::format("{} → {}", before, *change.name)));
    backend_.events.collections_changed();
    return json_reply(TRY(collection_json(backend_, id, store::Right::manage)));
  }

  Result<net::Reply> remove(const Call& call) {
    const store::CollectionId id = TRY(call.id("id"));
    TRY(need_right(call.caller, id, store::Right::manage));
    const std::string name = TRY(name_of(id));
    // Thousands of documents take seconds.
    auto reply = later(removals_, backend_.live, call,
                       [this, kept = std::make_shared<const Call>(call), id, name](const CancelToken&) {
                         return remove_now(*kept, id, name);
                       });
    if (reply || (reply.error().code != Errc::busy && reply.error().code != Errc::unavailable)) return reply;
    return fail(Errc::unavailable, text("other collections are being removed just now", "正在删除其他文档集"),
                text("try again in a moment", "请稍后再试"));
  }

 private:
  Result<std::string> name_of(store::CollectionId id) {
    for (const store::Collection& one : TRY(backend_.store.collections()))
      if (one.id == id) return one.name;
    return fail(Errc::not_found, text("there is no collection {}", "没有编号为 {} 的文档集", id));
  }

  Result<net::Reply> remove_now(const Call& call, store::CollectionId id, const std::string& name) {
    TRY(backend_.store.remove_collection(id));
    backend_.upkeep.wake();
    TRY(backend_.audit(call, "collection.delete", name));
    backend_.events.collections_changed();
    return no_content();
  }

  Backend& backend_;
  WorkQueue removals_;  // last: its thread uses the rest
};

}  // namespace

std::vector<Route> collection_routes(Backend& backend) {
  const auto area = std::make_shared<CollectionArea>(backend);
  return {
      {.method = "GET",
       .pattern = "/api/collections",
       .need = Need::account,
       .scope = Scope::read,
       .summary = text("The collections that you may read", "你可以阅读的文档集"),
       .takes = "",
       .gives = "Collections",
       .run = [area](Call& call) { return area->list(call); }},
      {.method = "POST",
       .pattern = "/api/collections",
       .need = Need::editor,
       .scope = Scope::write,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("Makes a collection, which you then manage", "新建文档集，由你管理"),
       .takes = "NewCollection",
       .gives = "Collection",
       .run = [area](Call& call) { return area->create(call); }},
      {.method = "PATCH",
       .pattern = "/api/collections/{id}",
       .need = Need::editor,
       .scope = Scope::write,
       .body = {Body::Kind::json, kJsonBytes},
       .summary =
           text("Renames a collection, or changes who may do what with it", "重命名文档集，或更改访问权限"),
       .takes = "CollectionChange",
       .gives = "Collection",
       .run = [area](Call& call) { return area->change(call); }},
      {.method = "DELETE",
       .pattern = "/api/collections/{id}",
       .need = Need::editor,
       .scope = Scope::write,
       .summary =
           text("Removes a collection with all its documents, for good", "彻底删除文档集及其中的所有文档"),
       .takes = "",
       .gives = "",
       .run = [area](Call& call) { return area->remove(call); }},
  };
}

}  // namespace cvp::serve
