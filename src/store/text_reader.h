#pragma once
#include <string>

#include "store/sqlite.h"
#include "store/types.h"

namespace cvp::store {

/// Reads ranges of revisions' texts. Keeps the last piece, since chunks that follow each other share pieces.
class TextReader {
 public:
  explicit TextReader(Database& db) : db_(db) {}
  /// The span must lie inside the revision's text; a missing piece is Errc::corrupt.
  Result<std::string> read(RevisionId revision, Span span);

 private:
  Result<void> load(RevisionId revision, uint32_t piece);

  Database& db_;
  RevisionId revision_ = 0;
  uint32_t piece_ = 0;
  std::string bytes_;
};

}  // namespace cvp::store
