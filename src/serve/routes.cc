#include "serve/routes.h"

#include <iterator>

#include "serve/openapi.h"

namespace cvp::serve {

std::vector<Route> all_routes(Backend& backend) {
  using Area = std::vector<Route> (*)(Backend&);
  constexpr Area kAreas[] = {
      session_routes, oidc_routes,       people_routes, settings_routes, collection_routes, document_routes,
      job_routes,     watch_routes,      ask_routes,    chat_routes,     search_routes,     machine_routes,
      model_routes,   evaluation_routes, openai_routes, mcp_routes,      health_routes};
  std::vector<Route> all;
  for (const Area area : kAreas) {
    std::vector<Route> some = area(backend);
    std::ranges::move(some, std::back_inserter(all));
  }
  add_openapi_route(all, backend.options.version);
  return all;
}

}  // namespace cvp::serve
