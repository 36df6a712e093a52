#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "sys/files.h"
#include "sys/os_error.h"

namespace cvp::sys {
namespace {

struct Listing {
  size_t limit;
  size_t seen = 0;
  std::vector<Path> files, folders_left;
};

Result<void> list_one(const Path& folder, bool is_top, Listing& listing) {
  DIR* dir = ::opendir(folder.c_str());
  if (dir == nullptr) {
    if (is_top) return fail_errno(errno, text("list", "列出"), folder);
    listing.files.push_back(folder);
    return {};
  }
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(dir);
    if (entry == nullptr) break;
    if (entry->d_name[0] == '.') continue;
    if (++listing.seen > listing.limit) {
      ::closedir(dir);
      return fail(
          Errc::refused,
          text("more than {} entries below {}", "{1} 下的条目超过 {0} 个", listing.limit, folder.string()),
          text("name smaller folders", "请改为指定较小的文件夹"));
    }
    const Path path = folder / entry->d_name;
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
      if (errno != ENOENT) listing.files.push_back(path);
      continue;  // else removed while we look
    }
    if (S_ISDIR(info.st_mode)) listing.folders_left.push_back(path);
    if (S_ISREG(info.st_mode)) listing.files.push_back(path);
  }
  const int error = errno;
  ::closedir(dir);
  if (error == 0) return {};
  if (is_top) return fail_errno(error, text("list", "列出"), folder);
  listing.files.push_back(folder);
  return {};
}

}  // namespace

Result<std::vector<Path>> list_files(const Path& folder, size_t limit) {
  Listing listing{.limit = limit};
  TRY(list_one(folder, true, listing));
  while (!listing.folders_left.empty()) {
    const Path next = std::move(listing.folders_left.back());
    listing.folders_left.pop_back();
    TRY(list_one(next, false, listing));
  }
  std::sort(listing.files.begin(), listing.files.end());
  return std::move(listing.files);
}

}  // namespace cvp::sys
