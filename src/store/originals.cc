#include "store/originals.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"

namespace cvp::store {
namespace {

constexpr size_t kMostFiles = 10'000'000;

Result<bool> is_named(Database& db, std::string_view sha256) {
  return TRY(db.integer("SELECT 1 FROM revisions WHERE sha256 = ?1 LIMIT 1", sha256)).has_value();
}

}  // namespace

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

sys::Path Originals::path_of(std::string_view sha256) const {
  CHECK(is_sha256(sha256));
  return folder_ / sha256.substr(0, 2) / sha256;
}

Result<void> Originals::save(std::string_view sha256, std::string_view bytes) const {
  const sys::Path path = path_of(sha256);
  if (sys::exists(path) && TRY(sys::stat_file(path)).bytes == bytes.size()) return {};
  TRY(sys::make_folders(path.parent_path()));
  return sys::write_file_atomic(path, bytes);
}

Result<void> Originals::collect(Database& db, std::string_view sha256) const {
  Transaction lock = TRY(Transaction::begin(db, Transaction::Kind::write));
  if (TRY(is_named(db, sha256))) return {};
  return sys::remove_file(path_of(sha256));
}

Result<void> Originals::collect_all(Database& db) const {
  if (!sys::exists(folder_)) return {};
  Transaction lock = TRY(Transaction::begin(db, Transaction::Kind::write));
  for (const sys::Path& path : TRY(sys::list_files(folder_, kMostFiles))) {
    const std::string name = path.filename().string();
    if (is_sha256(name) && TRY(is_named(db, name))) continue;
    log::info("removing {}, which no document has", path.string());
    TRY(sys::remove_file(path));
  }
  return {};
}

}  // namespace cvp::store
