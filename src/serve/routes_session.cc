// How people come in and go: the first account, sign in and out, who am I, the own password.
#include "base/unicode.h"
#include "serve/my_keys.h"
#include "serve/passwords.h"
#include "serve/replies.h"
#include "serve/revoke.h"
#include "serve/routes.h"
#include "serve/text_length.h"
#include "sys/secrets.h"

namespace cvp::serve {
namespace {

using Credentials = store::Accounts::Credentials;

constexpr size_t kHashesAtOnce = 2;
constexpr size_t kTokenCharacters = 200;
constexpr size_t kAuditedNameBytes = 64;

template <class Identified>
boost::json::value name_of(const std::shared_ptr<Identified>& model) {
  if (model == nullptr) return nullptr;
  return boost::json::string(model->identity().name);
}

boost::json::object me_json(const Backend& backend, const Caller& caller) {
  const store::User& user = caller.user;
  const auto language =
      user.language.empty() ? boost::json::value(nullptr) : boost::json::value(user.language);
  return {{"user",
           {{"id", user.id}, {"name", user.name}, {"role", role_name(user.role)}, {"language", language}}},
          {"csrf", caller.csrf},
          {"version", backend.options.version},
          {"features",
           {{"chat_model", name_of(backend.host.generator())},
            {"embedder", name_of(backend.host.embedder())},
            {"training", false},
            {"oidc", backend.options.oidc.on()},
            {"max_upload_bytes", backend.options.max_upload_bytes}}}};
}

net::Reply locked_out(int64_t wait_seconds, Lang lang) {
  net::Reply reply = error_reply(429, "locked_out", text("too many wrong tries", "错误次数过多"),
                                 text("try again in {} seconds", "请在 {} 秒后再试", wait_seconds), lang);
  reply.headers.emplace_back("Retry-After", std::to_string(wait_seconds));
  return reply;
}

// One answer for a wrong password, an unknown name, a disabled account and one without a password.
net::Reply not_signed_in(Lang lang) {
  return error_reply(401, "unauthenticated", text("the name or the password is wrong", "用户名或密码不正确"),
                     text("an administrator can set a new password", "如忘记密码，可请管理员重新设置"), lang);
}

net::Reply sign_in_again(Lang lang) {
  return error_reply(401, "unauthenticated", text("this session has ended", "会话已结束"),
                     text("sign in again", "请重新登录"), lang);
}

std::string throttled_name(std::string_view name) { return "name " + fold(name); }
std::string throttled_address(const Call& call) { return "address " + call.request.client; }
std::string throttled_password(const Call& call) {
  return "password of " + std::to_string(call.caller.user.id);
}

class SessionArea {
 public:
  explicit SessionArea(Backend& backend) : backend_(backend), passwords_(backend.live, kHashesAtOnce) {}

  Result<net::Reply> setup_state() {
    return json_reply(
        boost::json::object{{"needed", !TRY(accounts().any_user())}, {"oidc", backend_.options.oidc.on()}});
  }

  Result<net::Reply> set_up(Call& call) {
    if (TRY(accounts().any_user())) {
      return fail(Errc::refused, text("this server is set up already", "这台服务器已经初始化"),
                  text("sign in; an administrator can add accounts", "请直接登录；新账号由管理员添加"));
    }
    Fields fields(call.body);
    const std::string token = fields.text("token", 4 * kTokenCharacters),
                      name = fields.text("name", kNameBytes),
                      password = fields.text("password", kPasswordBytes);
    TRY(fields.finish());
    TRY(check_length("token", token, 1, kTokenCharacters));
    TRY(check_length("password", password, kPasswordLeast, kPasswordMost));
    if (const int64_t wait = backend_.throttle.wait(throttled_address(call)); wait > 0)
      return locked_out(wait, call.lang);
    const std::string& expected = backend_.options.setup_token;
    if (expected.empty() || !sys::equal_secrets(token, expected)) {
      backend_.throttle.failed(throttled_address(call), Throttle::kFreeTriesOfAddress);
      return fail(Errc::refused, text("this is not the setup code", "设置码不正确"),
                  text("`cvp serve` prints it when it starts", "`cvp serve` 启动时会显示设置码"));
    }
    return passwords_.reply_later(call, [this, call, name, password]() mutable -> Result<net::Reply> {
      const std::string hash = TRY(sys::hash_password(password));
      TRY(accounts().create_first_admin({.name = name, .password_hash = hash}));
      call.caller.user.name = name;
      TRY(backend_.audit(call, "setup", name));
      auto reply = TRY(enter(call, TRY(accounts().credentials(name))));
      return reply ? std::move(*reply) : sign_in_again(call.lang);
    });
  }

