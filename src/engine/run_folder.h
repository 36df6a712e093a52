// Where a child's socket, key and log stand.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "sys/files.h"

namespace cvp::engine {

/// The files of one child; all begin with the same random name.
struct RunFiles {
  sys::Path socket, key, log, pid;
};

/// A private folder whose path is short enough for a UNIX socket (107 bytes): `wanted` where it is, else a
/// folder of ours in $XDG_RUNTIME_DIR, else a temporary one. Files that dead children left in it are removed.
class RunFolder {
 public:
  static Result<RunFolder> prepare(const sys::Path& wanted);

  const sys::Path& path() const { return path_; }
  RunFiles new_files() const;

 private:
  RunFolder() = default;
  sys::Path path_;
  std::optional<sys::TempFolder> temporary_;
};

/// Not there is not an error; what cannot be removed is logged.
void remove_files(const RunFiles& files);

}  // namespace cvp::engine
