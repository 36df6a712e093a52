// Sessions and API keys.
#include "store/sqlite_store.h"

namespace cvp::store {
namespace {

std::string join_scopes(const std::vector<std::string>& scopes) {
  std::string out;
  for (const std::string& scope : scopes) out += (out.empty() ? "" : " ") + scope;
  return out;
}

std::vector<std::string> split_scopes(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

ApiKey read_key(const Statement& row) {
  return {.id = row.integer(0),
          .user = row.integer(1),
          .name = row.string(2),
          .prefix = row.string(3),
          .scopes = split_scopes(row.text(4)),
          .created_unix = row.integer(5),
          .used_unix = row.integer(6),
          .expires_unix = row.integer(7)};
}

}  // namespace

Result<void> SqliteStore::open_session(std::string_view token_hash, const Session& session) {
  return write([&](Database& db) {
    return db.run(
        "INSERT INTO sessions(token_hash, user, csrf, created_unix, seen_unix, expires_unix)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        token_hash, session.user, session.csrf, session.created_unix, session.seen_unix,
        session.expires_unix);
  });
}

Result<std::optional<Accounts::SignedIn>> SqliteStore::session(std::string_view token_hash) {
  std::optional<SignedIn> out;
  {
    auto snapshot = TRY(readers_.snapshot());
    auto row = TRY(
        snapshot.db().prepare("SELECT s.user, s.csrf, s.created_unix, s.seen_unix, s.expires_unix FROM "
                              "sessions s JOIN users u ON u.id ="
                              " s.user WHERE s.token_hash = ?1 AND s.expires_unix > ?2 AND u.disabled = 0"));
    row.bind(token_hash, clock_.unix_seconds());
    if (!TRY(row.step())) return out;
    out.emplace();
    out->session = {row.integer(0), row.string(1), row.integer(2), row.integer(3), row.integer(4)};
  }
  out->user = TRY(user(out->session.user));
  return out;
}

Result<void> SqliteStore::close_session(std::string_view token_hash) {
  return write(
      [&](Database& db) { return db.run("DELETE FROM sessions WHERE token_hash = ?1", token_hash); });
}

Result<void> SqliteStore::close_sessions(UserId user, std::string_view except_token_hash) {
  return write([&](Database& db) {
    return db.run("DELETE FROM sessions WHERE (user = ?1 AND token_hash <> ?2) OR expires_unix <= ?3", user,
                  except_token_hash, clock_.unix_seconds());
  });
}

Result<KeyId> SqliteStore::create_key(std::string_view secret_hash, const ApiKey& key) {
  return write([&](Database& db) -> Result<KeyId> {
    TRY(
        db.run("INSERT INTO api_keys(user, secret_hash, name, prefix, scopes, created_unix, expires_unix)"
               " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
               key.user, secret_hash, key.name, key.prefix, join_scopes(key.scopes), clock_.unix_seconds(),
               key.expires_unix));
    return db.last_insert_id();
  });
}

Result<std::vector<ApiKey>> SqliteStore::keys(UserId user) {
  auto snapshot = TRY(readers_.snapshot());
  auto rows =
      TRY(snapshot.db().prepare("SELECT id, user, name, prefix, scopes, created_unix, used_unix, "
                                "expires_unix FROM api_keys WHERE user = ?1"
                                " ORDER BY id"));
  rows.bind(user);
  std::vector<ApiKey> out;
  while (TRY(rows.step())) out.push_back(read_key(rows));
  return out;
}

Result<std::optional<Accounts::KeyHolder>> SqliteStore::key(std::string_view secret_hash) {
  std::optional<KeyHolder> out;
  {
    auto snapshot = TRY(readers_.snapshot());
    auto row =
        TRY(snapshot.db().prepare("SELECT k.id, k.user, k.name, k.prefix, k.scopes, k.created_unix, "
                                  "k.used_unix, k.expires_unix FROM api_keys k"
                                  " JOIN users u ON u.id = k.user WHERE k.secret_hash = ?1 AND "
                                  "(k.expires_unix = 0 OR k.expires_unix > ?2)"
                                  " AND u.disabled = 0"));
    row.bind(secret_hash, clock_.unix_seconds());
    if (!TRY(row.step())) return out;
    out.emplace();
    out->key = read_key(row);
  }
  out->user = TRY(user(out->key.user));
  return out;
}

Result<void> SqliteStore::touch_key(KeyId id) {
  return write([&](Database& db) {
    return db.run("UPDATE api_keys SET used_unix = ?2 WHERE id = ?1", id, clock_.unix_seconds());
  });
}

Result<void> SqliteStore::remove_key(UserId user, KeyId id) {
  return write([&](Database& db) -> Result<void> {
    TRY(db.run("DELETE FROM api_keys WHERE id = ?1 AND user = ?2", id, user));
    if (db.changes() == 0)
      return fail(Errc::not_found, cvp::text("there is no key {}", "没有编号为 {} 的密钥", id));
    return {};
  });
}

}  // namespace cvp::store
