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

/// Behind the '?'. What a route does not declare is refused before it runs.
struct Parameter {
  std::string_view name;
  enum class Kind { integer, text } kind = Kind::text;
  int64_t least = 0, most = 0;  // of the number, or of the text's characters
  bool needed = false;
  Text about;
};

/// A reply besides the usual one.
struct OtherReply {
  int status = 0;
  std::string_view gives;  // its JSON schema; empty: nothing
};

struct Route {
  std::string_view method;   // "GET"
  std::string_view pattern;  // "/api/documents/{id}"
  Need need = Need::account;
  Scope scope = Scope::read;
  Body body;
  std::vector<Parameter> query = {};
  Text summary;
  std::string_view takes, gives;  // names of JSON schemas in data/api; empty: nothing
  // For the OpenAPI document, where it is not as usual:
  std::string_view takes_type = {};    // a file's media type; empty: application/octet-stream
  std::string_view gives_type = {};    // of what is not JSON: "text/plain"; several with commas
  std::string_view gives_events = {};  // schema of an event's data, where the reply is or may be a stream
  int gives_status = 0;                // 0: 200, or 204 where nothing is given
  std::vector<OtherReply> other_replies = {};
  /// Another site's page sends browsers here, by a link or a redirect: that passes, and parameters that are
  /// not declared are passed over. Only for a route that trusts nothing of it.
  bool from_elsewhere = false;
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
