#include "store/sqlite_store.h"

namespace cvp::store {
namespace {

std::unexpected<Error> no_chat(ChatId chat) {
  return fail(Errc::not_found, text("there is no chat {}", "没有编号为 {} 的对话", chat));
}

}  // namespace

Result<ChatId> SqliteStore::create_chat(std::string_view title) {
  return write([&](Database& db) -> Result<ChatId> {
    TRY(db.run("INSERT INTO chats(title, updated_unix) VALUES(?1, ?2)", title, clock_.unix_seconds()));
    return db.last_insert_id();
  });
}

Result<void> SqliteStore::append_message(ChatId chat, const ChatMessage& message) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("UPDATE chats SET updated_unix = ?2 WHERE id = ?1", chat, clock_.unix_seconds()));
    if (db.changes() == 0) return no_chat(chat);
    return db.run(
        "INSERT INTO messages(chat, from_user, text, standalone, answer_json, unix_seconds) VALUES(?1, ?2, "
        "?3, ?4, ?5, ?6)",
        chat, message.from_user, message.text, message.standalone, message.answer_json, message.unix_seconds);
  });
}

Result<std::vector<ChatMessage>> SqliteStore::messages(ChatId chat) {
  auto snapshot = TRY(readers_.snapshot());
  if (!TRY(snapshot.db().integer("SELECT 1 FROM chats WHERE id = ?1", chat))) return no_chat(chat);
  auto rows =
      TRY(snapshot.db().prepare("SELECT from_user, text, standalone, answer_json, unix_seconds FROM messages "
                                "WHERE chat = ?1 ORDER BY id"));
  rows.bind(chat);
  std::vector<ChatMessage> out;
  while (TRY(rows.step()))
    out.push_back({rows.integer(0) != 0, rows.string(1), rows.string(2), rows.string(3), rows.integer(4)});
  return out;
}

Result<std::vector<ChatInfo>> SqliteStore::chats(size_t limit) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows =
      TRY(snapshot.db().prepare("SELECT c.id, c.title, c.updated_unix, (SELECT count(*) FROM messages m "
                                "WHERE m.chat = c.id) FROM chats c"
                                " ORDER BY c.updated_unix DESC, c.id DESC LIMIT ?1"));
  rows.bind(static_cast<uint64_t>(limit));
  std::vector<ChatInfo> out;
  while (TRY(rows.step()))
    out.push_back({rows.integer(0), rows.string(1), rows.integer(2), static_cast<uint32_t>(rows.integer(3))});
  return out;
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

}  // namespace cvp::store
