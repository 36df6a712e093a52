#include "sys/fd.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace cvp::sys {

int open_retry(const Path& path, int flags, unsigned mode) {
  int fd;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

int write_all(int fd, std::string_view bytes) {
  // The kernel takes at most 2 GiB a call.
  constexpr size_t kWriteBytes = 1 << 30;
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), std::min(bytes.size(), kWriteBytes));
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

int sync_folder(const Path& folder) {
  const Fd fd(open_retry(folder.empty() ? Path(".") : folder, O_RDONLY | O_DIRECTORY));
  if (!fd.valid()) return errno;
  // Some file systems cannot sync folders and say EINVAL; there is nothing more to do then.
  return ::fsync(fd.get()) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace cvp::sys
