#include <boost/json/array.hpp>

#include "base/unicode.h"
#include "cli/screen_text.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "cli/words.h"
#include "serve/caller.h"
#include "serve/oidc_options.h"
#include "serve/text_length.h"
#include "sys/secrets.h"
#include "sys/terminal.h"

namespace cvp::cli {
namespace {

constexpr size_t kSubjectCharacters = 2000;

/// Whoever may run this on the server's machine owns the home: the audit log says so instead of a name.
Result<void> audit(store::Accounts& accounts, std::string_view action, std::string_view subject) {
  return accounts.audit({.actor = "cvp users",
                         .action = std::string(action),
                         .subject = std::string(subject),
                         .origin = "command line"});
}

Result<store::Accounts*> open_accounts(App& app) { return &TRY(app.store())->accounts(); }

Result<store::User> user_named(store::Accounts& accounts, const std::string& name) {
  auto found = accounts.credentials(name);
  if (found) return std::move(found->user);
  if (found.error().code != Errc::not_found) return std::unexpected(found.error());
  return fail(Errc::not_found, text("there is no account “{}”", "没有账号“{}”", printable(name)),
              text("`cvp users` lists them", "`cvp users` 可列出全部账号"));
}

Text role_text(store::Role role) {
  if (role == store::Role::admin) return text("admin", "管理员");
  return role == store::Role::editor ? text("editor", "编辑者") : text("reader", "读者");
}

/// Typed twice on a terminal, one line of anything else.
Result<std::string> read_password(App& app) {
  const bool typed = sys::is_terminal(app.input());
  app.printer().prompt(text("Password: ", "密码："));
  const auto first = sys::read_secret(app.input(), app.cancel());
  if (typed) app.printer().prompt(verbatim("\n"));
  if (!first) return fail_cancelled();
  if (!valid_utf8(*first)) return fail(Errc::usage, text("the password is not UTF-8", "密码不是 UTF-8 编码"));
  TRY(serve::check_length("password", *first, serve::kPasswordLeast, serve::kPasswordMost));
  if (!typed) return *first;
  app.printer().prompt(text("Once more: ", "再输入一次："));
  const auto second = sys::read_secret(app.input(), app.cancel());
  app.printer().prompt(verbatim("\n"));
  if (second != first) return fail(Errc::usage, text("the two differ", "两次输入不一致"));
  return *first;
}

Result<int> list(App& app) {
  store::Accounts* accounts = TRY(open_accounts(app));
  Table table;
  table.column(text("name", "名称"));
  table.column(text("role", "角色"));
  table.column(text("signs in with", "登录方式"));
  table.column(text("last seen", "最近使用"));
  boost::json::array users;
  const std::vector<store::User> all = TRY(accounts->users());
  for (const store::User& user : all) {
    const Text way =
        !user.external_subject.empty() ? text("identity provider", "统一身份认证") : text("password", "密码");
    table.row({verbatim(printable(user.name)), role_text(user.role),
               user.disabled ? text("disabled", "已停用") : way,
               user.last_seen_unix > 0 ? verbatim(format_time(user.last_seen_unix)) : text("never", "从未")});
    users.push_back(boost::json::object{{"id", user.id},
                                        {"name", user.name},
                                        {"role", serve::role_name(user.role)},
                                        {"disabled", user.disabled},
                                        {"external", !user.external_subject.empty()},
                                        {"last_seen", user.last_seen_unix}});
  }
  if (all.empty()) {
    app.printer().line(text("There are no accounts; `cvp users add NAME --role admin` makes the first.",
                            "还没有账号；可用 `cvp users add 名称 --role admin` 创建第一个。"));
  } else {
    table.print(app.printer(), false);
  }
  if (app.printer().json_wanted()) app.printer().json({{"users", std::move(users)}});
  return 0;
}

Result<int> add(App& app, const std::string& name, const std::string& role_word) {
  store::Accounts* accounts = TRY(open_accounts(app));
  const store::Role role = serve::role_of(role_word).value_or(store::Role::reader);
  TRY(serve::check_length("name", name, 1, serve::kNameCharacters));
  const std::string hash = TRY(sys::hash_password(TRY(read_password(app))));
  TRY(audit(*accounts, "user.create", name));
  const store::UserId id = TRY(accounts->create_user({.name = name, .password_hash = hash, .role = role}));
  app.printer().line(
      text("{} can sign in now ({})", "{} 现在可以登录了（{}）", printable(name), role_text(role)));
  if (app.printer().json_wanted())
    app.printer().json({{"id", id}, {"name", name}, {"role", serve::role_name(role)}});
  return 0;
}

Result<int> set_password(App& app, const std::string& name) {
  store::Accounts* accounts = TRY(open_accounts(app));
  const store::User user = TRY(user_named(*accounts, name));
  if (!user.external_subject.empty())
    return fail(Errc::refused, text("{} signs in through the identity provider", "{} 通过统一身份认证登录",
                                    printable(name)));
  const std::string hash = TRY(sys::hash_password(TRY(read_password(app))));
  TRY(audit(*accounts, "password.change", user.name));
  TRY(accounts->change_user(user.id, {.disabled = false, .password_hash = hash}));
  TRY(accounts->close_sessions(user.id, ""));
  app.printer().line(text("{} has a new password and was signed out everywhere",
                          "{} 的密码已更改，并已在所有设备上退出登录", printable(user.name)));
  if (app.printer().json_wanted()) app.printer().json({{"id", user.id}, {"name", user.name}});
  return 0;
}

Result<int> remove(App& app, const std::string& name, bool yes) {
  store::Accounts* accounts = TRY(open_accounts(app));
  const store::User user = TRY(user_named(*accounts, name));
  if (!yes && !confirm(app, text("Remove {} with all chats and keys?", "删除 {} 及其全部对话和密钥？",
                                 printable(user.name))))
    return fail(Errc::refused, text("nothing was removed", "没有删除任何内容"),
                text("--yes removes without asking", "加上 --yes 可不经询问直接删除"));
  TRY(audit(*accounts, "user.delete", user.name));
  TRY(accounts->remove_user(user.id));
  app.printer().line(text("{} removed", "已删除 {}", printable(user.name)));
  if (app.printer().json_wanted()) app.printer().json({{"removed", user.id}});
  return 0;
}

/// Whoever the provider knows by this word is `name` from now on, and its password counts no more.
Result<int> link(App& app, const std::string& name, const std::string& subject) {
  store::Accounts* accounts = TRY(open_accounts(app));
  const store::User user = TRY(user_named(*accounts, name));
  const std::string issuer = app.config().string("serve.oidc_issuer");
  if (issuer.empty())
    return fail(Errc::usage, text("no identity provider is configured", "尚未配置身份提供方"),
                text("`cvp config set serve.oidc_issuer https://id.example.org`",
                     "可运行 `cvp config set serve.oidc_issuer https://id.example.org`"));
  TRY(serve::check_length("subject", subject, 1, kSubjectCharacters));
  // As the audit log shows it, or as the provider does.
  const std::string full = subject.starts_with(issuer + "#") ? subject : serve::oidc_subject(issuer, subject);
  TRY(audit(*accounts, "user.link", user.name + ": " + full));
  TRY(accounts->change_user(user.id, {.external_subject = full}));
  TRY(accounts->close_sessions(user.id, ""));
  app.printer().line(
      text("{} signs in through {} now", "{} 现在通过 {} 登录", printable(user.name), printable(issuer)));
  if (app.printer().json_wanted())
    app.printer().json({{"id", user.id}, {"name", user.name}, {"subject", full}});
  return 0;
}

Result<int> unlink(App& app, const std::string& name) {
  store::Accounts* accounts = TRY(open_accounts(app));
  const store::User user = TRY(user_named(*accounts, name));
  if (user.external_subject.empty())
    return fail(Errc::refused,
                text("{} signs in with a password already", "{} 本来就使用密码登录", printable(user.name)));
  const std::string hash = TRY(sys::hash_password(TRY(read_password(app))));
  TRY(audit(*accounts, "user.unlink", user.name));
  TRY(accounts->change_user(user.id, {.password_hash = hash, .external_subject = std::string()}));
  TRY(accounts->close_sessions(user.id, ""));
  app.printer().line(
      text("{} signs in with the new password now", "{} 现在使用新密码登录", printable(user.name)));
  if (app.printer().json_wanted()) app.printer().json({{"id", user.id}, {"name", user.name}});
  return 0;
}

RunVerb declare_list(Command& command) {
  command.about(text("Lists the accounts of `cvp serve`.", "列出 `cvp serve` 的账号。"));
  command.example("cvp users", text("all of them", "全部账号"));
  return [](App& app) { return list(app); };
}

RunVerb declare_add(Command& command) {
  auto name = std::make_shared<std::string>();
  auto role = std::make_shared<std::string>("reader");
  command.about(
      text("Makes an account for `cvp serve`; the password is asked for, or read from standard input.",
           "为 `cvp serve` 创建账号；密码会提示输入，也可从标准输入读取。"));
  command.argument(text("NAME", "名称"), *name, text("to sign in with", "登录名"));
  command.choice("--role", *role, {"reader", "editor", "admin"},
                 text("asks only, adds documents too, or may do all (default: reader)",
                      "只能提问、还能添加文档、或拥有全部权限（默认 reader）"));
  command.example("cvp users add ann --role admin",
                  text("before the server is opened to others", "在对外开放之前"));
  command.example("pwgen 16 1 | tee password | cvp users add bob",
                  text("with a made-up password", "使用生成的密码"));
  return [name, role](App& app) { return add(app, *name, *role); };
}

RunVerb declare_password(Command& command) {
  auto name = std::make_shared<std::string>();
  command.about(
      text("Gives an account a new password, also one that was locked or disabled, and signs it out "
           "everywhere.",
           "为账号设置新密码（被锁定或停用的账号也可以），并在所有设备上退出登录。"));
  command.argument(text("NAME", "名称"), *name, text("of the account", "账号名称"));
  command.example("cvp users password ann", text("forgotten passwords", "忘记密码时"));
  return [name](App& app) { return set_password(app, *name); };
}

RunVerb declare_link(Command& command) {
  auto name = std::make_shared<std::string>();
  auto subject = std::make_shared<std::string>();
  command.about(
      text("Lets somebody of the identity provider (serve.oidc_issuer) sign in as this account; its password "
           "counts no more. Who was turned away is in the audit log, with the subject in brackets.",
           "让身份提供方（serve.oidc_issuer）的某个用户以此账号登录；原密码不再有效。"
           "被拒绝登录的用户会记在审计日志中，括号内即其 subject。"));
  command.argument(text("NAME", "名称"), *name, text("of the account", "账号名称"));
  command.argument(text("SUBJECT", "标识"), *subject,
                   text("how the provider names the person (sub)", "身份提供方给该用户的标识（sub）"));
  command.example("cvp users link ann 248289761001",
                  text("ann signs in with her organisation's account", "ann 改用单位账号登录"));
  return [name, subject](App& app) { return link(app, *name, *subject); };
}

RunVerb declare_unlink(Command& command) {
  auto name = std::make_shared<std::string>();
  command.about(
      text("Takes an account back from the identity provider and gives it a password, which is asked for or "
           "read from standard input.",
           "取消账号与身份提供方的关联，并为其设置密码；密码会提示输入，也可从标准输入读取。"));
  command.argument(text("NAME", "名称"), *name, text("of the account", "账号名称"));
  command.example("cvp users unlink ann", text("when the provider is gone", "身份提供方停用时"));
  return [name](App& app) { return unlink(app, *name); };
}

RunVerb declare_rm(Command& command) {
  auto name = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  command.about(text("Removes an account with its sessions, keys and chats. Documents stay.",
                     "删除账号及其会话、密钥和对话；文档保留。"));
  command.argument(text("NAME", "名称"), *name, text("of the account", "账号名称"));
  command.flag("-y,--yes", *yes, text("do not ask", "不询问"));
  command.example("cvp users rm bob", text("who has left", "人员离职时"));
  return [name, yes](App& app) { return remove(app, *name, *yes); };
}

}  // namespace

std::vector<Verb> users_verbs() {
  return {{.name = "users list",
           .summary = text("accounts of the server", "服务器的账号"),
           .declare = declare_list,
           .is_default = true,
           .uses_home = true},
          {.name = "users add",
           .summary = text("make an account", "创建账号"),
           .declare = declare_add,
           .uses_home = true},
          {.name = "users password",
           .summary = text("set a new password", "重设密码"),
           .declare = declare_password,
           .uses_home = true},
          {.name = "users link",
           .summary = text("sign in through the identity provider", "改用统一身份认证登录"),
           .declare = declare_link,
           .uses_home = true},
          {.name = "users unlink",
           .summary = text("sign in with a password again", "改回密码登录"),
           .declare = declare_unlink,
           .uses_home = true},
          {.name = "users rm",
           .summary = text("remove an account", "删除账号"),
           .declare = declare_rm,
           .uses_home = true}};
}

}  // namespace cvp::cli
