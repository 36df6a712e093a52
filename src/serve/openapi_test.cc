#include "serve/openapi.h"

#include <set>

#include "serve/serve_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kSchemas = "#/components/schemas/";
constexpr std::string_view kResponses = "#/components/responses/";

/// Every "$ref" in it.
void collect_references(const boost::json::value& value, std::set<std::string>& out) {
  if (const boost::json::object* object = value.if_object()) {
    for (const auto& [name, inner] : *object) {
      if (name == "$ref") out.insert(std::string(inner.as_string()));
      collect_references(inner, out);
    }
  }
  if (const boost::json::array* array = value.if_array())
    for (const boost::json::value& inner : *array) collect_references(inner, out);
}

std::set<std::string> references(const boost::json::value& value) {
  std::set<std::string> out;
  collect_references(value, out);
  return out;
}

/// A character from U+3000 to U+9FFF; curly quotes and dashes are below it.
bool has_chinese(std::string_view text) {
  constexpr unsigned char kFirst = 0xE3, kLast = 0xE9;
  return std::ranges::any_of(text, [](unsigned char c) { return c >= kFirst && c <= kLast; });
}

std::string name_of(const Route& route) { return fmt::format("{} {}", route.method, route.pattern); }

class OpenApiTest : public ServeTest {
 protected:
  const std::vector<Route>& routes() { return service_->routes(); }
  const boost::json::object schemas_ = *api_schemas();
};

TEST_F(OpenApiTest, RoutesNameSchemasThatExist) {
  for (const Route& route : routes()) {
    std::vector<std::string_view> names = {route.takes, route.gives, route.gives_events};
    for (const OtherReply& other : route.other_replies) names.push_back(other.gives);
    for (const std::string_view name : names)
      EXPECT_TRUE(name.empty() || schemas_.contains(name)) << name_of(route) << ": " << name;
    EXPECT_EQ(route.body.kind == Body::Kind::json, !route.takes.empty() && route.takes_type.empty())
        << name_of(route) << " takes JSON, but says not which";
  }
}

TEST_F(OpenApiTest, EverySchemaIsUsedAndEveryReferenceResolves) {
  const boost::json::object document = openapi(routes(), schemas_, "1", Lang::en);
  std::set<std::string> open = references(document.at("paths"));
  open.merge(references(document.at("components").at("responses")));
  std::set<std::string> used;
  while (!open.empty()) {
    const std::string one = *open.begin();
    open.erase(open.begin());
    if (!used.insert(one).second || one.starts_with(kResponses)) continue;
    ASSERT_TRUE(one.starts_with(kSchemas)) << one;
    const boost::json::value* schema = schemas_.if_contains(one.substr(kSchemas.size()));
    ASSERT_NE(schema, nullptr) << one;
    open.merge(references(*schema));
  }
  for (const auto& [name, schema] : schemas_)
    EXPECT_TRUE(used.contains(std::string(kSchemas) + std::string(name))) << name << " is used by nothing";
}

TEST_F(OpenApiTest, BodiesThatAreTakenAllowNothingElse) {
  for (const Route& route : routes()) {
    if (route.takes.empty()) continue;
    const boost::json::object& schema = schemas_.at(route.takes).as_object();
    if (!schema.contains("properties")) continue;
    EXPECT_EQ(schema.at("type"), "object") << route.takes;
    ASSERT_TRUE(schema.contains("additionalProperties")) << route.takes;
    for (const auto& needed :
         schema.contains("required") ? schema.at("required").as_array() : boost::json::array())
      EXPECT_TRUE(schema.at("properties").as_object().contains(needed.as_string()))
          << route.takes << " needs " << needed << " but does not describe it";
  }
}

