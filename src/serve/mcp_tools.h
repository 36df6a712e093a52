// What MCP clients (assistants) can do here, as they are told: names, descriptions, JSON schemas.
#pragma once
#include <boost/json/array.hpp>
#include <string_view>

#include "serve/caller.h"

namespace cvp::serve {

struct McpTool {
  enum class Kind { search, read, ask, list, add } kind;
  std::string_view name;
  Scope scope;  // that a key must have
};

/// Null where there is none of this name.
const McpTool* find_mcp_tool(std::string_view name);

/// Those that the caller may use.
boost::json::array mcp_tools_json(const Caller& caller, Lang lang);

/// What the server says of itself to the model that uses it.
Text mcp_instructions();

}  // namespace cvp::serve
