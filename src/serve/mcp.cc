#include "serve/mcp.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/unicode.h"

namespace cvp::serve {
namespace {

using boost::json::object;
using boost::json::value;

// JSON-RPC 2.0.
constexpr int kNoSuchMethod = -32601, kInvalidParameters = -32602;
constexpr size_t kShownBytes = 100;

object result(const value& id, object what) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(what)}};
}

std::string_view string_at(const object& from, std::string_view name) {
  const value* found = from.if_contains(name);
  const boost::json::string* string = found != nullptr ? found->if_string() : nullptr;
  return string != nullptr ? std::string_view(string->data(), string->size()) : std::string_view();
}

/// An empty one where it is absent; null where it is something else.
const object* object_at(const object& from, std::string_view name) {
  static const object kNone;
  const value* found = from.if_contains(name);
  return found != nullptr ? found->if_object() : &kNone;
}

bool is_id(const value& id) { return id.is_string() || id.is_int64() || id.is_uint64(); }

object initialized(std::string_view asked_version, std::string_view version, Lang lang) {
  const bool known = std::ranges::find(Mcp::kVersions, asked_version) != Mcp::kVersions.end();
  return {{"protocolVersion", known ? asked_version : Mcp::kVersions.front()},
          {"capabilities", {{"tools", object{}}}},
          {"serverInfo", {{"name", "cvp"}, {"title", "cvp"}, {"version", version}}},
          {"instructions", mcp_instructions().in(lang)}};
}

}  // namespace

object Mcp::error(const value& id, int code, const Text& message, Lang lang) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message.in(lang)}}}};
}

void Mcp::answer(const McpCall& call, const value& message, const OnReply& reply) {
  const object* request = message.if_object();
  const value* given = request != nullptr ? request->if_contains("id") : nullptr;
  const value id = given != nullptr && is_id(*given) ? *given : value(nullptr);
  if (message.is_array())
    return reply(
        error(id, kInvalidRequest, text("send one message at a time", "每次只能发送一条消息"), call.lang));
  if (request == nullptr || string_at(*request, "jsonrpc") != "2.0")
    return reply(error(id, kInvalidRequest, text("this is no JSON-RPC 2.0 message", "不是 JSON-RPC 2.0 消息"),
                       call.lang));
  // Answers to questions that this server never asks.
  if (!request->contains("method") && (request->contains("result") || request->contains("error")))
    return reply({});
  const std::string_view method = string_at(*request, "method");
  const object* params = object_at(*request, "params");
  if (method.empty() || params == nullptr || (given != nullptr && id.is_null()))
    return reply(error(id, kInvalidRequest,
                       text("the message has no method, or an id or params of another kind",
                            "消息缺少 method，或 id、params 类型有误"),
                       call.lang));
  if (given == nullptr) return reply({});
  if (method == "initialize")
    return reply(
        result(id, initialized(string_at(*params, "protocolVersion"), backend_.options.version, call.lang)));
  if (method == "ping") return reply(result(id, {}));
  if (method == "tools/list")
    return reply(result(id, {{"tools", mcp_tools_json(call.origin.caller, call.lang)}}));
  if (method == "tools/call") return call_tool(call, id, *params, reply);
  reply(error(id, kNoSuchMethod,
              text("there is no method “{}”", "没有方法“{}”", utf8_prefix(method, kShownBytes)), call.lang));
}

void Mcp::call_tool(const McpCall& call, const value& id, const object& params, const OnReply& reply) {
  const std::string_view name = string_at(params, "name");
  const McpTool* tool = find_mcp_tool(name);
  const object* arguments = object_at(params, "arguments");
  if (tool == nullptr || arguments == nullptr) {
    const Text why = tool == nullptr
                         ? text("there is no tool “{}”", "没有工具“{}”", utf8_prefix(name, kShownBytes))
                         : text("“arguments” must be an object", "“arguments”须为对象");
    return reply(error(id, kInvalidParameters, why, call.lang));
  }
  if (!call.origin.caller.may(tool->scope)) {
    const Error missing{
        Errc::refused, text("this key may not use “{}”", "此密钥不能使用“{}”", name),
        text("it needs a key with the scope “{}”", "需要授权范围包含“{}”的密钥", scope_name(tool->scope))};
    return reply(result(id, tool_failure(missing, call.lang)));
  }
  runs_.run(tool->kind, call, *arguments,
            [id, reply, lang = call.lang, name = tool->name](const Result<ToolOutput>& output) {
              if (output) return reply(result(id, tool_result(*output)));
              const Error& why = output.error();
              if (why.code == Errc::failed || why.code == Errc::corrupt)
                log::warn("the tool {}: {}", name, why.message.en);
              reply(result(id, tool_failure(why, lang)));
            });
}

}  // namespace cvp::serve
