// Users and groups as JSON, and lists of them page by page.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "serve/call.h"
#include "serve/route.h"
#include "store/accounts.h"

namespace cvp::serve {

inline constexpr int64_t kPageItems = 50, kMostPageItems = 200;
inline constexpr size_t kCursorBytes = 4096;

boost::json::object user_json(const store::User& user);
boost::json::object group_json(const store::Group& group);

/// `limit`, and `after`: a name that an earlier page gave as `next`.
std::vector<Parameter> named_page_parameters();

/// One page of a list that is sorted by `name_of`, whose names differ. A cursor stays good when what it named
/// is removed.
template <class T>
Result<boost::json::object> named_page(const Call& call, const std::vector<T>& all, const auto& name_of,
                                       const auto& to_json) {
  const auto limit = static_cast<size_t>(TRY(call.number("limit", kPageItems, 1, kMostPageItems)));
  const std::string after = call.query("after");
  boost::json::array items;
  boost::json::value next;
  std::string last;
  for (const T& one : all) {
    std::string name = name_of(one);
    if (!after.empty() && name <= after) continue;
    if (items.size() == limit) {
      next = last;
      break;
    }
    items.push_back(to_json(one));
    last = std::move(name);
  }
  return boost::json::object{{"items", std::move(items)}, {"next", std::move(next)}};
}

}  // namespace cvp::serve
