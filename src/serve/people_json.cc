#include "serve/people_json.h"

namespace cvp::serve {

boost::json::object user_json(const store::User& user) {
  return {{"id", user.id},
          {"name", user.name},
          {"role", role_name(user.role)},
          {"groups", boost::json::array(user.groups.begin(), user.groups.end())},
          {"disabled", user.disabled},
          {"created", user.created_unix},
          {"last_seen",
           user.last_seen_unix == 0 ? boost::json::value(nullptr) : boost::json::value(user.last_seen_unix)},
          {"external", !user.external_subject.empty()}};
}

boost::json::object group_json(const store::Group& group) {
  return {{"id", group.id},
          {"name", group.name},
          {"members", boost::json::array(group.members.begin(), group.members.end())}};
}

std::vector<Parameter> named_page_parameters() {
  return {
      {.name = "after", .most = kCursorBytes, .about = text("`next` of the page before", "上一页的 `next`")},
      {.name = "limit",
       .kind = Parameter::Kind::integer,
       .least = 1,
       .most = kMostPageItems,
       .about = text("items on a page; {} by default", "每页的条数，默认 {}", kPageItems)}};
}

}  // namespace cvp::serve
