// The table of what the server answers. OpenAPI, the checks of rights and the test that tries every route as
// every kind of account are made from it.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "serve/call.h"

namespace cvp::serve {

/// Who may call at all; what of a collection or chat is seen is decided inside.
enum class Need { nobody, account, editor, admin };

struct Body {
  enum class Kind { none, json, file } kind = Kind::none;
  uint64_t limit = 0;
};
inline constexpr uint64_t kJsonBytes = 1 << 20;

struct Route {
  std::string_view method;   // "GET"
  std::string_view pattern;  // "/api/documents/{id}"
  Need need = Need::account;
  Scope scope = Scope::read;
  Body body;
  Text summary;
  std::string_view takes, gives;  // names of schemas in data/api.json; empty: nothing
  std::function<Result<net::Reply>(Call&)> run;
};

/// Finds a route. Exact segments come before {name}.
class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

  struct Match {
    const Route* route = nullptr;  // null: see below
    std::map<std::string, std::string> path;
    std::vector<std::string_view>
        methods;  // of the address, where the method is another; empty: no such address
  };
  Match match(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace cvp::serve
