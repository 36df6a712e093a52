// MCP over streamable HTTP: a message is a POST, its answer the reply. There are no sessions, and nothing
// that the server would say unasked, so that there is no stream to GET.
#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>

#include "base/unicode.h"
#include "serve/mcp.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

constexpr int kOk = 200, kAccepted = 202, kBadRequest = 400;

/// What newer clients look for, to find a version that both speak.
net::Reply unknown_version(const Call& call, std::string_view asked) {
  const boost::json::value* id = call.body.if_contains("id");
  boost::json::object body =
      Mcp::error(id != nullptr ? *id : boost::json::value(), Mcp::kUnknownVersion,
                 text("this version of MCP is not spoken here", "不支持此 MCP 版本"), call.lang);
  body["error"].get_object()["data"] = boost::json::object{
      {"supported", boost::json::array(Mcp::kVersions.begin(), Mcp::kVersions.end())}, {"requested", asked}};
  return json_reply(body, kBadRequest);
}

net::Reply reply_of(const std::optional<boost::json::object>& answer) {
  if (!answer) return {.status = kAccepted, .headers = {{"Cache-Control", "no-store"}}};
  const boost::json::value* error = answer->if_contains("error");
  const bool no_message =
      error != nullptr && error->get_object().at("code").get_int64() == Mcp::kInvalidRequest;
  return json_reply(*answer, no_message ? kBadRequest : kOk);
}

Result<net::Reply> post(Mcp& mcp, const Call& call) {
  const auto version = call.request.headers.find("mcp-protocol-version");
  if (version != call.request.headers.end() &&
      std::ranges::find(Mcp::kVersions, version->second) == Mcp::kVersions.end())
    return unknown_version(call, utf8_prefix(repair_utf8(version->second), 100));
  const auto late = std::make_shared<net::LateReply>();
  mcp.answer({.origin = {.caller = call.caller, .address = call.request.client},
              .lang = call.lang,
              .cancel = call.request.gone},
             call.body,
             [late](const std::optional<boost::json::object>& answer) { late->set(reply_of(answer)); });
  return net::Reply{.body = late};
}

}  // namespace

std::vector<Route> mcp_routes(Backend& backend) {
  const auto mcp = std::make_shared<Mcp>(backend);
  return {
      {.method = "POST",
       .pattern = "/mcp",
       .need = Need::account,
       .scope = Scope::any,
       .body = {Body::Kind::json, kJsonBytes},
       .summary = text("The Model Context Protocol: one JSON-RPC message; each tool asks for a scope of its "
                       "own: search, ask, read (also list), write (add)",
                       "模型上下文协议（MCP）：一条 JSON-RPC 消息；各工具所需的授权范围：search、ask、read"
                       "（含 list）、write（add）"),
       .takes = "McpMessage",
       .gives = "McpAnswer",
       .other_replies = {{kAccepted, ""}, {kBadRequest, "McpAnswer"}},
       .run = [mcp](Call& call) { return post(*mcp, call); }},
      {.method = "DELETE",
       .pattern = "/mcp",
       .need = Need::account,
       .scope = Scope::any,
       .summary = text("Ends nothing: there are no sessions", "不执行任何操作：没有会话可结束"),
       .gives = "",
       .run = [](Call&) -> Result<net::Reply> { return no_content(); }}};
}

}  // namespace cvp::serve
