#include <algorithm>
#include <numeric>

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
    good = c == '-' || c == '_' || is_word(c) || is_cjk(c);
  }
  if (good && length <= kLongestName) return {};
  return fail(Errc::usage,
              text("“{}” cannot be the name of a collection", "“{}”不能用作文档集名称",
                   repair_utf8(utf8_prefix(name, 200))),
              text("use 1 to {} letters, digits, '-', '_' or Chinese characters",
                   "名称可用字母、数字、“-”、“_”和汉字，长度 1 到 {} 个字符", kLongestName));
}

/// Levenshtein distance in code points of folded names.
size_t edit_distance(std::string_view left, std::string_view right) {
  auto points = [](std::string_view text) {
    std::vector<char32_t> out;
    for (size_t pos = 0; pos < text.size();) out.push_back(decode_utf8(text, pos));
    return out;
  };
  const std::vector<char32_t> a = points(left), b = points(right);
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
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
  auto rows =
      TRY(snapshot.db().prepare("SELECT c.id, c.name, (SELECT count(*) FROM documents d WHERE d.collection = "
                                "c.id) FROM collections c ORDER BY c.name"));
  std::vector<Collection> out;
  while (TRY(rows.step()))
    out.push_back({rows.integer(0), rows.string(1), static_cast<uint32_t>(rows.integer(2))});
  return out;
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
