// The table of routes and the schemas of data/api as one OpenAPI 3.1 document. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "serve/route.h"

namespace cvp::serve {

/// Every schema of data/api by name. Errc::corrupt names a file that does not hold them, or a name that two
/// files give.
Result<boost::json::object> api_schemas();

/// A path's parameters are ids, integers from 0, but for these.
bool is_text_parameter(std::string_view name);

boost::json::object openapi(const std::vector<Route>& routes, const boost::json::object& schemas,
                            std::string_view version, Lang lang);

/// Adds GET /api/openapi.json, which describes all of them and itself: call it last.
void add_openapi_route(std::vector<Route>& routes, std::string_view version);

}  // namespace cvp::serve
