// Chats: one's own and those that others shared; answers as they were given, as far as they may be seen now.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <limits>
#include <optional>

#include "base/columns.h"
#include "base/json_text.h"
#include "serve/answer_json.h"
#include "serve/byte_range.h"
#include "serve/chat_export.h"
#include "serve/known_people.h"
#include "serve/people_json.h"
#include "serve/replies.h"
#include "serve/routes.h"
#include "serve/seen_chat.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr size_t kChatsListed = 1000;
constexpr size_t kShares = 200;
constexpr size_t kTitleCharacters = 200, kReasonCharacters = 2000;
constexpr size_t kBytesOfCharacter = 4;
constexpr std::string_view kMarkdownType = "text/markdown; charset=utf-8";
constexpr std::string_view kDocxType =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

array shares_json(const std::vector<store::Grant>& shares) {
  array out;
  for (const store::Grant& one : shares)
    out.push_back(object{{one.to == store::Grant::To::user ? "user" : "group", one.id}});
  return out;
}

object summary_json(const ChatAccess& chat) {
  return {{"id", chat.info.id},
          {"title", chat.info.title},
          {"updated", chat.info.updated_unix},
          {"messages", chat.info.messages},
          {"shared", shares_json(chat.shared)},
          {"mine", chat.mine}};
}

value feedback_json(const std::string& kept) {
  boost::system::error_code error;
  const value parsed = boost::json::parse(kept, error);
  const object* feedback = error ? nullptr : parsed.if_object();
  if (feedback == nullptr) return nullptr;
  return object{{"good", feedback->contains("good") && *feedback->if_contains("good") == value(true)},
                {"reason", feedback->contains("reason") ? *feedback->if_contains("reason") : value("")}};
}

object message_json(const SeenMessage& seen, store::ChatId chat, Lang lang) {
  const store::ChatMessage& message = seen.message;
  value answer;
  if (seen.answer) {
    object shown = answer_json(*seen.answer, lang);
    shown["chat"] = chat;
    shown["message"] = message.id;
    answer = std::move(shown);
  }
  return {{"id", message.id},
          {"from", message.from_user ? "user" : "assistant"},
          {"text", message.text},
          {"standalone", message.standalone},
          {"answer", std::move(answer)},
          {"time", message.unix_seconds},
          {"feedback", feedback_json(message.feedback)}};
}

/// What the audit log calls it: titles are questions, which are nobody else's business.
std::string subject(store::ChatId chat) { return fmt::format("chat {}", chat); }

/// Sorts newest first, also as text, so that it serves as a cursor.
std::string place_in_list(const ChatAccess& chat) {
  constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
  return fmt::format("{:019}-{:019}", kEnd - chat.info.updated_unix, kEnd - chat.info.id);
}

Result<net::Reply> list(const Backend& backend, const Call& call) {
  const store::User& me = call.caller.user;
  std::vector<ChatAccess> chats;
  for (store::ChatInfo& info : TRY(backend.store.chats(kChatsListed, me.id)))
    chats.push_back({.info = std::move(info), .mine = true});
  for (store::ChatInfo& info : TRY(backend.store.chats_shared_with(me, kChatsListed)))
    chats.push_back({.info = std::move(info)});
  std::ranges::sort(chats, {}, place_in_list);
  std::optional<Error> trouble;
  const auto to_json = [&](const ChatAccess& chat) {
    ChatAccess whole = chat;
    if (whole.mine) {
      auto shares = backend.store.chat_shares(whole.info.id);
      if (!shares) trouble = shares.error();
      if (shares) whole.shared = std::move(*shares);
    }
    return summary_json(whole);
  };
  object page = TRY(named_page(call, chats, place_in_list, to_json));
  if (trouble) return std::unexpected(std::move(*trouble));
  return json_reply(page);
}

Result<net::Reply> show(const Backend& backend, const Call& call) {
  const ChatAccess chat = TRY(chat_for(backend, call.caller, TRY(call.id("id"))));
  array messages;
  for (const SeenMessage& seen : TRY(seen_messages(backend, call.caller, chat, call.lang)))
    messages.push_back(message_json(seen, chat.info.id, call.lang));
  return json_reply(object{{"id", chat.info.id},
                           {"title", chat.info.title},
                           {"mine", chat.mine},
                           {"shared", shares_json(chat.shared)},
                           {"messages", std::move(messages)}});
}

