#include <cerrno>
#include <cstdlib>

#include "base/log.h"
#include "sys/files.h"
#include "sys/os_error.h"

namespace cvp::sys {

Result<TempFolder> TempFolder::create(std::string_view prefix) {
  std::error_code error;
  Path base = std::filesystem::temp_directory_path(error);
  if (error) base = "/tmp";
  std::string pattern = (base / (std::string(prefix) + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail_errno(errno, text("make a folder in", "创建文件夹于"), base);
  return TempFolder(pattern);
}

TempFolder::~TempFolder() {
  if (path_.empty()) return;
  if (auto removed = remove_tree(path_); !removed) log::warn("{}", removed.error().message.en);
}

}  // namespace cvp::sys
