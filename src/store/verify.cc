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

enum class Look { at_size, at_content };

/// What is wrong with one original, empty where nothing is. One that cannot be read says nothing of the
/// others: only being cancelled is an error.
Result<Text> original_problem(const Originals& originals, const std::string& hash, uint64_t bytes, Look look,
                              const CancelToken& cancel) {
  if (!is_sha256(hash)) return text("“{}” is not a hash", "“{}”不是有效的校验值", repair_utf8(hash));
  const sys::Path path = originals.path_of(hash);
  const auto unreadable = [&](const Error& error) {
    return text("the original {} cannot be checked: {}", "无法核对原始文件 {}：{}", path.string(),
                error.message);
  };
  const auto info = sys::stat_file(path);
  if (!info && info.error().code == Errc::not_found)
    return text("the original {} is missing", "原始文件 {} 已丢失", path.string());
  if (!info) return unreadable(info.error());
  bool changed = info->bytes != bytes;
  if (!changed && look == Look::at_content) {
    const auto actual = sys::sha256_file(path, {}, cancel);
    if (cancel.cancelled()) return fail_cancelled();
    if (!actual) return unreadable(actual.error());
    changed = *actual != hash;
  }
  return changed ? text("the original {} was changed", "原始文件 {} 已被改动", path.string()) : Text{};
}

}  // namespace

Result<std::vector<Text>> SqliteStore::verify(bool check_originals, const CancelToken& cancel) {
  auto snapshot = TRY(readers_.snapshot());
  Database& db = snapshot.db();
  std::vector<Text> problems;
  TRY(check_pragmas(db, problems));
  for (const Rule& rule : kRules) {
    if (cancel.cancelled()) return fail_cancelled();
    auto rows = TRY(db.prepare(rule.sql));
    while (problems.size() < kMostProblems && TRY(rows.step()))
      problems.push_back(rule.problem(rows.integer(0)));
  }
  auto rows = TRY(db.prepare("SELECT sha256, max(bytes) FROM revisions GROUP BY sha256"));
  const Look look = check_originals ? Look::at_content : Look::at_size;
  while (problems.size() < kMostProblems && TRY(rows.step())) {
    if (cancel.cancelled()) return fail_cancelled();
    Text problem = TRY(
        original_problem(originals_, rows.string(0), static_cast<uint64_t>(rows.integer(1)), look, cancel));
    if (!problem.empty()) problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace cvp::store
