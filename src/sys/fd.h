#pragma once
#include <unistd.h>

#include <string_view>
#include <utility>

#include "base/result.h"
#include "sys/files.h"

namespace cvp::sys {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// Opens with O_CLOEXEC, again after EINTR. -1 with errno.
int open_retry(const Path& path, int flags, unsigned mode = 0);
/// Writes everything; 0 or an errno.
int write_all(int fd, std::string_view bytes);
/// Makes a folder's entries durable; 0 or an errno.
int sync_folder(const Path& folder);

}  // namespace cvp::sys
