#include "serve/service.h"

#include <boost/json/parse.hpp>

#include "base/json_text.h"
#include "base/log.h"
#include "base/split.h"
#include "base/unicode.h"
#include "serve/caller_now.h"
#include "serve/pages.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

constexpr size_t kSearchesAtOnce = 4, kSearchesWaiting = 256, kSearchesPerUser = 16;
constexpr size_t kJsonDepth = 32;

bool is_api(std::string_view path) {
  for (const std::string_view root : {"/api", "/v1", "/health", "/mcp", "/metrics"})
    if (path == root || (path.starts_with(root) && path[root.size()] == '/')) return true;
  return false;
}

/// The first of the languages asked for that is spoken here.
std::optional<Lang> asked_lang(std::string_view accepted) {
  for (const std::string_view one : split_words(accepted, ',')) {
    if (one.starts_with("zh")) return Lang::zh;
    if (one.starts_with("en")) return Lang::en;
  }
  return {};
}

Lang lang_for(const net::RequestHead& head, const std::optional<Caller>& caller) {
  if (const auto asked = asked_lang(head.header("accept-language"))) return *asked;
  return caller && caller->user.language == "zh" ? Lang::zh : Lang::en;
}

Result<void> check_parameters(const Route& route, const std::map<std::string, std::string>& query) {
  for (const auto& [name, value] : query) {
    const auto known = std::ranges::find(route.query, name, &Parameter::name);
    if (known == route.query.end()) {
      if (route.from_elsewhere) continue;
      return fail(Errc::usage, text("unknown parameter “{}”", "未知参数“{}”", utf8_prefix(name, 100)));
    }
    if (known->kind == Parameter::Kind::text &&
        (count_code_points(value) > static_cast<size_t>(known->most) || !valid_utf8(value) ||
         value.find('\0') != std::string::npos))
      return fail(Errc::usage, text("“{}” must be at most {} characters of UTF-8",
                                    "“{}”须为不超过 {} 个字符的 UTF-8 文本", name, known->most));
  }
  for (const Parameter& one : route.query) {
    if (one.needed && !query.contains(std::string(one.name)))
      return fail(Errc::usage, text("the parameter “{}” is missing", "缺少参数“{}”", std::string(one.name)));
  }
  return {};
}

Result<boost::json::object> read_json(std::string_view body) {
  if (body.empty()) return boost::json::object{};
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(boost::json::string_view(body.data(), body.size()),
                                                      error, {}, {.max_depth = kJsonDepth});
  const boost::json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr)
    return fail(Errc::usage,
                text("the body is not a JSON object in UTF-8", "请求体不是 UTF-8 编码的 JSON 对象"));
  return *object;
}

/// What every reply carries, whoever made it.
void add_common_headers(net::Reply& reply, const net::RequestHead& head) {
  const auto absent = [&](std::string_view name) {
    return std::ranges::none_of(reply.headers, [&](const auto& one) { return one.first == name; });
  };
  reply.headers.emplace_back("X-Request-Id", head.id);
  reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
  reply.headers.emplace_back("Referrer-Policy", "no-referrer");
  reply.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  if (absent("Content-Security-Policy"))
    reply.headers.emplace_back("Content-Security-Policy",
                               "default-src 'none'; frame-ancestors 'none'; sandbox");
  if (head.secure) reply.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
}