TEST_F(OpenApiTest, TextsAreThereInBothLanguages) {
  for (const Route& route : routes()) {
    EXPECT_FALSE(route.summary.en.empty()) << name_of(route);
    EXPECT_FALSE(has_chinese(route.summary.en)) << name_of(route);
    EXPECT_TRUE(has_chinese(route.summary.zh)) << name_of(route);
    for (const Parameter& one : route.query) {
      EXPECT_FALSE(one.about.en.empty()) << name_of(route) << " " << one.name;
      EXPECT_TRUE(has_chinese(one.about.zh)) << name_of(route) << " " << one.name;
    }
  }
}

TEST_F(OpenApiTest, ParametersHaveLimits) {
  for (const Route& route : routes()) {
    for (const Parameter& one : route.query) {
      EXPECT_LE(one.least, one.most) << name_of(route) << " " << one.name;
      EXPECT_GT(one.most, 0) << name_of(route) << " " << one.name;
    }
  }
}

TEST_F(OpenApiTest, OperationsHaveNamesOfTheirOwn) {
  const boost::json::object document = openapi(routes(), schemas_, "1", Lang::en);
  std::set<std::string> names;
  size_t operations = 0;
  for (const auto& [path, methods] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      ++operations;
      EXPECT_TRUE(names.insert(std::string(operation.at("operationId").as_string())).second)
          << method << " " << path;
    }
  }
  EXPECT_EQ(operations, routes().size());
}

TEST_F(OpenApiTest, AnOperationSaysWhatItTakesGivesAndNeeds) {
  const Route route{.method = "PATCH",
                    .pattern = "/api/things/{id}/parts/{name}",
                    .need = Need::editor,
                    .scope = Scope::write,
                    .body = {Body::Kind::json, kJsonBytes},
                    .query = {{.name = "limit",
                               .kind = Parameter::Kind::integer,
                               .least = 1,
                               .most = 200,
                               .needed = true,
                               .about = text("how many", "数量")},
                              {.name = "q", .most = 50, .about = text("words", "词")}},
                    .summary = text("Changes a part", "修改部件"),
                    .takes = "PartChange",
                    .gives = "Part"};
  const boost::json::object schemas{{"PartChange", {{"type", "object"}, {"required", {"size"}}}},
                                    {"Part", {{"type", "object"}}}};
  const boost::json::object document = openapi({route}, schemas, "1", Lang::zh);
  const boost::json::value& operation = document.at("paths").at("/api/things/{id}/parts/{name}").at("patch");
  EXPECT_EQ(operation.at("operationId"), "patch_api_things_id_parts_name");
  EXPECT_EQ(operation.at("tags"), boost::json::parse(R"(["things"])"));
  EXPECT_EQ(operation.at("summary"), "修改部件");
  EXPECT_EQ(operation.at("parameters"), boost::json::parse(R"([
    {"name": "id", "in": "path", "required": true,
     "schema": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9223372036854775807}},
    {"name": "name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}},
    {"name": "limit", "in": "query", "required": true, "description": "数量",
     "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    {"name": "q", "in": "query", "required": false, "description": "词",
     "schema": {"type": "string", "maxLength": 50}}])"));
  EXPECT_EQ(operation.at("requestBody"), boost::json::parse(R"({"required": true, "content":
    {"application/json": {"schema": {"$ref": "#/components/schemas/PartChange"}}}})"));
  const boost::json::object& responses = operation.at("responses").as_object();
  EXPECT_EQ(responses.at("200").at("content"), boost::json::parse(R"({"application/json":
    {"schema": {"$ref": "#/components/schemas/Part"}}})"));
  for (const char* status : {"400", "401", "403", "404", "409", "413", "415", "422", "429", "503"})
    EXPECT_TRUE(responses.contains(status)) << status;
  EXPECT_FALSE(operation.as_object().contains("security"));  // as everywhere: a session or a key
  EXPECT_EQ(document.at("security"), boost::json::parse(R"([{"session": []}, {"key": []}])"));
  EXPECT_THAT(std::string(operation.at("description").as_string()), HasSubstr("write"));
}

