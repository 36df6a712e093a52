#include "bench/api_client.h"

#include <boost/json.hpp>

#include "base/json_text.h"
#include "base/unicode.h"
#include "bench/json_fields.h"

namespace cvp::bench {
namespace {

namespace json = boost::json;

constexpr const char* kJson = "application/json";
constexpr const char* kBytes = "application/octet-stream";
constexpr size_t kShownBytes = 300;

bool succeeded(int status) { return status >= 200 && status <= 299; }

std::unexpected<Error> fail_status(const std::string& method, const std::string& target,
                                   const ApiReply& reply) {
  return fail(Errc::failed, verbatim(fmt::format("{} {}: {} {}", method, target, reply.status,
                                                 utf8_prefix(reply.body, kShownBytes))));
}

}  // namespace

net::Request ApiClient::request(const std::string& method, const std::string& target) const {
  net::Request out{.method = method, .url = url_ + target};
  if (!key_.empty()) {
    out.headers["Authorization"] = "Bearer " + key_;
  } else if (!cookie_.empty()) {
    out.headers["Cookie"] = cookie_;
    out.headers["X-CVP-CSRF"] = csrf_;
  }
  return out;
}

Result<ApiReply> ApiClient::send(const std::string& method, const std::string& target, std::string body,
                                 const CancelToken& cancel) const {
  net::Request out = request(method, target);
  if (!body.empty()) out.headers["Content-Type"] = kJson;
  out.body = std::move(body);
  net::Response response = TRY(net::send(out, cancel));
  return ApiReply{
      .status = response.status, .headers = std::move(response.headers), .body = std::move(response.body)};
}

Result<json::object> ApiClient::call(const std::string& method, const std::string& target,
                                     std::string body) const {
  const ApiReply reply = TRY(send(method, target, std::move(body)));
  if (!succeeded(reply.status)) return fail_status(method, target, reply);
  return object_of(reply.body);
}

Result<json::object> ApiClient::post(const std::string& target, const json::object& body) const {
  return call("POST", target, json_text(body));
}

Result<json::object> ApiClient::patch(const std::string& target, const json::object& body) const {
  return call("PATCH", target, json_text(body));
}

Result<void> ApiClient::enter(const std::string& target, const json::object& body) {
  const ApiReply reply = TRY(send("POST", target, json_text(body)));
  if (!succeeded(reply.status)) return fail_status("POST", target, reply);
  const auto cookie = reply.headers.find("set-cookie");
  csrf_ = text_in(object_of(reply.body), "csrf");
  if (cookie == reply.headers.end() || csrf_.empty())
    return fail(Errc::corrupt, text("{} opened no session", "{} 没有建立会话", target));
  cookie_ = cookie->second.substr(0, cookie->second.find(';'));
  return {};
}

Result<void> ApiClient::set_up(const std::string& token, const std::string& name,
                               const std::string& password) {
  return enter("/api/setup", {{"token", token}, {"name", name}, {"password", password}});
}

Result<void> ApiClient::sign_in(const std::string& name, const std::string& password) {
  return enter("/api/login", {{"name", name}, {"password", password}});
}

Result<std::string> ApiClient::new_key(const std::string& name,
                                       const std::vector<std::string>& scopes) const {
  const json::object made = TRY(post(
      "/api/me/keys",
      {{"name", name}, {"scopes", json::array(scopes.begin(), scopes.end())}, {"expires_days", nullptr}}));
  return text_in(made, "secret");
}

Result<int64_t> ApiClient::upload(int64_t collection, const std::string& name, const std::string& bytes,
                                  const CancelToken& cancel) const {
  const std::string target = fmt::format("/api/collections/{}/documents?name={}", collection, name);
  net::Request out = request("POST", target);
  out.headers["Content-Type"] = kBytes;
  out.body = bytes;
  const net::Response response = TRY(net::send(out, cancel));
  if (response.status != 201)
    return fail_status("POST", target, {.status = response.status, .body = response.body});
  const json::object made = object_of(response.body);
  const json::value* document = made.if_contains("document");
  const int64_t id =
      document != nullptr && document->is_object() ? number_in(document->get_object(), "id") : 0;
  if (id == 0) return fail(Errc::corrupt, text("an upload gave no document", "上传后没有返回文档"));
  return id;
}

Result<ApiReply> ApiClient::stream(const std::string& target, const std::string& body,
                                   const std::function<bool(std::string_view data)>& on_data,
                                   const CancelToken& cancel) const {
  net::Request out = request(body.empty() ? "GET" : "POST", target);
  if (!body.empty()) out.headers["Content-Type"] = kJson;
  out.body = body;
  out.total_timeout_ms = 0;  // silence ends it; a stream that waits is kept alive by comments
  net::SseParser parser(on_data);
  net::Response response =
      TRY(net::send(out, cancel, [&](std::string_view bytes) { return parser.feed(bytes); }));
  return ApiReply{
      .status = response.status, .headers = std::move(response.headers), .body = std::move(response.body)};
}

Result<AskEnd> ApiClient::ask(const std::string& question, const std::string& mode,
                              const CancelToken& cancel) const {
  json::object body{{"question", question}};
  if (!mode.empty()) body["mode"] = mode;
  AskEnd out;
  const auto on_data = [&](std::string_view data) {
    out.last = object_of(data);
    return true;
  };
  const ApiReply reply = TRY(stream("/api/ask", json_text(body), on_data, cancel));
  out.status = reply.status;
  if (!succeeded(reply.status)) out.last = object_of(reply.body);
  out.answered = succeeded(reply.status) && out.last.contains("outcome") && out.last.contains("message");
  return out;
}

}  // namespace cvp::bench
