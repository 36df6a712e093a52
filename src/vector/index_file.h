#pragma once
#include <memory>
#include <string>

#include "store/sqlite.h"

namespace cvp::vector {

/// The two connections to HOME/index/index.db. A file that is damaged or of another format is removed and
/// made anew, terms of another tokenizer are dropped alone; `note` says so then (the caller indexes again).
struct IndexFile {
  std::unique_ptr<store::Database> writer, reader;
  Text note;
};
Result<IndexFile> open_index_file(const sys::Path& folder);
/// Removes the file, whatever its state.
Result<void> remove_index_file(const sys::Path& folder);

}  // namespace cvp::vector
