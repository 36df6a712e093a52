#include "serve/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cctype>
#include <limits>
#include <memory>
#include <span>

#include "base/embedded.h"
#include "base/split.h"
#include "serve/openapi_words.h"
#include "serve/replies.h"

namespace cvp::data {
std::span<const Embedded> api();
}

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr const char* kJson = "application/json";
constexpr const char* kBytes = "application/octet-stream";
constexpr const char* kEvents = "text/event-stream";

value schema_named(std::string_view name) {
  return object{{"$ref", fmt::format("#/components/schemas/{}", name)}};
}
// OpenAPI's way to say "any bytes".
value any_bytes() { return object{{"type", "string"}, {"format", "binary"}}; }

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const size_t end = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return out;
}

/// "get_api_documents_id_text".
std::string operation_id(const Route& route) {
  std::string out;
  for (const char c : fmt::format("{}{}", route.method, route.pattern)) {
    const bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (lower) out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if (!lower && c != '{' && c != '}' && (c < 'A' || c > 'Z')) out += '_';
  }
  return out;
}

/// "documents" of "/api/documents/{id}", "v1" of "/v1/models".
std::string_view tag(const Route& route) {
  const auto all = segments(route.pattern);
  return all.size() > 1 && all[0] == "api" ? all[1] : all[0];
}

value path_parameter(std::string_view name) {
  value schema = is_text_parameter(name) ? value{{"type", "string"}, {"minLength", 1}}
                                         : value{{"type", "integer"},
                                                 {"format", "int64"},
                                                 {"minimum", 0},
                                                 {"maximum", std::numeric_limits<int64_t>::max()}};
  return {{"name", name}, {"in", "path"}, {"required", true}, {"schema", std::move(schema)}};
}

value text_schema(const Parameter& one) {
  object out{{"type", "string"}, {"maxLength", one.most}};
  if (one.least > 0) out["minLength"] = one.least;
  return out;
}

value query_parameter(const Parameter& one, Lang lang) {
  value schema = one.kind == Parameter::Kind::integer
                     ? value{{"type", "integer"}, {"minimum", one.least}, {"maximum", one.most}}
                     : text_schema(one);
  return {{"name", one.name},
          {"in", "query"},
          {"required", one.needed},
          {"description", one.about.in(lang)},
          {"schema", std::move(schema)}};
}

array parameters(const Route& route, Lang lang) {
  array out;
  for (const std::string_view segment : segments(route.pattern))
    if (segment.starts_with('{')) out.push_back(path_parameter(segment.substr(1, segment.size() - 2)));
  for (const Parameter& one : route.query) out.push_back(query_parameter(one, lang));
  return out;
}

bool asks_for_something(const object& schemas, std::string_view name) {
  const value* schema = schemas.if_contains(name);
  const value* required =
      schema != nullptr && schema->is_object() ? schema->get_object().if_contains("required") : nullptr;
  return required != nullptr && required->is_array() && !required->get_array().empty();
}

object request_body(const Route& route, const object& schemas) {
  if (route.body.kind == Body::Kind::file) {
    const std::string_view type = route.takes_type.empty() ? kBytes : route.takes_type;
    const value schema = route.takes.empty() ? any_bytes() : schema_named(route.takes);
    return {{"required", true}, {"content", {{type, {{"schema", schema}}}}}};
  }
  const value schema = route.takes.empty() ? value{{"type", "object"}} : schema_named(route.takes);
  return {{"required", asks_for_something(schemas, route.takes)},
          {"content", {{kJson, {{"schema", schema}}}}}};
}

/// What may go wrong with a route of this shape.
std::vector<int> failures(const Route& route) {
  const bool has_body = route.body.kind != Body::Kind::none, changes = route.method != "GET";
  const bool names_things = route.pattern.find('{') != std::string_view::npos || has_body;
  std::vector<int> out = {400, 403, 503};
  const auto add_if = [&out](bool applies, int status) {
    if (applies) out.push_back(status);
  };
  add_if(route.need != Need::nobody || has_body, 401);
  add_if(names_things || !route.query.empty(), 404);
  add_if(changes, 409);
  add_if(has_body, 413);
  add_if(route.body.kind == Body::Kind::json, 415);
  add_if(names_things, 422);
  add_if(changes, 429);
  add_if(route.body.kind == Body::Kind::file, 507);
  std::ranges::sort(out);
  return out;
}

int success_status(const Route& route) {
  if (route.gives_status != 0) return route.gives_status;
  const bool gives = !route.gives.empty() || !route.gives_type.empty() || !route.gives_events.empty();
  return gives ? 200 : 204;
}

/// OpenAPI 3.1 describes a stream of events by one of them.
value event_schema(const Route& route) {
  const value json{
      {"type", "string"}, {"contentMediaType", kJson}, {"contentSchema", schema_named(route.gives_events)}};
  // A stream of OpenAI's ends with a word of its own.
  const bool openai = route.pattern.starts_with("/v1/");
  const value data = openai ? value{{"anyOf", array{object{{"const", "[DONE]"}}, json}}} : json;
  return {{"type", "object"},
          {"required", array{"data"}},
          {"properties", {{"event", {{"type", "string"}}}, {"data", data}}}};
}

