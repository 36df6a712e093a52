#include "store/reader_pool.h"

namespace cvp::store {

ReaderPool::Snapshot::~Snapshot() {
  transaction_.reset();
  if (db_ != nullptr) pool_->put_back(std::move(db_));
}

Result<ReaderPool::Snapshot> ReaderPool::snapshot() {
  Snapshot out(this, TRY(take()));
  out.transaction_.emplace(TRY(Transaction::begin(out.db(), Transaction::Kind::read)));
  return out;
}

Result<std::unique_ptr<Database>> ReaderPool::take() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty() || open_ < kMostReaders; });
    if (!idle_.empty()) {
      std::unique_ptr<Database> db = std::move(idle_.back());
      idle_.pop_back();
      return db;
    }
    ++open_;
  }
  auto db = Database::open(path_, {.access = Database::Access::read_only, .wal_autocheckpoint_pages = 0});
  if (!db) put_back(nullptr);
  return db;
}

void ReaderPool::put_back(std::unique_ptr<Database> db) {
  std::lock_guard lock(mutex_);
  if (db != nullptr) {
    idle_.push_back(std::move(db));
  } else {
    --open_;
  }
  returned_.notify_one();
}

}  // namespace cvp::store
