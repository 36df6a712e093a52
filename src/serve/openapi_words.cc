#include "serve/openapi_words.h"

#include <algorithm>
#include <array>

namespace cvp::serve {
namespace {

struct Failure {
  int status;
  std::string_view name;
};
constexpr std::array kFailures = {Failure{400, "BadRequest"},
                                  Failure{401, "Unauthenticated"},
                                  Failure{403, "Forbidden"},
                                  Failure{404, "NotFound"},
                                  Failure{409, "Conflict"},
                                  Failure{413, "TooLarge"},
                                  Failure{415, "UnsupportedType"},
                                  Failure{422, "Unreadable"},
                                  Failure{429, "TooMany"},
                                  Failure{503, "Unavailable"},
                                  Failure{507, "Full"}};

Text account_words(Need need) {
  switch (need) {
    case Need::nobody:
      return text("Needs no account.", "无需账号。");
    case Need::account:
      return text("Needs an account.", "需要账号。");
    case Need::editor:
      return text("Needs an editor's account.", "需要编辑者账号。");
    case Need::admin:
      break;
  }
  return text("Needs an administrator's account.", "需要管理员账号。");
}

}  // namespace

Text manual_words() {
  return text(
      "JSON in, JSON out, UTF-8. Programs send an API key: `Authorization: Bearer cvp_…`. Browsers have a "
      "session cookie; with it, every request but GET must carry the header `X-CVP-CSRF` with the value "
      "`csrf` of `GET /api/me`. Messages for people are in the language of `Accept-Language` (en or zh). "
      "Fields and parameters that are not described here are refused. Times are Unix seconds. What belongs "
      "to somebody else answers as what does not exist. Any request may also be refused with 405 (method), "
      "408 (too slow), 421 (unknown name of this server) or 431 (header too large), in the form of `Error`.",
      "请求与应答均为 UTF-8 编码的 JSON。程序使用 API 密钥：`Authorization: Bearer cvp_…`。浏览器使用会话 "
      "Cookie；此时除 GET 之外的请求都必须带上请求头 `X-CVP-CSRF`，其值为 `GET /api/me` 返回的 `csrf`。"
      "给人看的消息使用 `Accept-Language` 指定的语言（en 或 zh）。未在此说明的字段和参数一律拒绝。时间为 "
      "Unix 秒。属于他人的内容与不存在的内容应答相同。任何请求还可能以 405（方法不符）、408（传输过慢）、"
      "421（不是本服务器的名称）或 431（请求头过大）被拒绝，格式同 `Error`。");
}

Text session_words() {
  return text("Of a browser that signed in. Requests that change something also need the header X-CVP-CSRF.",
              "浏览器登录后的会话。修改内容的请求还需要请求头 X-CVP-CSRF。");
}

Text key_words() {
  return text("An API key, made under Settings or with POST /api/me/keys. It can do what its scopes say.",
              "API 密钥，可在设置页或通过 POST /api/me/keys 创建，只能用于其授权范围。");
}

Text success_words() { return text("Done.", "成功。"); }

Text retry_words() { return text("Seconds after which to try again.", "建议重试前等待的秒数。"); }

Text need_words(const Route& route) {
  const Text account = account_words(route.need);
  if (route.need == Need::nobody) return account;
  if (route.scope == Scope::any)
    return text("{} Any key may call it; its scopes decide what comes of it.",
                "{}任何密钥均可调用，结果取决于其授权范围。", account);
  return text("{} Scope of a key: {}.", "{}密钥所需的授权范围：{}。", account, scope_name(route.scope));
}

const std::vector<int>& all_failures() {
  static const std::vector<int> kAll = [] {
    std::vector<int> out;
    for (const Failure& one : kFailures) out.push_back(one.status);
    return out;
  }();
  return kAll;
}

std::string_view failure_name(int status) {
  const auto found = std::ranges::find(kFailures, status, &Failure::status);
  return found != kFailures.end() ? found->name : std::string_view();
}

Text failure_words(int status) {
  switch (status) {
    case 400:
      return text("The request is wrong; the message names what.", "请求有误，消息中说明了原因。");
    case 401:
      return text("Nobody is signed in, or the name, password or key is wrong.",
                  "尚未登录，或用户名、密码、密钥不正确。");
    case 403:
      return text("This account or key may not do this, or the request was forged by another page.",
                  "该账号或密钥无权执行此操作，或请求由其他网页伪造。");
    case 404:
      return text("There is no such thing, or it belongs to somebody else.", "不存在，或属于他人。");
    case 409:
      return text("It contradicts what is there: a name that is taken, a job that runs.",
                  "与现有内容冲突：例如名称已被占用、任务正在运行。");
    case 413:
      return text("The body is too large.", "请求体过大。");
    case 415:
      return text("The body has another media type than this route takes.", "请求体的媒体类型不符。");
    case 422:
      return text("The file or the stored data cannot be read.", "文件或已存数据无法读取。");
    case 429:
      return text("Too many wrong tries, or too much asked for at once.", "错误次数过多，或同时请求过多。");
    case 503:
      return text("The server is busy, or what it needs (a model, an engine) is not there.",
                  "服务器繁忙，或缺少所需的模型或引擎。");
    default:
      return text("The server's disk is full.", "服务器磁盘已满。");
  }
}

}  // namespace cvp::serve
