// The Model Context Protocol: one JSON-RPC message in, at most one out. Nothing is kept between two of them,
// so that any transport will do and no session can be lost.
#pragma once
#include <array>
#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string_view>

#include "serve/mcp_runs.h"

namespace cvp::serve {

class Mcp {
 public:
  /// Newest first.
  static constexpr std::array<std::string_view, 3> kVersions = {"2025-11-25", "2025-06-18", "2025-03-26"};

  /// Thread-safe. The destructor stops what runs.
  explicit Mcp(Backend& backend) : backend_(backend), runs_(backend) {}

  /// `reply` is called exactly once, from any thread, perhaps before this returns; with nothing where the
  /// message wants no answer (a notification). Every message is answered, also one that is no JSON-RPC; a
  /// batch is refused.
  using OnReply = std::function<void(std::optional<boost::json::object>)>;
  void answer(const McpCall& call, const boost::json::value& message, const OnReply& reply);

  static boost::json::object error(const boost::json::value& id, int code, const Text& message, Lang lang);
  static constexpr int kInvalidRequest = -32600;  // no message of JSON-RPC
  static constexpr int kUnknownVersion = -32022;

 private:
  void call_tool(const McpCall& call, const boost::json::value& id, const boost::json::object& params,
                 const OnReply& reply);

  Backend& backend_;
  McpRuns runs_;
};

}  // namespace cvp::serve