TEST_F(OpenApiTest, FilesEventsAndOpenRoutesAreToldAsWhatTheyAre) {
  const std::vector<Route> routes = {
      {.method = "POST",
       .pattern = "/api/files",
       .body = {Body::Kind::file, 100},
       .gives = "File",
       .gives_status = 201},
      {.method = "GET",
       .pattern = "/api/files/{id}",
       .query = {{.name = "as", .least = 1, .most = 9, .about = text("a name", "名称")}},
       .gives_type = "application/octet-stream, application/pdf"},
      {.method = "POST",
       .pattern = "/api/chat",
       .gives = "Reply",
       .gives_events = "Event",
       .other_replies = {{202, ""}, {400, "Refusal"}}},
      {.method = "DELETE", .pattern = "/api/files/{id}"},
      {.method = "GET", .pattern = "/api/open", .need = Need::nobody, .gives = "File"}};
  const boost::json::object document = openapi(routes, {}, "1", Lang::en);
  const boost::json::value& paths = document.at("paths");
  const boost::json::value bytes = boost::json::parse(R"({"type": "string", "format": "binary"})");
  const boost::json::value& upload = paths.at("/api/files").at("post");
  EXPECT_EQ(upload.at("requestBody").at("content").at("application/octet-stream").at("schema"), bytes);
  EXPECT_TRUE(upload.at("responses").as_object().contains("201"));
  EXPECT_TRUE(upload.at("responses").as_object().contains("507"));
  const boost::json::value& file = paths.at("/api/files/{id}");
  EXPECT_EQ(
      file.at("get").at("responses").at("200").at("content").at("application/octet-stream").at("schema"),
      bytes);
  EXPECT_EQ(file.at("get").at("responses").at("200").at("content").at("application/pdf").at("schema"), bytes);
  EXPECT_EQ(file.at("get").at("parameters").as_array().back().at("schema"),
            boost::json::parse(R"({"type": "string", "minLength": 1, "maxLength": 9})"));
  EXPECT_FALSE(file.at("get").at("responses").as_object().contains("409"));
  EXPECT_FALSE(file.at("delete").at("responses").at("204").as_object().contains("content"));
  const boost::json::value& chat = paths.at("/api/chat").at("post").at("responses").at("200").at("content");
  EXPECT_EQ(chat.at("application/json").at("schema").at("$ref"), "#/components/schemas/Reply");
  EXPECT_EQ(chat.at("text/event-stream").at("schema"), boost::json::parse(R"({
    "type": "object", "required": ["data"], "properties": {
      "event": {"type": "string"},
      "data": {"type": "string", "contentMediaType": "application/json",
               "contentSchema": {"$ref": "#/components/schemas/Event"}}}})"));
  const boost::json::value& others = paths.at("/api/chat").at("post").at("responses");
  EXPECT_FALSE(others.at("202").as_object().contains("content"));
  EXPECT_EQ(others.at("400").at("content").at("application/json").at("schema"),
            boost::json::parse(R"({"anyOf": [
    {"$ref": "#/components/schemas/Error"}, {"$ref": "#/components/schemas/Refusal"}]})"));
  const boost::json::value& open = paths.at("/api/open").at("get");
  EXPECT_THAT(open.at("security").as_array(), IsEmpty());
  EXPECT_FALSE(open.at("responses").as_object().contains("401"));
}

TEST_F(OpenApiTest, AnybodyMayReadItInBothLanguages) {
  const Got english = get({}, "/api/openapi.json");
  ASSERT_EQ(english.status, 200);
  const boost::json::object document = english.object();
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  EXPECT_EQ(document.at("info").at("version"), "test");
  EXPECT_THAT(std::string(document.at("info").at("description").as_string()), HasSubstr("X-CVP-CSRF"));
  EXPECT_TRUE(document.at("paths").as_object().contains("/api/openapi.json"));
  const Got chinese = send({}, "GET", "/api/openapi.json", "", {{"accept-language", "zh-CN"}});
  EXPECT_THAT(chinese.body, HasSubstr("说明文档"));
}

}  // namespace
}  // namespace cvp::serve
