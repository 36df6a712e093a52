#include "bench/peer_fts5.h"

#include <sqlite3.h>

#include "base/unicode.h"

namespace cvp::bench {
namespace {

std::vector<std::string> terms(std::string_view source) {
  const std::string folded = fold(source);
  std::vector<std::string> out;
  std::string word, before;  // a word in the making; the CJK character before
  bool alone = true;         // `before` is in no bigram yet
  const auto end_run = [&] {
    if (!word.empty()) out.push_back(std::move(word));
    if (!before.empty() && alone) out.push_back(before);
    word.clear();
    before.clear();
    alone = true;
  };
  for (size_t pos = 0; pos < folded.size();) {
    const size_t begin = pos;
    const char32_t c = decode_utf8(folded, pos);
    const std::string one = folded.substr(begin, pos - begin);
    if (is_cjk(c)) {
      if (!word.empty()) end_run();
      if (!before.empty()) {
        out.push_back(before + one);
        alone = false;
      }
      before = one;
    } else if (is_word(c)) {
      if (!before.empty()) end_run();
      word += one;
    } else {
      end_run();
    }
  }
  end_run();
  return out;
}

std::unexpected<Error> failed(sqlite3* db) {
  return fail(Errc::failed, text("SQLite: {}", "SQLite：{}", sqlite3_errmsg(db)));
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Result<Statement> prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, sql, -1, &raw, nullptr) != SQLITE_OK) return failed(db);
  return Statement(raw);
}

}  // namespace

std::string spaced(std::string_view source) {
  std::string out;
  for (const std::string& term : terms(source)) {
    if (!out.empty()) out += ' ';
    out += term;
  }
  return out;
}

std::string fts5_query(std::string_view source) {
  std::string out;
  for (const std::string& term : terms(source)) {
    if (!out.empty()) out += " OR ";
    out += '"' + term + '"';
  }
  return out;
}

void PeerIndex::Close::operator()(sqlite3* db) const { sqlite3_close(db); }

Result<PeerIndex> PeerIndex::build(const std::vector<Document>& documents) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open(":memory:", &raw);
  std::unique_ptr<sqlite3, Close> db(raw);
  if (opened != SQLITE_OK) return failed(raw);
  const auto run = [&](const char* sql) {
    return sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  if (!run("CREATE VIRTUAL TABLE t USING fts5(body, content='')") || !run("BEGIN")) return failed(raw);
  const Statement insert = TRY(prepare(raw, "INSERT INTO t(rowid, body) VALUES (?1, ?2)"));
  for (size_t i = 0; i < documents.size(); ++i) {
    const std::string body = spaced(documents[i].bytes);
    sqlite3_reset(insert.get());
    sqlite3_bind_int64(insert.get(), 1, static_cast<int64_t>(i));
    sqlite3_bind_text(insert.get(), 2, body.data(), static_cast<int>(body.size()), SQLITE_TRANSIENT);
    if (sqlite3_step(insert.get()) != SQLITE_DONE) return failed(raw);
  }
  if (!run("COMMIT") || !run("INSERT INTO t(t) VALUES ('optimize')")) return failed(raw);
  return PeerIndex(std::move(db));
}

Result<std::vector<int64_t>> PeerIndex::search(std::string_view query, int k) {
  const Statement find =
      TRY(prepare(db_.get(), "SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY bm25(t) LIMIT ?2"));
  const std::string match = fts5_query(query);
  if (match.empty()) return std::vector<int64_t>{};
  sqlite3_bind_text(find.get(), 1, match.data(), static_cast<int>(match.size()), SQLITE_TRANSIENT);
  sqlite3_bind_int(find.get(), 2, k);
  std::vector<int64_t> out;
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(find.get())) == SQLITE_ROW) out.push_back(sqlite3_column_int64(find.get(), 0));
  if (step != SQLITE_DONE) return failed(db_.get());
  return out;
}

}  // namespace cvp::bench
