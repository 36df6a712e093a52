// Decides what a look at a watched folder leads to. Pure.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "serve/watch_record.h"
#include "sys/files.h"

namespace cvp::serve {

struct SeenFile {
  std::string uri;
  sys::Path path;
  FileStamp stamp;
};

/// A file that could not be added. It is tried again when it changes, or after some time.
struct WatchFailure {
  FileStamp stamp;
  int64_t unix_seconds = 0;
  Error error;
};
using WatchFailures = std::map<std::string, WatchFailure>;  // by uri
inline constexpr int64_t kFailureSeconds = 3600;

struct WatchSteps {
  std::vector<std::string> gone;  // uris whose files are no longer there
  std::vector<SeenFile> add;      // new or changed; those last that another file's document stood for
};

/// `closed`: uris of folders that could not be looked into, whose files therefore are not gone.
WatchSteps plan_watch(const WatchRecord& record, const WatchFailures& failures,
                      std::span<const SeenFile> seen, std::span<const std::string> closed, int64_t now_unix);

}  // namespace cvp::serve
