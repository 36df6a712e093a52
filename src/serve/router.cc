#include "serve/route.h"

namespace cvp::serve {
namespace {

std::string_view next_segment(std::string_view& rest) {
  if (!rest.empty()) rest.remove_prefix(1);
  const size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

/// How many of the segments are exact, or nothing where the path is another.
std::optional<int> match_path(std::string_view pattern, std::string_view path,
                              std::map<std::string, std::string>& out) {
  int exact = 0;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern), given = next_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return {};
      out[std::string(wanted.substr(1, wanted.size() - 2))] = given;
    } else if (wanted == given) {
      ++exact;
    } else {
      return {};
    }
  }
  if (!pattern.empty() || !path.empty()) return {};
  return exact;
}

}  // namespace

Router::Match Router::match(std::string_view method, std::string_view path) const {
  Match best;
  int most_exact = -1;
  for (const Route& route : routes_) {
    std::map<std::string, std::string> names;
    const auto exact = match_path(route.pattern, path, names);
    if (!exact || *exact < most_exact) continue;
    if (*exact > most_exact) best = {};
    most_exact = *exact;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) {
      best.route = &route;
      best.path = std::move(names);
    } else {
      best.methods.push_back(route.method);
    }
  }
  return best;
}

}  // namespace cvp::serve