object success_content(const Route& route) {
  object out;
  for (const std::string_view type : split_words(route.gives_type, ','))
    out[type] = {{"schema", any_bytes()}};
  if (!route.gives.empty()) out[kJson] = {{"schema", schema_named(route.gives)}};
  if (!route.gives_events.empty()) out[kEvents] = {{"schema", event_schema(route)}};
  return out;
}

object other_response(const OtherReply& other, Lang lang) {
  const bool fails = !failure_name(other.status).empty();
  object out{{"description", (fails ? failure_words(other.status) : success_words()).in(lang)}};
  if (other.gives.empty()) return out;
  // What is refused on the way to the route is an Error all the same.
  const value schema = fails ? value{{"anyOf", array{schema_named("Error"), schema_named(other.gives)}}}
                             : schema_named(other.gives);
  out["content"] = {{kJson, {{"schema", schema}}}};
  return out;
}

object responses(const Route& route, Lang lang) {
  object content = success_content(route);
  object success{{"description", success_words().in(lang)}};
  if (!content.empty()) success["content"] = std::move(content);
  object out{{std::to_string(success_status(route)), std::move(success)}};
  for (const int status : failures(route))
    out[std::to_string(status)] =
        object{{"$ref", fmt::format("#/components/responses/{}", failure_name(status))}};
  for (const OtherReply& other : route.other_replies)
    out[std::to_string(other.status)] = other_response(other, lang);
  return out;
}

object operation(const Route& route, const object& schemas, Lang lang) {
  object out{{"operationId", operation_id(route)},    {"tags", array{tag(route)}},
             {"summary", route.summary.in(lang)},     {"description", need_words(route).in(lang)},
             {"parameters", parameters(route, lang)}, {"responses", responses(route, lang)}};
  if (route.need == Need::nobody) out["security"] = array();
  if (route.body.kind != Body::Kind::none) out["requestBody"] = request_body(route, schemas);
  return out;
}

object failure_responses(Lang lang) {
  object out;
  for (const int status : all_failures()) {
    object response{{"description", failure_words(status).in(lang)},
                    {"content", {{kJson, {{"schema", schema_named("Error")}}}}}};
    if (status == 429 || status == 503)
      response["headers"] = {
          {"Retry-After",
           {{"description", retry_words().in(lang)}, {"schema", {{"type", "integer"}, {"minimum", 0}}}}}};
    out[failure_name(status)] = std::move(response);
  }
  return out;
}

}  // namespace

Result<object> api_schemas() {
  object out;
  for (const data::Embedded& file : data::api()) {
    boost::system::error_code error;
    const value parsed =
        boost::json::parse(boost::json::string_view(file.bytes.data(), file.bytes.size()), error);
    const object* named = error ? nullptr : parsed.if_object();
    if (named == nullptr)
      return fail(Errc::corrupt, text("{} holds no schemas", "{} 中没有 JSON Schema", file.path));
    for (const auto& [name, schema] : *named) {
      if (!schema.is_object() || out.contains(name))
        return fail(Errc::corrupt, text("{}: “{}” is no schema, or there is another of this name",
                                        "{}：“{}”不是 JSON Schema，或与另一处重名", file.path,
                                        std::string_view(name.data(), name.size())));
      out[name] = schema;
    }
  }
  return out;
}

bool is_text_parameter(std::string_view name) { return name == "name"; }

object openapi(const std::vector<Route>& routes, const object& schemas, std::string_view version, Lang lang) {
  object paths;
  for (const Route& route : routes) {
    value& path = paths[route.pattern];
    if (!path.is_object()) path = object();
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
    path.get_object()[method] = operation(route, schemas, lang);
  }
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "cvp"}, {"version", version}, {"description", manual_words().in(lang)}}},
          {"servers", array{object{{"url", "/"}}}},
          {"security", array{object{{"session", array()}}, object{{"key", array()}}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", schemas},
            {"responses", failure_responses(lang)},
            {"securitySchemes",
             {{"session",
               {{"type", "apiKey"},
                {"in", "cookie"},
                {"name", "cvp_session"},
                {"description", session_words().in(lang)}}},
              {"key", {{"type", "http"}, {"scheme", "bearer"}, {"description", key_words().in(lang)}}}}}}}};
}

void add_openapi_route(std::vector<Route>& routes, std::string_view version) {
  struct Documents {
    Result<object> en, zh;
  };
  routes.push_back({.method = "GET",
                    .pattern = "/api/openapi.json",
                    .need = Need::nobody,
                    .summary = text("This description of the API", "本 API 的说明文档"),
                    .gives = "OpenApi"});
  const auto schemas = api_schemas();
  const auto in = [&](Lang lang) -> Result<object> {
    if (!schemas) return std::unexpected(schemas.error());
    return openapi(routes, *schemas, version, lang);
  };
  const auto documents = std::make_shared<const Documents>(Documents{in(Lang::en), in(Lang::zh)});
  routes.back().run = [documents](Call& call) -> Result<net::Reply> {
    return json_reply(TRY(call.lang == Lang::zh ? documents->zh : documents->en));
  };
}

}  // namespace cvp::serve