Result<store::Grant> read_share(const value& one) {
  const object* sharer = one.if_object();
  if (sharer != nullptr && sharer->size() == 1) {
    const value* user = sharer->if_contains("user");
    const value* id = user != nullptr ? user : sharer->if_contains("group");
    if (id != nullptr && id->is_int64() && id->get_int64() > 0)
      return store::Grant{.to = user != nullptr ? store::Grant::To::user : store::Grant::To::group,
                          .id = id->get_int64(),
                          .right = store::Right::read};
  }
  return fail(Errc::usage, text("“share”: each item must be {{\"user\": ID}} or {{\"group\": ID}}",
                                "“share”：每一项须为 {{\"user\": 编号}} 或 {{\"group\": 编号}}"));
}

bool same(const store::Grant& a, const store::Grant& b) { return a.to == b.to && a.id == b.id; }

struct Shares {
  std::vector<store::Grant> with;
  std::string names;  // for the audit log
};

/// Whom the owner knows, and whom it is shared with already; himself he need not name.
Result<Shares> read_shares(const Backend& backend, const ChatAccess& chat, const store::User& me,
                           const array& items) {
  const KnownPeople known = TRY(known_people(backend.store.accounts(), me));
  Shares out;
  for (const value& item : items) {
    const store::Grant one = TRY(read_share(item));
    const bool to_user = one.to == store::Grant::To::user;
    const auto& people = to_user ? known.users : known.groups;
    const auto name = people.find(one.id);
    const bool already =
        std::ranges::any_of(chat.shared, [&](const store::Grant& other) { return same(one, other); });
    if (name == people.end() && !already) {
      return fail(Errc::usage,
                  to_user ? text("there is no user {} to share with", "没有可共享的用户 {}", one.id)
                          : text("there is no group {} to share with", "没有可共享的群组 {}", one.id));
    }
    const bool repeated =
        std::ranges::any_of(out.with, [&](const store::Grant& other) { return same(one, other); });
    if (repeated || (to_user && one.id == me.id)) continue;
    out.with.push_back(one);
    out.names +=
        (out.names.empty() ? "" : ", ") +
        (name != people.end() ? name->second : fmt::format("{} {}", to_user ? "user" : "group", one.id));
  }
  if (out.names.empty()) out.names = "nobody";
  return out;
}

Result<net::Reply> change(const Backend& backend, const Call& call) {
  const store::ChatId id = TRY(call.id("id"));
  Fields fields(call.body);
  const auto title = fields.maybe_text("title", kTitleCharacters * kBytesOfCharacter);
  const array* share = fields.array("share", kShares);
  TRY(fields.finish());
  const std::string line = one_line(title.value_or(""));
  if (title) {
    TRY(check_length("title", *title, 1, kTitleCharacters));
    TRY(check_length("title", line, 1, kTitleCharacters));  // white space alone is none
  }
  const ChatAccess chat = TRY(own_chat(backend, call.caller, id));
  std::optional<Shares> shares;
  if (share != nullptr) shares = TRY(read_shares(backend, chat, call.caller.user, *share));
  if (title) {
    TRY(backend.store.rename_chat(id, line));
    TRY(backend.audit(call, "chat.rename", subject(id)));
  }
  if (shares) {
    TRY(backend.store.share_chat(id, shares->with));
    TRY(backend.audit(call, "chat.share", subject(id) + ": " + shares->names));
  }
  return json_reply(summary_json(TRY(own_chat(backend, call.caller, id))));
}

Result<net::Reply> remove(const Backend& backend, const Call& call) {
  const ChatAccess chat = TRY(own_chat(backend, call.caller, TRY(call.id("id"))));
  TRY(backend.store.remove_chat(chat.info.id));
  TRY(backend.audit(call, "chat.delete", subject(chat.info.id)));
  return no_content();
}