net::Reply method_not_allowed(const std::vector<std::string_view>& methods, Lang lang) {
  std::string allowed;
  for (const std::string_view method : methods) allowed.append(allowed.empty() ? "" : ", ").append(method);
  net::Reply reply =
      error_reply(405, "usage", text("this address takes {}", "此地址只接受 {}", allowed), {}, lang);
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

/// Of a request that may not pass.
net::Reply turned_away(Gate::Verdict verdict, Lang lang) {
  if (verdict == Gate::Verdict::sign_in) {
    net::Reply reply = error_reply(401, "unauthenticated", text("please sign in", "请先登录"),
                                   text("or send an API key: Authorization: Bearer cvp_…",
                                        "或在请求中带上 API 密钥：Authorization: Bearer cvp_…"),
                                   lang);
    reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
  }
  if (verdict == Gate::Verdict::forged)
    return error_reply(403, "forbidden",
                       text("this request does not come from cvp's page", "该请求不是来自 cvp 的网页"),
                       text("reload the page and try again", "请刷新页面后重试"), lang);
  return error_reply(403, "forbidden",
                     text("your account or key may not do this", "你的账号或密钥无权执行此操作"),
                     text("ask an administrator", "请联系管理员"), lang);
}

class RealService : public Service {
 public:
  explicit RealService(Parts parts)
      : parts_(std::move(parts)),
        backend_{.home = parts_.home,
                 .options = parts_.options,
                 .clock = parts_.clock,
                 .store = parts_.store,
                 .index = parts_.index,
                 .prompts = parts_.prompts,
                 .host = parts_.host,
                 .gate = gate_,
                 .throttle = throttle_,
                 .live = live_,
                 .generation = generation_,
                 .retrieval = retrieval_,
                 .events = events_,
                 .jobs = jobs_,
                 .upkeep = upkeep_,
                 .watches = watches_,
                 .metrics = metrics_},
        pages_(parts_.page),
        gate_(parts_.store, parts_.clock,
              {.host_names = {parts_.options.host_names.begin(), parts_.options.host_names.end()}}),
        throttle_(parts_.clock),
        generation_({.at_once = parts_.generations_at_once}),
        retrieval_({.at_once = kSearchesAtOnce, .waiting = kSearchesWaiting, .per_user = kSearchesPerUser}),
        upkeep_({.store = parts_.store,
                 .index = parts_.index,
                 .host = parts_.host,
                 .clock = parts_.clock,
                 .events = events_,
                 .generation = generation_,
                 .retrieval = retrieval_,
                 .undo_seconds = parts_.options.undo_seconds}),
        jobs_(parts_.clock, events_),
        watches_({.home = parts_.home,
                  .clock = parts_.clock,
                  .store = parts_.store,
                  .host = parts_.host,
                  .events = events_,
                  .jobs = jobs_,
                  .upkeep = upkeep_}),
        router_(all_routes(backend_)) {}

  /// What was begun for a caller uses all of the rest.
  ~RealService() override {
    jobs_.stop();
    generation_.stop();
    retrieval_.stop();
  }

  Backend& backend() override { return backend_; }
  const std::vector<Route>& routes() const override { return router_.routes(); }

  std::variant<net::Reply, net::Admission> admit(const net::RequestHead& head) override {
    auto admitted = admit_checked(head);
    if (auto* reply = std::get_if<net::Reply>(&admitted)) add_common_headers(*reply, head);
    return admitted;
  }

  net::Reply refuse(int status, const net::RequestHead& head) override {
    net::Reply reply = refusal(status, lang_for(head, {}));
    add_common_headers(reply, head);
    return reply;
  }

  void done(const net::RequestHead& head, int status, uint64_t bytes, double ms) override {
    const std::string route = route_name(head);
    metrics_.answered({.method = head.method, .route = route, .status = status, .bytes = bytes, .ms = ms});
    const std::string fields = json_text(boost::json::object{{"request", head.id},
                                                             {"method", head.method},
                                                             {"route", route},
                                                             {"status", status},
                                                             {"bytes", bytes},
                                                             {"ms", ms},
                                                             {"from", head.client}});
    log::event(log::Level::info, fields.substr(1, fields.size() - 2));
  }

 private:
  std::variant<net::Reply, net::Admission> admit_checked(const net::RequestHead& head) {
    const Lang anybody = lang_for(head, {});
    if (!gate_.host_is_ours(head))
      return error_reply(421, "forbidden",
                         text("this server does not answer to this name", "本服务器不使用这个名称"),
                         text("an administrator can allow it: `cvp serve --name NAME`",
                              "管理员可以允许该名称：`cvp serve --name 名称`"),
                         anybody);
    if (!is_api(head.path)) {
      if (head.method != "GET" && head.method != "HEAD") return method_not_allowed({"GET"}, anybody);
      return pages_.reply(head);
    }
    auto match = router_.match(head.method, head.path);
    const bool expected = match.route != nullptr && match.route->from_elsewhere && Gate::is_visit(head);
    if (!expected && !gate_.origin_is_ours(head)) return turned_away(Gate::Verdict::forged, anybody);
    if (match.route == nullptr) {
      if (!match.methods.empty()) return method_not_allowed(match.methods, anybody);
      return error_reply(404, "not_found", text("there is nothing at this address", "此地址没有内容"), {},
                         anybody);
    }
    auto caller = gate_.caller(head);
    if (!caller) return error_reply(caller.error(), anybody);
    const Lang lang = lang_for(head, *caller);
    const Route& route = *match.route;
    if (const auto verdict = Gate::check(route, head, *caller); verdict != Gate::Verdict::pass)
      return turned_away(verdict, lang);
    if (const auto checked = check_parameters(route, head.query); !checked)
      return error_reply(checked.error(), lang);
    if (route.body.kind == Body::Kind::json && head.content_length.value_or(1) > 0 &&
        !head.header("content-type").starts_with("application/json"))
      return error_reply(415, "usage",
                         text("the body must be application/json", "请求体须为 application/json"), {}, lang);
    return admission(route, std::move(match.path), std::move(*caller), lang);
  }

  net::Admission admission(const Route& route, std::map<std::string, std::string> path,
                           std::optional<Caller> caller, Lang lang) {
    net::Admission out{.body_limit = route.body.limit};
    if (route.body.kind == Body::Kind::file) out.spool_folder = parts_.home / "spool";
    out.handle = [this, &route, path = std::move(path), caller = std::move(caller), lang,
                  admitted_ms = parts_.clock.steady_ms()](net::Incoming&& incoming) {
      Call call{
          .request = std::move(incoming), .caller = caller.value_or(Caller{}), .lang = lang, .path = path};
      net::Reply reply = still_let_in(call, caller.has_value(), admitted_ms)
                             ? run(route, call)
                             : turned_away(Gate::Verdict::sign_in, lang);
      if (const auto* stream = std::get_if<std::shared_ptr<net::EventStream>>(&reply.body))
        metrics_.stream_opened(*stream);
      add_common_headers(reply, call.request);
      return reply;
    };
    return out;
  }

  /// A body may take minutes to come; by then the account may be another.
  bool still_let_in(Call& call, bool has_caller, double admitted_ms) const {
    constexpr double kFreshMs = 500;
    if (!has_caller || parts_.clock.steady_ms() - admitted_ms < kFreshMs) return true;
    auto now = caller_now(parts_.store.accounts(), parts_.clock, call.caller);
    if (!now || !*now) return false;
    call.caller = std::move(**now);
    return true;
  }

  static net::Reply run(const Route& route, Call& call) {
    if (route.body.kind == Body::Kind::json) {
      auto body = read_json(call.request.body);
      if (!body) return error_reply(body.error(), call.lang);
      call.body = std::move(*body);
    }
    auto reply = route.run(call);
    if (reply) return std::move(*reply);
    if (reply.error().code == Errc::failed || reply.error().code == Errc::corrupt)
      log::warn("request {}: {}", call.request.id, reply.error().message.en);
    return error_reply(reply.error(), call.lang);
  }

  net::Reply refusal(int status, Lang lang) const {
    switch (status) {
      case 408:
        return error_reply(408, "usage", text("the request came too slowly", "请求传输过慢"), {}, lang);
      case 413:
        return error_reply(413, "too_large",
                           text("this is too large; files may have {} MB", "内容过大；文件不得超过 {} MB",
                                parts_.options.max_upload_bytes >> 20),
                           {}, lang);
      case 431:
        return error_reply(431, "usage", text("the request's header is too large", "请求头过大"), {}, lang);
      case 503: {
        net::Reply reply = error_reply(503, "unavailable", text("the server is busy", "服务器繁忙"),
                                       text("try again in a few seconds", "请过几秒再试"), lang);
        reply.headers.emplace_back("Retry-After", "5");
        return reply;
      }
      case 507:
        return error_reply(507, "full", text("the server's disk is full", "服务器磁盘已满"),
                           text("an administrator must make room", "请管理员清理空间"), lang);
      default:
        return error_reply(status, "usage", text("this is no request that cvp understands", "无法识别的请求"),
                           {}, lang);
    }
  }

  /// Without ids and names: what is logged says nothing of anybody's documents.
  std::string route_name(const net::RequestHead& head) const {
    const auto match = router_.match(head.method, head.path);
    if (match.route != nullptr) return std::string(match.route->pattern);
    return is_api(head.path) ? "?" : "page";
  }

  // In the order of need: what stands below uses what stands above, and ends first.
  // The backend refers to those below it, for whatever of them still runs at the end.
  const Parts parts_;
  Backend backend_;
  Pages pages_;
  Gate gate_;
  Throttle throttle_;
  LiveCalls live_;
  Metrics metrics_;
  EventHub events_;
  WorkQueue generation_, retrieval_;
  Upkeep upkeep_;
  Jobs jobs_;
  Watches watches_;
  Router router_;
};

}  // namespace

Result<std::unique_ptr<Service>> Service::create(Parts parts) {
  // What a killed server was receiving is of no use to anybody.
  TRY(sys::remove_tree(parts.home / "spool"));
  TRY(sys::make_folders(parts.home / "spool"));
  return std::make_unique<RealService>(std::move(parts));
}

}  // namespace cvp::serve
