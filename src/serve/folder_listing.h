// What lies in a watched folder now, and which folders may be watched at all.
#pragma once
#include <string>
#include <vector>

#include "serve/watch_plan.h"

namespace cvp::serve {

struct FolderListing {
  std::vector<SeenFile> seen;
  std::vector<std::string> closed;  // uris of what could not be looked at: folders, and files in them
  uint64_t device = 0;
};

inline constexpr size_t kWatchedFiles = 100'000;

/// The folder itself, without links in its path. Errc::usage: not absolute, no folder, or a place where cvp
/// keeps its own data.
Result<sys::Path> watchable_folder(const std::string& named, const sys::Path& home);

/// Documents below it; links are not followed. Errc::not_found: the folder is not there, or is a link by now.
/// Errc::refused: too many files, or cvp's home lies in it by now.
Result<FolderListing> list_watched(const sys::Path& folder, const sys::Path& home);

/// No part of the path became a link since it was listed.
bool is_itself(const sys::Path& file);

bool is_within(const sys::Path& path, const sys::Path& folder);

}  // namespace cvp::serve
