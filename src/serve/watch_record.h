// What a watch knows of its folder's files. Kept in the store, so that a restart neither reads every file
// again nor forgets which documents it may take away.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/types.h"

namespace cvp::serve {

/// What tells a changed file from an unchanged one without reading it.
struct FileStamp {
  uint64_t bytes = 0;
  int64_t modified_unix = 0;
  bool operator==(const FileStamp&) const = default;
};

struct WatchedFile {
  store::DocumentId document = 0;  // 0: none yet
  std::optional<FileStamp> stamp;  // of what the document was made from; none: look again
  bool ours = false;               // the document is there because of this watch, and leaves with the file
  /// Not 0: the document is another file's that had the same content at this revision.
  store::RevisionId copy_of = 0;
  bool operator==(const WatchedFile&) const = default;
};

struct WatchRecord {
  std::string made_with;                     // parser, chunker and sizes, as ingest names them
  uint64_t device = 0;                       // the folder's file system; 0: not seen yet
  std::map<std::string, WatchedFile> files;  // by uri
  bool operator==(const WatchRecord&) const = default;
};

std::string record_text(const WatchRecord& record);
/// Errc::corrupt where it is no record.
Result<WatchRecord> read_record(std::string_view text);

}  // namespace cvp::serve
