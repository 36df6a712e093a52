// Every area's routes. An area is a file; data/api/AREA.json has the schemas that its routes name.
#pragma once
#include <vector>

#include "serve/backend.h"
#include "serve/route.h"

namespace cvp::serve {

std::vector<Route> session_routes(Backend& backend);  // setup, login, me, passwords, keys
std::vector<Route> oidc_routes(Backend& backend);     // sign-in through an identity provider
std::vector<Route> people_routes(Backend& backend);   // users, groups, directory, audit
std::vector<Route> settings_routes(Backend& backend);
std::vector<Route> collection_routes(Backend& backend);
std::vector<Route> document_routes(Backend& backend);
std::vector<Route> job_routes(Backend& backend);  // jobs, events
std::vector<Route> watch_routes(Backend& backend);
std::vector<Route> ask_routes(Backend& backend);
std::vector<Route> chat_routes(Backend& backend);
std::vector<Route> search_routes(Backend& backend);   // search, why
std::vector<Route> machine_routes(Backend& backend);  // hardware, plan, recommend, catalogue
std::vector<Route> model_routes(Backend& backend);
std::vector<Route> evaluation_routes(Backend& backend);
std::vector<Route> openai_routes(Backend& backend);  // /v1
std::vector<Route> mcp_routes(Backend& backend);
std::vector<Route> health_routes(Backend& backend);  // /health, /metrics

/// All of them.
std::vector<Route> all_routes(Backend& backend);

}  // namespace cvp::serve
