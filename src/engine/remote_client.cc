#include "engine/remote_client.h"

#include "engine/json.h"
#include "net/target.h"

namespace cvp::engine {
namespace {

constexpr int kStallMs = 300'000;  // a busy server may let a request queue for minutes
constexpr uint64_t kReplyLimitBytes = 256ull << 20;

/// Servers word it differently; all name the context.
bool is_too_long(std::string_view words) {
  for (const std::string_view mark :
       {"context length", "context size", "context_length", "maximum context", "too long"}) {
    if (words.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Result<RemoteClient> RemoteClient::create(const RemoteOptions& options) {
  RemoteClient client;
  client.base_url_ = options.base_url;
  while (client.base_url_.ends_with('/')) client.base_url_.pop_back();
  client.model_ = options.model;
  client.key_ = options.api_key;
  const auto target = TRY(net::check_target(client.request("", {})));
  if (!client.key_.empty() && !target.https && !target.loopback) {
    return fail(Errc::refused,
                text("the API key would travel unencrypted to {}", "API 密钥会以明文发送到 {}", target.name),
                text("use an https address, or remove the key if the server needs none",
                     "请改用 https 地址；如果服务器不需要密钥，请将其删除"));
  }
  return client;
}

net::Request RemoteClient::request(const std::string& path, const boost::json::object& body) const {
  net::Request request{.method = "POST",
                       .url = base_url_ + path,
                       .unix_socket = {},
                       .headers = {{"Content-Type", "application/json"}},
                       .body = boost::json::serialize(body),
                       .total_timeout_ms = 0,
                       .stall_timeout_ms = kStallMs,
                       .response_limit_bytes = kReplyLimitBytes};
  if (!key_.empty()) request.headers["Authorization"] = "Bearer " + key_;
  return request;
}

std::unexpected<Error> RemoteClient::status_error(const net::Response& response) const {
  const std::string words = error_words(response.body);
  const int status = response.status;
  if (status == 401 || status == 403) {
    return fail(Errc::refused,
                text("{} did not accept the API key: {}", "{} 不接受这个 API 密钥：{}", base_url_, words),
                text("check `api_key` in the configuration", "请检查配置中的 `api_key`"));
  }
  if (status == 404) {
    return fail(
        Errc::not_found,
        text("{} does not offer the model {}: {}", "{} 没有提供模型 {}：{}", base_url_, model_, words),
        text("check the model's name and that the address ends in /v1",
             "请检查模型名称，并确认地址以 /v1 结尾"));
  }
  if (status == 429) {
    return fail(Errc::busy,
                text("{} accepts no more requests for now: {}", "{} 暂时不再接受请求：{}", base_url_, words),
                text("try again later", "请稍后再试"));
  }
  if (status >= 500) {
    return fail(
        Errc::unavailable,
        text("{} has a problem of its own ({}): {}", "{} 自身出现故障（{}）：{}", base_url_, status, words),
        text("try again later", "请稍后再试"));
  }
  if (is_too_long(words)) {
    return fail(Errc::refused,
                text("the prompt is too long for {}: {}", "提示词超出了 {} 的长度限制：{}", model_, words),
                text("ask with fewer or shorter passages, or correct `context_tokens` in the configuration",
                     "请减少或缩短引用的段落，或更正配置中的 `context_tokens`"));
  }
  return fail(Errc::failed,
              text("{} refused the request ({}): {}", "{} 拒绝了请求（{}）：{}", base_url_, status, words));
}

Result<std::string> RemoteClient::post_raw(const std::string& path, const boost::json::object& body,
                                           const CancelToken& cancel, int timeout_ms) const {
  net::Request asked = request(path, body);
  asked.total_timeout_ms = timeout_ms;
  auto response = TRY(net::send(asked, cancel));
  if (response.status < 200 || response.status > 299) return status_error(response);
  return std::move(response.body);
}

Result<boost::json::value> RemoteClient::post(const std::string& path, const boost::json::object& body,
                                              const CancelToken& cancel, int timeout_ms) const {
  const std::string reply = TRY(post_raw(path, body, cancel, timeout_ms));
  return parse_json(reply, base_url_);
}

Result<void> RemoteClient::stream(const std::string& path, const boost::json::object& body,
                                  const std::function<bool(std::string_view data)>& on_event,
                                  const CancelToken& cancel) const {
  net::SseParser parser(on_event);
  const auto response =
      TRY(net::send(request(path, body), cancel, [&](std::string_view bytes) { return parser.feed(bytes); }));
  if (response.status < 200 || response.status > 299) return status_error(response);
  return {};
}

}  // namespace cvp::engine