Result<net::Reply> export_file(const Backend& backend, const Call& call) {
  const store::ChatId id = TRY(call.id("id"));
  const std::string format = call.query("format");
  if (format != "md" && format != "docx")
    return fail(Errc::usage, text("“format” must be md or docx", "“format”须为 md 或 docx"));
  const ChatAccess chat = TRY(chat_for(backend, call.caller, id));
  const int64_t now = backend.clock.unix_seconds();
  const std::vector<ExportBlock> blocks =
      export_blocks({.title = chat.info.title,
                     .messages = TRY(seen_messages(backend, call.caller, chat, call.lang)),
                     .exported_unix = now},
                    call.lang);
  std::string bytes = format == "md" ? export_markdown(blocks) : TRY(export_docx(blocks, now));
  return net::Reply{
      .headers = {{"Content-Type", std::string(format == "md" ? kMarkdownType : kDocxType)},
                  {"Content-Disposition", as_attachment(export_name(chat.info.title, id) + "." + format)},
                  {"Cache-Control", "no-store"}},
      .body = std::move(bytes)};
}

Result<net::Reply> keep_feedback(const Backend& backend, const Call& call, const std::string& json) {
  const ChatAccess chat = TRY(own_chat(backend, call.caller, TRY(call.id("id"))));
  TRY(backend.store.set_feedback(chat.info.id, TRY(call.id("message")), json));
  TRY(backend.audit(call, "chat.feedback", subject(chat.info.id)));
  return no_content();
}

Result<net::Reply> give_feedback(const Backend& backend, const Call& call) {
  Fields fields(call.body);
  const auto good = fields.maybe_bool("good");
  const std::string reason = fields.maybe_text("reason", kReasonCharacters * kBytesOfCharacter).value_or("");
  TRY(fields.finish());
  if (!good) return fail(Errc::usage, text("“good” is missing", "缺少“good”"));
  TRY(check_length("reason", reason, 0, kReasonCharacters));
  return keep_feedback(backend, call, json_text(object{{"good", *good}, {"reason", reason}}));
}

Result<net::Reply> take_feedback_back(const Backend& backend, const Call& call) {
  return keep_feedback(backend, call, "");
}

Route route(Backend& backend, std::string_view method, std::string_view pattern, const Text& summary,
            Result<net::Reply> (*run)(const Backend&, const Call&)) {
  return {.method = method,
          .pattern = pattern,
          .need = Need::account,
          .scope = Scope::ask,
          .body = {},
          .summary = summary,
          .run = [&backend, run](Call& call) { return run(backend, call); }};
}

}  // namespace

std::vector<Route> chat_routes(Backend& backend) {
  const Body json{Body::Kind::json, kJsonBytes};
  std::vector<Route> out;
  Route& listed = out.emplace_back(
      route(backend, "GET", "/api/chats", text("Chats, the latest first", "对话列表，最近的在前"), list));
  listed.query = named_page_parameters();
  listed.gives = "Chats";
  Route& shown = out.emplace_back(
      route(backend, "GET", "/api/chats/{id}",
            text("A chat with its questions and answers", "一个对话及其中的问题和回答"), show));
  shown.gives = "Chat";
  Route& changed = out.emplace_back(
      route(backend, "PATCH", "/api/chats/{id}",
            text("Rename a chat, or say who may read it", "重命名对话，或设置谁可以阅读"), change));
  changed.body = json;
  changed.takes = "ChatChange";
  changed.gives = "ChatSummary";
  out.push_back(route(backend, "DELETE", "/api/chats/{id}", text("Delete a chat", "删除对话"), remove));
  Route& exported = out.emplace_back(route(backend, "GET", "/api/chats/{id}/export",
                                           text("A chat as a file", "将对话导出为文件"), export_file));
  exported.query = {{.name = "format",
                     .most = 4,
                     .needed = true,
                     .about = text("md (Markdown) or docx (Word)", "md（Markdown）或 docx（Word）")}};
  exported.gives_type =
      "text/markdown, application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  Route& rated =
      out.emplace_back(route(backend, "PUT", "/api/chats/{id}/messages/{message}/feedback",
                             text("Say whether an answer was good", "评价一个回答"), give_feedback));
  rated.body = json;
  rated.takes = "Feedback";
  out.push_back(route(backend, "DELETE", "/api/chats/{id}/messages/{message}/feedback",
                      text("Take the rating of an answer back", "撤回对回答的评价"), take_feedback_back));
  return out;
}

}  // namespace cvp::serve
