#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sys/fd.h"
#include "sys/files.h"
#include "sys/os_error.h"

namespace cvp::sys {
namespace {
Text writing() { return text("write", "写入"); }
}  // namespace

PartFile::PartFile(int fd, Path path, Path part, uint64_t size)
    : fd_(fd), path_(std::move(path)), part_(std::move(part)), size_(size) {}

PartFile::PartFile(PartFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      part_(std::move(other.part_)),
      size_(other.size_) {}

PartFile& PartFile::operator=(PartFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(part_, other.part_);
  std::swap(size_, other.size_);
  return *this;
}

PartFile::~PartFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<PartFile> PartFile::open(const Path& path) {
  Path part = path;
  part += ".part";
  Fd fd(open_retry(part, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  if (!fd.valid()) return fail_errno(errno, writing(), part);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno, writing(), part);
  return PartFile(fd.release(), path, std::move(part), static_cast<uint64_t>(info.st_size));
}

Result<void> PartFile::truncate(uint64_t bytes) {
  if (::ftruncate(fd_, static_cast<off_t>(bytes)) != 0) return fail_errno(errno, writing(), part_);
  size_ = bytes;
  return {};
}

Result<void> PartFile::append(std::string_view bytes) { return write_at(size_, bytes); }

Result<void> PartFile::write_at(uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, writing(), part_);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
    if (offset > size_) size_ = offset;
  }
  return {};
}

Result<void> PartFile::finish() {
  if (::fsync(fd_) != 0) return fail_errno(errno, writing(), part_);
  ::close(std::exchange(fd_, -1));
  return rename_durably(part_, path_);
}

Result<void> PartFile::discard() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  size_ = 0;
  return remove_file(part_);
}

}  // namespace cvp::sys
