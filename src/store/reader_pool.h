#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite.h"

namespace cvp::store {

/// Read-only connections that never checkpoint, opened as they are needed, at most kMostReaders; a caller
/// beyond that waits.
class ReaderPool {
 public:
  static constexpr size_t kMostReaders = 4;
  explicit ReaderPool(sys::Path path) : path_(std::move(path)) {}

  /// One connection inside one read transaction: all its statements see the same state. Destroy its
  /// statements first.
  class Snapshot {
   public:
    Snapshot(Snapshot&&) = default;
    Snapshot& operator=(Snapshot&&) = delete;
    ~Snapshot();
    Database& db() { return *db_; }

   private:
    friend class ReaderPool;
    Snapshot(ReaderPool* pool, std::unique_ptr<Database> db) : pool_(pool), db_(std::move(db)) {}
    ReaderPool* pool_;
    std::unique_ptr<Database> db_;
    std::optional<Transaction> transaction_;
  };
  Result<Snapshot> snapshot();

 private:
  Result<std::unique_ptr<Database>> take();
  void put_back(std::unique_ptr<Database> db);  // null: the connection is gone

  const sys::Path path_;
  std::mutex mutex_;  // guards idle_, open_
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Database>> idle_;
  size_t open_ = 0;
};

}  // namespace cvp::store
