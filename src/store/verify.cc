#include "store/sqlite_store.h"
#include "sys/sha256.h"

namespace cvp::store {
namespace {

constexpr size_t kMostProblems = 100;

/// Each query gives a number per problem found (a document, revision or chunk).
struct Rule {
  const char* sql;
  Text (*problem)(int64_t id);
};

const Rule kRules[] = {
    {"SELECT d.id FROM documents d LEFT JOIN revisions r ON r.id = d.active_revision AND r.document = d.id "
     "WHERE r.id IS NULL",
     [](int64_t id) { return text("document {} has no current revision", "文档 {} 没有当前版本", id); }},
    {"SELECT r.id FROM revisions r WHERE r.text_bytes != ifnull((SELECT sum(length(t.bytes)) FROM texts t"
     " WHERE t.id >= r.id * 65536 AND t.id < (r.id + 1) * 65536), 0)",
     [](int64_t id) {
       return text("a part of the text of revision {} is missing", "版本 {} 的文本不完整", id);
     }},
    {"SELECT DISTINCT r.id FROM chunks c JOIN revisions r ON r.id = c.revision"
     " WHERE c.span_end > r.text_bytes OR c.span_begin > c.span_end OR c.context_begin > c.span_begin",
     [](int64_t id) {
       return text("passages of revision {} lie outside its text", "版本 {} 的段落超出了文本范围", id);
     }},
    {"SELECT d.id FROM documents d JOIN revisions r ON r.id = d.active_revision WHERE r.chunks !="
     " (SELECT count(*) FROM chunks c JOIN live_chunks l ON l.chunk = c.id AND l.collection = d.collection "
     "WHERE c.revision = r.id)",
     [](int64_t id) {
       return text("passages of document {} are missing from search", "文档 {} 有段落无法被检索到", id);
     }},
    {"SELECT DISTINCT r.document FROM live_chunks l JOIN chunks c ON c.id = l.chunk JOIN revisions r ON r.id "
     "= c.revision"
     " JOIN documents d ON d.id = r.document WHERE d.active_revision != r.id",
     [](int64_t id) {
       return text("document {} is searched in an old revision", "文档 {} 的旧版本仍在被检索", id);
     }},
};

Result<void> check_pragmas(Database& db, std::vector<Text>& problems) {
  auto integrity = TRY(db.prepare("PRAGMA integrity_check(20)"));
  while (TRY(integrity.step()))
    if (integrity.text(0) != "ok") problems.push_back(text("database: {}", "数据库：{}", integrity.text(0)));
  auto foreign = TRY(db.prepare("PRAGMA foreign_key_check"));
  while (problems.size() < kMostProblems && TRY(foreign.step()))
    problems.push_back(
        text("a row of table {} belongs to nothing", "数据表 {} 中有一行没有归属", foreign.text(0)));
  return {};
}

Result<void> check_original(const Originals& originals, const std::string& hash, uint64_t bytes,
                            bool contents, std::vector<Text>& problems) {
  if (!is_sha256(hash)) {
    problems.push_back(text("“{}” is not a hash", "“{}”不是有效的校验值", repair_utf8(hash)));
    return {};
  }
  const sys::Path path = originals.path_of(hash);
  const auto info = sys::stat_file(path);
  if (!info) {
    problems.push_back(text("the original {} is missing", "原始文件 {} 已丢失", path.string()));
  } else if (info->bytes != bytes || (contents && TRY(sys::sha256_file(path)) != hash)) {
    problems.push_back(text("the original {} was changed", "原始文件 {} 已被改动", path.string()));
  }
  return {};
}

}  // namespace

Result<std::vector<Text>> SqliteStore::verify(bool check_originals) {
  auto snapshot = TRY(readers_.snapshot());
  Database& db = snapshot.db();
  std::vector<Text> problems;
  TRY(check_pragmas(db, problems));
  for (const Rule& rule : kRules) {
    auto rows = TRY(db.prepare(rule.sql));
    while (problems.size() < kMostProblems && TRY(rows.step()))
      problems.push_back(rule.problem(rows.integer(0)));
  }
  auto rows = TRY(db.prepare("SELECT sha256, max(bytes) FROM revisions GROUP BY sha256"));
  while (problems.size() < kMostProblems && TRY(rows.step()))
    TRY(check_original(originals_, rows.string(0), static_cast<uint64_t>(rows.integer(1)), check_originals,
                       problems));
  return problems;
}

}  // namespace cvp::store
