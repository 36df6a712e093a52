#include "serve/routes_groups.h"

#include <mutex>

#include "serve/people_json.h"
#include "serve/replies.h"
#include "serve/revoke.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

constexpr size_t kMembers = 10'000;

class GroupArea {
 public:
  explicit GroupArea(Backend& backend) : backend_(backend) {}

  Result<net::Reply> list(const Call& call) {
    const auto groups = TRY(accounts().groups());
    return json_reply(TRY(named_page(
        call, groups, [](const store::Group& group) { return group.name; }, group_json)));
  }

  Result<net::Reply> create(const Call& call) {
    Fields fields(call.body);
    const std::string name = fields.text("name", kNameBytes);
    const auto members = fields.ids("members", kMembers);
    TRY(fields.finish());
    const std::lock_guard lock(mutex_);
    const store::GroupId id = TRY(accounts().create_group(name));
    if (const auto filled = accounts().change_group(id, name, members); !filled) {
      TRY(accounts().remove_group(id));
      return std::unexpected(filled.error());
    }
    TRY(backend_.audit(call, "group.create", name));
    return json_reply(group_json(TRY(group(id))));
  }

  Result<net::Reply> change(const Call& call) {
    const store::GroupId id = TRY(call.id("id"));
    Fields fields(call.body);
    const auto name = fields.maybe_text("name", kNameBytes);
    const bool other_members = fields.array("members", kMembers) != nullptr;
    const auto members = fields.ids("members", kMembers);
    TRY(fields.finish());
    const std::lock_guard lock(mutex_);
    const store::Group before = TRY(group(id));
    TRY(accounts().change_group(id, name.value_or(before.name), other_members ? members : before.members));
    const store::Group after = TRY(group(id));
    for (const store::UserId member : before.members) {
      if (std::ranges::find(after.members, member) == after.members.end()) end_calls(backend_, member);
    }
    TRY(backend_.audit(call, "group.change", after.name));
    return json_reply(group_json(after));
  }

  Result<net::Reply> remove(const Call& call) {
    const store::GroupId id = TRY(call.id("id"));
    const std::lock_guard lock(mutex_);
    const store::Group before = TRY(group(id));
    TRY(accounts().remove_group(id));
    for (const store::UserId member : before.members) end_calls(backend_, member);
    TRY(backend_.audit(call, "group.delete", before.name));
    return no_content();
  }

 private:
  store::Accounts& accounts() { return backend_.store.accounts(); }

  Result<store::Group> group(store::GroupId id) {
    const auto all = TRY(accounts().groups());
    const auto found = std::ranges::find(all, id, &store::Group::id);
    if (found != all.end()) return *found;
    return fail(Errc::not_found, text("there is no group {}", "没有编号为 {} 的群组", id));
  }

  Backend& backend_;
  std::mutex mutex_;  // held from reading a group to writing it: two changes at once both count
};

}  // namespace

std::vector<Route> group_routes(Backend& backend) {
  const auto area = std::make_shared<GroupArea>(backend);
  return {{.method = "GET",
           .pattern = "/api/groups",
           .need = Need::admin,
           .scope = Scope::admin,
           .query = named_page_parameters(),
           .summary = text("All groups, by name", "所有群组，按名称排列"),
           .gives = "Groups",
           .run = [area](Call& call) { return area->list(call); }},
          {.method = "POST",
           .pattern = "/api/groups",
           .need = Need::admin,
           .scope = Scope::admin,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Adds a group", "添加群组"),
           .takes = "NewGroup",
           .gives = "Group",
           .run = [area](Call& call) { return area->create(call); }},
          {.method = "PATCH",
           .pattern = "/api/groups/{id}",
           .need = Need::admin,
           .scope = Scope::admin,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Renames a group or replaces its members", "修改群组的名称或成员"),
           .takes = "GroupChange",
           .gives = "Group",
           .run = [area](Call& call) { return area->change(call); }},
          {.method = "DELETE",
           .pattern = "/api/groups/{id}",
           .need = Need::admin,
           .scope = Scope::admin,
           .summary = text("Removes a group; rights given to it end", "删除群组，授予它的权限随之失效"),
           .gives = "",
           .run = [area](Call& call) { return area->remove(call); }}};
}

}  // namespace cvp::serve
