#include <algorithm>

#include "base/edit_distance.h"
#include "store/document_rows.h"
#include "store/sqlite_store.h"

namespace cvp::store {
namespace {

constexpr size_t kLongestName = 64;
constexpr size_t kNearestNames = 3;

Result<void> check_name(std::string_view name) {
  size_t length = 0;
  bool good = !name.empty();
  for (size_t pos = 0; good && pos < name.size(); ++length) {
    const char32_t c = decode_utf8(name, pos);
    const bool inner_space = c == ' ' && length > 0 && pos < name.size() && name[pos] != ' ';
    good = c == '-' || c == '_' || is_word(c) || is_cjk(c) || inner_space;
  }
  if (good && length <= kLongestName) return {};
  return fail(Errc::usage,
              text("“{}” cannot be the name of a collection", "“{}”不能用作文档集名称",
                   repair_utf8(utf8_prefix(name, 200))),
              text("use 1 to {} letters, digits, Chinese characters, '-', '_' or spaces between them",
                   "名称可用字母、数字、汉字、“-”、“_”以及其间的空格，长度 1 到 {} 个字符", kLongestName));
}

std::unexpected<Error> name_taken(std::string_view name) {
  return fail(Errc::busy, text("a collection is named “{}” already", "已有名为“{}”的文档集", name));
}

Text nearest_names(std::string_view asked, const std::vector<Collection>& all) {
  std::vector<std::pair<size_t, std::string>> ranked;
  const std::string folded = fold(utf8_prefix(asked, 4 * kLongestName));
  for (const Collection& one : all) ranked.emplace_back(edit_distance(folded, fold(one.name)), one.name);
  std::sort(ranked.begin(), ranked.end());
  if (ranked.size() > kNearestNames) ranked.resize(kNearestNames);
  std::string en, zh;
  for (const auto& [distance, name] : ranked) {
    en += (en.empty() ? "" : ", ") + name;
    zh += (zh.empty() ? "" : "、") + name;
  }
  if (ranked.empty())
    return text("there is no collection yet: `cvp add` makes one",
                "还没有任何文档集：用 `cvp add` 添加文档即可创建");
  return text("the nearest: {}", "名称相近的有：{}", Text{en, zh});
}

}  // namespace

Result<CollectionId> SqliteStore::ensure_collection(std::string_view name) {
  TRY(check_name(name));
  return write([&](Database& db) -> Result<CollectionId> {
    if (const auto id = TRY(db.integer("SELECT id FROM collections WHERE name = ?1", name))) return *id;
    TRY(db.run("INSERT INTO collections(name) VALUES(?1)", name));
    return db.last_insert_id();
  });
}

Result<CollectionId> SqliteStore::create_collection(std::string_view name, UserId manager) {
  TRY(check_name(name));
  return write([&](Database& db) -> Result<CollectionId> {
    if (TRY(db.integer("SELECT 1 FROM collections WHERE name = ?1", name))) return name_taken(name);
    TRY(db.run("INSERT INTO collections(name) VALUES(?1)", name));
    const CollectionId id = db.last_insert_id();
    if (manager != 0) {
      TRY(db.run("INSERT INTO grants(collection, kind, subject, access) VALUES(?1, ?2, ?3, ?4)", id,
                 static_cast<int>(Grant::To::user), manager, static_cast<int>(Right::manage)));
    }
    return id;
  });
}

Result<CollectionId> SqliteStore::find_collection(std::string_view name) {
  {
    auto snapshot = TRY(readers_.snapshot());
    if (const auto id = TRY(snapshot.db().integer("SELECT id FROM collections WHERE name = ?1", name)))
      return *id;
  }
  return fail(
      Errc::not_found,
      cvp::text("no collection is named “{}”", "没有名为“{}”的文档集", repair_utf8(utf8_prefix(name, 200))),
      nearest_names(name, TRY(collections())));
}

Result<std::vector<Collection>> SqliteStore::collections() {
  auto snapshot = TRY(readers_.snapshot());
  auto rows = TRY(
      snapshot.db().prepare("SELECT c.id, c.name, (SELECT count(*) FROM documents d WHERE d.collection = "
                            "c.id AND d.trashed_unix = 0), ifnull(live.chunks, 0) FROM collections c LEFT "
                            "JOIN (SELECT collection, count(*) AS chunks FROM live_chunks GROUP BY "
                            "collection) live ON live.collection = c.id ORDER BY c.name"));
  std::vector<Collection> out;
  while (TRY(rows.step()))
    out.push_back({rows.integer(0), rows.string(1), static_cast<uint32_t>(rows.integer(2)),
                   static_cast<uint64_t>(rows.integer(3))});
  return out;
}

Result<void> SqliteStore::rename_collection(CollectionId id, std::string_view name) {
  TRY(check_name(name));
  return write([&](Database& db) -> Result<void> {
    if (TRY(db.integer("SELECT 1 FROM collections WHERE name = ?1 AND id <> ?2", name, id)))
      return name_taken(name);
    TRY(db.run("UPDATE collections SET name = ?2 WHERE id = ?1", id, name));
    if (db.changes() == 0)
      return fail(Errc::not_found, cvp::text("there is no collection {}", "没有编号为 {} 的文档集", id));
    return {};
  });
}

Result<void> SqliteStore::remove_collection(CollectionId id) {
  auto hashes = write([&](Database& db) -> Result<std::vector<std::string>> {
    std::vector<DocumentId> documents;
    {
      auto rows = TRY(db.prepare("SELECT id FROM documents WHERE collection = ?1"));
      rows.bind(id);
      while (TRY(rows.step())) documents.push_back(rows.integer(0));
    }
    std::vector<std::string> removed;
    for (DocumentId document : documents)
      for (std::string& hash : TRY(remove_document_rows(db, document))) removed.push_back(std::move(hash));
    TRY(db.run("DELETE FROM collections WHERE id = ?1", id));
    if (db.changes() == 0)
      return fail(Errc::not_found, cvp::text("there is no collection {}", "没有编号为 {} 的文档集", id));
    return removed;
  });
  return scrub(TRY(std::move(hashes)));
}

}  // namespace cvp::store
