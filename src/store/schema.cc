#include "store/schema.h"

#include "base/check.h"
#include "base/log.h"

namespace cvp::store {
namespace {

constexpr int64_t kApplicationId = 0x63767031;  // "cvp1", in the database's header

// texts and layout are cut into pieces of kPieceBytes of text (pieces.h), so that a quote from a large
// document reads a few kilobytes. Their key is revision << 16 | piece: one B-tree, no second index.
// live_chunks is what derived indexes follow.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES('generation', 0);
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE collections(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE documents(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL REFERENCES collections(id),
  uri TEXT NOT NULL,
  active_revision INTEGER NOT NULL,
  UNIQUE(collection, uri)) STRICT;
CREATE TABLE revisions(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document INTEGER NOT NULL REFERENCES documents(id),
  number INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  modified_unix INTEGER NOT NULL,
  added_unix INTEGER NOT NULL,
  title TEXT NOT NULL,
  media_type TEXT NOT NULL,
  made_with TEXT NOT NULL,
  notes BLOB NOT NULL,
  text_bytes INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  longest_layout_bytes INTEGER NOT NULL,
  UNIQUE(document, number)) STRICT;
CREATE INDEX revisions_by_hash ON revisions(sha256);
CREATE TABLE texts(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE layout(id INTEGER PRIMARY KEY, spans BLOB NOT NULL) STRICT;
CREATE TABLE pages(revision INTEGER PRIMARY KEY, starts BLOB NOT NULL) STRICT;
CREATE TABLE chunks(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  revision INTEGER NOT NULL REFERENCES revisions(id),
  ordinal INTEGER NOT NULL,
  context_begin INTEGER NOT NULL,
  span_begin INTEGER NOT NULL,
  span_end INTEGER NOT NULL,
  page_first INTEGER NOT NULL,
  page_last INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  heading TEXT NOT NULL,
  UNIQUE(revision, ordinal)) STRICT;
CREATE TABLE live_chunks(
  chunk INTEGER PRIMARY KEY REFERENCES chunks(id),
  collection INTEGER NOT NULL) STRICT;

CREATE TABLE chats(
  id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, updated_unix INTEGER NOT NULL) STRICT;
CREATE INDEX chats_by_time ON chats(updated_unix);
CREATE TABLE messages(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chat INTEGER NOT NULL REFERENCES chats(id),
  from_user INTEGER NOT NULL,
  text TEXT NOT NULL,
  standalone TEXT NOT NULL,
  answer_json TEXT NOT NULL,
  unix_seconds INTEGER NOT NULL) STRICT;
CREATE INDEX messages_by_chat ON messages(chat);
CREATE TABLE jobs(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, description TEXT NOT NULL, started_unix INTEGER NOT NULL) STRICT;
)sql";

// Accounts, access lists, the trash, and whose a chat is. Owner 0 of a chat is whoever uses the command line.
// kind of a grant: 0 everyone, 1 user, 2 group; right: 1 read, 2 write, 3 manage.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE users(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  role INTEGER NOT NULL CHECK(role BETWEEN 1 AND 3),
  disabled INTEGER NOT NULL DEFAULT 0,
  language TEXT NOT NULL DEFAULT '',
  external_subject TEXT UNIQUE,
  created_unix INTEGER NOT NULL,
  last_seen_unix INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE groups(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE group_members(
  member_of INTEGER NOT NULL REFERENCES groups(id) ON DELETE CASCADE,
  user INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  PRIMARY KEY(member_of, user)) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_user ON group_members(user);
CREATE TABLE sessions(
  token_hash TEXT PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  csrf TEXT NOT NULL,
  created_unix INTEGER NOT NULL,
  seen_unix INTEGER NOT NULL,
  expires_unix INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions(user);
CREATE TABLE api_keys(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  secret_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_unix INTEGER NOT NULL,
  used_unix INTEGER NOT NULL DEFAULT 0,
  expires_unix INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX api_keys_by_user ON api_keys(user);
CREATE TABLE grants(
  collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
  kind INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 2),
  subject INTEGER NOT NULL,
  access INTEGER NOT NULL CHECK(access BETWEEN 1 AND 3),
  PRIMARY KEY(collection, kind, subject)) STRICT, WITHOUT ROWID;
CREATE TABLE audit(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  unix_seconds INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  origin TEXT NOT NULL) STRICT;

ALTER TABLE documents ADD COLUMN trashed_unix INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_in_trash ON documents(trashed_unix) WHERE trashed_unix > 0;
ALTER TABLE chats ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
CREATE INDEX chats_by_owner ON chats(owner, updated_unix);
ALTER TABLE messages ADD COLUMN feedback TEXT NOT NULL DEFAULT '';
CREATE TABLE chat_shares(
  chat INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
  kind INTEGER NOT NULL CHECK(kind IN (1, 2)),
  subject INTEGER NOT NULL,
  PRIMARY KEY(chat, kind, subject)) STRICT, WITHOUT ROWID;
)sql";

constexpr Migration kMigrations[] = {{1, kVersion1}, {2, kVersion2}};

Result<void> check_origin(Database& db, int64_t version, int64_t newest, const sys::Path& file) {
  const int64_t application = TRY(db.integer("PRAGMA application_id")).value_or(0);
  const int64_t tables = TRY(db.integer("SELECT count(*) FROM sqlite_schema")).value_or(0);
  const bool fresh = application == 0 && version == 0 && tables == 0;
  if (!fresh && application != kApplicationId)
    return fail(Errc::corrupt,
                text("{} is a database of another program", "{} 是其他程序的数据库", file.string()),
                text("choose another folder with CVP_HOME", "请用 CVP_HOME 指定另一个文件夹"));
  if (version > newest)
    return fail(
        Errc::refused,
        text("{} was written by a newer cvp (schema {}, this one knows {})",
             "{} 由更新版本的 cvp 写入（数据格式 {}，当前版本只支持到 {}）", file.string(), version, newest),
        text("install the newer cvp, or choose another folder with CVP_HOME",
             "请安装更新版本的 cvp，或用 CVP_HOME 指定另一个文件夹"));
  return {};
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<void> migrate(Database& db, std::span<const Migration> list, const sys::Path& file,
                     const sys::Path& backup) {
  CHECK(!list.empty());
  const int newest = list.back().to;
  int64_t version = TRY(db.integer("PRAGMA user_version")).value_or(0);
  TRY(check_origin(db, version, newest, file));
  if (version == newest) return {};
  if (version > 0) {
    TRY(sys::remove_file(backup));
    TRY(db.backup_to(backup));
    log::info("schema {} of {} becomes {}; copy before it: {}", version, file.string(), newest,
              backup.string());
  }
  Transaction transaction = TRY(Transaction::begin(db, Transaction::Kind::write));
  version = TRY(db.integer("PRAGMA user_version")).value_or(0);  // another process may have been faster
  for (const Migration& migration : list) {
    if (migration.to <= version) continue;
    CHECK(migration.to == version + 1);
    TRY(db.execute(migration.sql));
    version = migration.to;
  }
  TRY(db.execute(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kApplicationId, version)));
  return transaction.commit();
}

}  // namespace cvp::store
