#include "store/sqlite_store.h"

namespace cvp::store {
namespace {

constexpr size_t kChatsAtOnce = 1000;
constexpr const char* kInfoColumns =
    "SELECT c.id, c.owner, c.title, c.updated_unix, (SELECT count(*) FROM messages m WHERE m.chat = c.id)"
    " FROM chats c ";
const std::string kInfoById = std::string(kInfoColumns) + "WHERE c.id = ?1";
const std::string kInfoOfOwner =
    std::string(kInfoColumns) + "WHERE c.owner = ?1 ORDER BY c.updated_unix DESC, c.id DESC LIMIT ?2";
const std::string kInfoOfShared =
    std::string(kInfoColumns) +
    "WHERE c.owner <> ?1 AND c.id IN (SELECT s.chat FROM chat_shares s WHERE (s.kind = 1 AND s.subject = ?1)"
    " OR (s.kind = 2 AND s.subject IN (SELECT member_of FROM group_members WHERE user = ?1)))"
    " ORDER BY c.updated_unix DESC, c.id DESC LIMIT ?2";

std::unexpected<Error> no_chat(ChatId chat) {
  return fail(Errc::not_found, text("there is no chat {}", "没有编号为 {} 的对话", chat));
}

ChatInfo read_info(const Statement& row) {
  return {.id = row.integer(0),
          .owner = row.integer(1),
          .title = row.string(2),
          .updated_unix = row.integer(3),
          .messages = static_cast<uint32_t>(row.integer(4))};
}

Result<std::vector<ChatInfo>> read_list(Database& db, std::string_view sql, int64_t user, size_t limit) {
  auto rows = TRY(db.prepare(sql));
  rows.bind(user, static_cast<uint64_t>(std::min(limit, kChatsAtOnce)));
  std::vector<ChatInfo> out;
  while (TRY(rows.step())) out.push_back(read_info(rows));
  return out;
}

}  // namespace

Result<ChatId> SqliteStore::create_chat(std::string_view title, int64_t owner) {
  return write([&](Database& db) -> Result<ChatId> {
    TRY(db.run("INSERT INTO chats(title, owner, updated_unix) VALUES(?1, ?2, ?3)", title, owner,
               clock_.unix_seconds()));
    return db.last_insert_id();
  });
}

Result<int64_t> SqliteStore::append_message(ChatId chat, const ChatMessage& message) {
  return write([&](Database& db) -> Result<int64_t> {
    TRY(db.run("UPDATE chats SET updated_unix = ?2 WHERE id = ?1", chat, clock_.unix_seconds()));
    if (db.changes() == 0) return no_chat(chat);
    TRY(db.run(
        "INSERT INTO messages(chat, from_user, text, standalone, answer_json, unix_seconds) VALUES(?1, ?2, "
        "?3, ?4, ?5, ?6)",
        chat, message.from_user, message.text, message.standalone, message.answer_json,
        message.unix_seconds));
    return db.last_insert_id();
  });
}

Result<std::vector<ChatMessage>> SqliteStore::messages(ChatId chat) {
  auto snapshot = TRY(readers_.snapshot());
  if (!TRY(snapshot.db().integer("SELECT 1 FROM chats WHERE id = ?1", chat))) return no_chat(chat);
  auto rows = TRY(snapshot.db().prepare(
      "SELECT id, from_user, text, standalone, answer_json, unix_seconds, feedback FROM messages "
      "WHERE chat = ?1 ORDER BY id"));
  rows.bind(chat);
  std::vector<ChatMessage> out;
  while (TRY(rows.step()))
    out.push_back({.id = rows.integer(0),
                   .from_user = rows.integer(1) != 0,
                   .text = rows.string(2),
                   .standalone = rows.string(3),
                   .answer_json = rows.string(4),
                   .unix_seconds = rows.integer(5),
                   .feedback = rows.string(6)});
  return out;
}

Result<std::vector<ChatInfo>> SqliteStore::chats(size_t limit, int64_t owner) {
  auto snapshot = TRY(readers_.snapshot());
  return read_list(snapshot.db(), kInfoOfOwner, owner, limit);
}

Result<std::vector<ChatInfo>> SqliteStore::chats_shared_with(const User& user, size_t limit) {
  auto snapshot = TRY(readers_.snapshot());
  return read_list(snapshot.db(), kInfoOfShared, user.id, limit);
}

Result<ChatInfo> SqliteStore::chat(ChatId chat) {
  auto snapshot = TRY(readers_.snapshot());
  auto row = TRY(snapshot.db().prepare(kInfoById));
  row.bind(chat);
  if (!TRY(row.step())) return no_chat(chat);
  return read_info(row);
}

Result<void> SqliteStore::rename_chat(ChatId chat, std::string_view title) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("UPDATE chats SET title = ?2 WHERE id = ?1", chat, title));
    if (db.changes() == 0) return no_chat(chat);
    return {};
  });
}

Result<void> SqliteStore::remove_chat(ChatId chat) {
  const auto removed = write([&](Database& db) -> Result<void> {
    TRY(db.run("DELETE FROM messages WHERE chat = ?1", chat));
    TRY(db.run("DELETE FROM chats WHERE id = ?1", chat));
    if (db.changes() == 0) return no_chat(chat);
    return {};
  });
  return removed ? scrub({}) : removed;
}

Result<void> SqliteStore::share_chat(ChatId chat, const std::vector<Grant>& with) {
  return write([&](Database& db) -> Result<void> {
    if (!TRY(db.integer("SELECT 1 FROM chats WHERE id = ?1", chat))) return no_chat(chat);
    TRY(db.run("DELETE FROM chat_shares WHERE chat = ?1", chat));
    for (const Grant& grant : with)
      TRY(db.run("INSERT OR IGNORE INTO chat_shares(chat, kind, subject) VALUES(?1, ?2, ?3)", chat,
                 static_cast<int>(grant.to), grant.id));
    return {};
  });
}

Result<std::vector<Grant>> SqliteStore::chat_shares(ChatId chat) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(
      snapshot.db().prepare("SELECT kind, subject FROM chat_shares WHERE chat = ?1 ORDER BY kind, subject"));
  rows.bind(chat);
  std::vector<Grant> out;
  while (TRY(rows.step()))
    out.push_back({static_cast<Grant::To>(rows.integer(0)), rows.integer(1), Right::read});
  return out;
}

Result<void> SqliteStore::set_feedback(ChatId chat, int64_t message, std::string_view json) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("UPDATE messages SET feedback = ?3 WHERE chat = ?1 AND id = ?2 AND from_user = 0", chat,
               message, json));
    if (db.changes() == 0)
      return fail(Errc::not_found,
                  cvp::text("there is no answer {} in this chat", "该对话中没有编号为 {} 的回答", message));
    return {};
  });
}

}  // namespace cvp::store