  Result<net::Reply> log_in(Call& call) {
    Fields fields(call.body);
    const std::string name = fields.text("name", kNameBytes),
                      password = fields.text("password", kPasswordBytes);
    TRY(fields.finish());
    TRY(check_length("name", name, 1, kNameCharacters));
    TRY(check_length("password", password, 1, kPasswordMost));
    if (const int64_t wait = login_wait(call, name); wait > 0) return locked_out(wait, call.lang);
    return passwords_.reply_later(
        call, [this, call, name, password]() mutable { return check_login(call, name, password); });
  }

  Result<net::Reply> log_out(Call& call) {
    TRY(Fields(call.body).finish());
    if (!call.caller.session_hash.empty()) TRY(end_session(backend_, call.caller.session_hash));
    net::Reply reply = no_content();
    reply.headers.emplace_back("Set-Cookie", Gate::no_session_cookie(secure(call)));
    return reply;
  }

  Result<net::Reply> me(Call& call) { return json_reply(me_json(backend_, call.caller)); }

  Result<net::Reply> change_me(Call& call) {
    Fields fields(call.body);
    const std::string language = fields.choice("language", {"zh", "en"}, "");
    TRY(fields.finish());
    if (fields.has("language")) {
      TRY(accounts().change_user(call.caller.user.id, {.language = language}));
      call.caller.user.language = language;
    }
    return me(call);
  }

  Result<net::Reply> change_password(Call& call) {
    TRY(need_browser(call.caller));
    Fields fields(call.body);
    const std::string old = fields.text("old", kPasswordBytes), fresh = fields.text("new", kPasswordBytes);
    TRY(fields.finish());
    TRY(check_length("old", old, 1, kPasswordMost));
    TRY(check_length("new", fresh, kPasswordLeast, kPasswordMost));
    if (!call.caller.user.external_subject.empty()) {
      return fail(Errc::refused,
                  text("this account signs in without a password of cvp's", "此账号不使用 cvp 的密码登录"),
                  text("change the password at your organisation's sign-in", "请在单位账号系统中修改密码"));
    }
    if (const int64_t wait = backend_.throttle.wait(throttled_password(call)); wait > 0)
      return locked_out(wait, call.lang);
    return passwords_.reply_later(call, [this, call, old, fresh] { return replace(call, old, fresh); });
  }

 private:
  store::Accounts& accounts() { return backend_.store.accounts(); }
  bool secure(const Call& call) const { return backend_.options.secure_cookies || call.request.secure; }

  int64_t login_wait(const Call& call, const std::string& name) const {
    return std::max(backend_.throttle.wait(throttled_name(name)),
                    backend_.throttle.wait(throttled_address(call)));
  }

  Result<std::optional<Credentials>> known(const std::string& name) {
    auto found = accounts().credentials(name);
    if (found) return std::optional(std::move(*found));
    if (found.error().code == Errc::not_found) return std::optional<Credentials>();
    return std::unexpected(found.error());
  }

  Result<net::Reply> check_login(Call& call, const std::string& name, const std::string& password) {
    // Again: others may have tried while this one waited.
    if (const int64_t wait = login_wait(call, name); wait > 0) return locked_out(wait, call.lang);
    const auto found = TRY(known(name));
    const bool has_password = found && found->user.external_subject.empty();
    const bool right = passwords_.matches(has_password ? found->password_hash : std::string(), password);
    if (!right || found->user.disabled) return refuse_login(call, name);
    auto reply = TRY(enter(call, *found));
    if (!reply) return refuse_login(call, name);
    backend_.throttle.succeeded(throttled_name(name));
    backend_.throttle.succeeded(throttled_address(call));
    TRY(backend_.audit(call, "login", found->user.name));
    return std::move(*reply);
  }

  Result<net::Reply> refuse_login(const Call& call, const std::string& name) {
    backend_.throttle.failed(throttled_name(name));
    backend_.throttle.failed(throttled_address(call), Throttle::kFreeTriesOfAddress);
    Call nobody = call;
    nobody.caller = {};
    TRY(backend_.audit(nobody, "login.failed", utf8_prefix(name, kAuditedNameBytes)));
    return not_signed_in(call.lang);
  }

