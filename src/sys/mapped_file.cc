#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "sys/fd.h"
#include "sys/files.h"
#include "sys/os_error.h"

namespace cvp::sys {

Result<MappedFile> MappedFile::open(const Path& path) {
  const Text doing = text("read", "读取");
  const Fd fd(open_retry(path, O_RDONLY | O_NONBLOCK));
  if (!fd.valid()) return fail_errno(errno, doing, path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno, doing, path);
  if (!S_ISREG(info.st_mode)) {
    return fail(Errc::refused, text("{} is not a regular file", "{} 不是普通文件", path.string()));
  }
  const auto size = static_cast<size_t>(info.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return fail_errno(errno, doing, path);
  return MappedFile(static_cast<const char*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace cvp::sys