  /// Opens a session and makes its user the caller. Nothing where the account changed since it was checked:
  /// whoever was disabled or got another password meanwhile must not come in with the old one.
  Result<std::optional<net::Reply>> enter(Call& call, const Credentials& checked) {
    const std::string token = TRY(backend_.gate.open_session(checked.user.id));
    const std::string hash = Gate::hash_of(token);
    const auto opened = TRY(accounts().session(hash));
    const auto now = TRY(known(checked.user.name));
    if (!opened || !now || now->password_hash != checked.password_hash) {
      TRY(accounts().close_session(hash));
      return std::optional<net::Reply>();
    }
    if (!call.caller.session_hash.empty()) TRY(end_session(backend_, call.caller.session_hash));
    call.caller = {.user = opened->user, .session_hash = hash, .csrf = opened->session.csrf};
    net::Reply reply = json_reply(me_json(backend_, call.caller));
    reply.headers.emplace_back("Set-Cookie", Gate::session_cookie(token, secure(call)));
    return std::optional(std::move(reply));
  }

  Result<net::Reply> replace(const Call& call, const std::string& old, const std::string& fresh) {
    const std::string tries = throttled_password(call);
    if (const int64_t wait = backend_.throttle.wait(tries); wait > 0) return locked_out(wait, call.lang);
    const auto now = TRY(accounts().credentials(call.caller.user.name));
    if (!passwords_.matches(now.password_hash, old)) {
      backend_.throttle.failed(tries);
      return fail(Errc::refused, text("the old password is wrong", "当前密码不正确"));
    }
    backend_.throttle.succeeded(tries);
    const std::string hash = TRY(sys::hash_password(fresh));
    // Hashing took a while: an administrator may have ended this session or set another password.
    if (!TRY(accounts().session(call.caller.session_hash))) return sign_in_again(call.lang);
    TRY(accounts().change_user(call.caller.user.id, {.password_hash = hash}));
    TRY(end_other_sessions(backend_, call.caller));
    TRY(backend_.audit(call, "password.change", call.caller.user.name));
    return no_content();
  }

  Backend& backend_;
  Passwords passwords_;
};

std::vector<Route> entrance_routes(const std::shared_ptr<SessionArea>& area) {
  return {{.method = "GET",
           .pattern = "/api/setup",
           .need = Need::nobody,
           .summary = text("Whether the first account is still to be made", "是否还需要创建第一个账号"),
           .gives = "SetupState",
           .run = [area](Call&) { return area->setup_state(); }},
          {.method = "POST",
           .pattern = "/api/setup",
           .need = Need::nobody,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Makes the first account, an administrator's, and signs in",
                           "创建第一个账号（管理员）并登录"),
           .takes = "Setup",
           .gives = "Me",
           .run = [area](Call& call) { return area->set_up(call); }},
          {.method = "POST",
           .pattern = "/api/login",
           .need = Need::nobody,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Signs in; the session is a cookie", "登录；会话保存在 Cookie 中"),
           .takes = "Login",
           .gives = "Me",
           .run = [area](Call& call) { return area->log_in(call); }},
          {.method = "POST",
           .pattern = "/api/logout",
           .scope = Scope::any,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Ends this session", "退出登录"),
           .takes = "Logout",
           .gives = "",
           .run = [area](Call& call) { return area->log_out(call); }}};
}

std::vector<Route> own_routes(const std::shared_ptr<SessionArea>& area) {
  return {{.method = "GET",
           .pattern = "/api/me",
           .scope = Scope::any,
           .summary = text("Who is signed in, and what this server offers", "当前账号，以及服务器提供的功能"),
           .gives = "Me",
           .run = [area](Call& call) { return area->me(call); }},
          {.method = "PATCH",
           .pattern = "/api/me",
           .scope = Scope::write,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Changes the own account's language", "修改当前账号的语言"),
           .takes = "MeChange",
           .gives = "Me",
           .run = [area](Call& call) { return area->change_me(call); }},
          {.method = "POST",
           .pattern = "/api/me/password",
           .scope = Scope::write,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Changes the own password and ends the account's other sessions; not with a key",
                           "修改当前账号的密码，并结束该账号的其他会话；不能用密钥调用"),
           .takes = "PasswordChange",
           .gives = "",
           .run = [area](Call& call) { return area->change_password(call); }}};
}

}  // namespace

std::vector<Route> session_routes(Backend& backend) {
  const auto area = std::make_shared<SessionArea>(backend);
  std::vector<Route> all = entrance_routes(area);
  for (auto&& more : {own_routes(area), key_routes(backend)}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace cvp::serve
