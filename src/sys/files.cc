#include "sys/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sys/fd.h"
#include "sys/os_error.h"
#include "sys/sha256.h"

namespace cvp::sys {
namespace fs = std::filesystem;
namespace {

Text too_large(const Path& path, uint64_t limit_bytes) {
  return text("{} is larger than the limit of {} MiB", "{} 超过了 {} MiB 的上限", path.string(),
              limit_bytes >> 20);
}

/// Appends what fd has up to its end. Errc::refused above the limit.
Result<void> read_rest(int fd, const Path& name, uint64_t limit_bytes, std::string& out) {
  constexpr size_t kReadBytes = 256 << 10;
  for (;;) {
    const size_t old = out.size();
    out.resize(old + kReadBytes);
    const ssize_t n = ::read(fd, out.data() + old, kReadBytes);
    const int error = errno;
    out.resize(old + (n > 0 ? static_cast<size_t>(n) : 0));
    if (n < 0 && error == EINTR) continue;
    if (n < 0) return fail_errno(error, text("read", "读取"), name);
    if (n == 0) return {};
    if (out.size() > limit_bytes) return fail(Errc::refused, too_large(name, limit_bytes));
  }
}

}  // namespace

Result<std::string> read_file(const Path& path, uint64_t limit_bytes) {
  // O_NONBLOCK: opening a pipe must not wait for its writer.
  const Fd fd(open_retry(path, O_RDONLY | O_NONBLOCK));
  if (!fd.valid()) return fail_errno(errno, text("read", "读取"), path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno, text("read", "读取"), path);
  if (S_ISDIR(info.st_mode)) return fail_errno(EISDIR, text("read", "读取"), path);
  if (!S_ISREG(info.st_mode)) {
    return fail(Errc::refused, text("{} is not a regular file", "{} 不是普通文件", path.string()));
  }
  if (static_cast<uint64_t>(info.st_size) > limit_bytes)
    return fail(Errc::refused, too_large(path, limit_bytes));
  std::string out;
  out.reserve(static_cast<size_t>(info.st_size) + 1);
  TRY(read_rest(fd.get(), path, limit_bytes, out));
  return out;
}

Result<std::string> read_input(int fd, uint64_t limit_bytes) {
  std::string out;
  auto read = read_rest(fd, "<stdin>", limit_bytes, out);
  if (read.has_value()) return out;
  if (read.error().code != Errc::refused) return std::unexpected(read.error());
  return fail(Errc::refused, text("standard input is larger than the limit of {} MiB",
                                  "标准输入超过了 {} MiB 的上限", limit_bytes >> 20));
}

Result<void> write_file_atomic(const Path& path, std::string_view bytes, unsigned mode) {
  Path temporary = path;
  temporary += ".tmp-" + random_hex(6);
  const Text doing = text("write", "写入");
  Fd fd(open_retry(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  if (!fd.valid()) return fail_errno(errno, doing, path);
  int error = write_all(fd.get(), bytes);
  if (error == 0 && ::fsync(fd.get()) != 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return fail_errno(error, doing, path);
  }
  error = sync_folder(path.parent_path());
  if (error != 0) return fail_errno(error, doing, path);
  return {};
}

Result<FileInfo> stat_file(const Path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return fail_errno(errno, text("look at", "查看"), path);
  return FileInfo{.bytes = static_cast<uint64_t>(info.st_size),
                  .modified_unix = info.st_mtime,
                  .is_folder = S_ISDIR(info.st_mode),
                  .is_regular = S_ISREG(info.st_mode),
                  .device = info.st_dev};
}

bool exists(const Path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

Result<Path> real_path(const Path& path) {
  std::error_code error;
  Path real = fs::canonical(path, error);
  if (error) return fail_errno(error.value(), text("look at", "查看"), path);
  return real;
}

Result<void> make_folders(const Path& path, unsigned mode) {
  const Text doing = text("make the folder", "创建文件夹");
  Path so_far;
  for (const Path& part : path) {
    so_far /= part;
    if (::mkdir(so_far.c_str(), mode) == 0 || errno == EEXIST) continue;
    const int error = errno;
    // Where the folder is there, some file systems say EROFS or EACCES instead of EEXIST.
    if (!sys::exists(so_far)) return fail_errno(error, doing, path);
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return fail_errno(errno, doing, path);
  if (!S_ISDIR(info.st_mode)) {
    return fail(Errc::refused,
                text("{} is there, but is not a folder", "{} 已存在，但不是文件夹", path.string()));
  }
  return {};
}

Result<void> remove_file(const Path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail_errno(errno, text("remove", "删除"), path);
}

Result<void> remove_tree(const Path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error && error.value() != ENOENT) return fail_errno(error.value(), text("remove", "删除"), path);
  return {};
}

Result<void> rename_durably(const Path& from, const Path& to) {
  const Text doing = text("move to", "移动到");
  if (::rename(from.c_str(), to.c_str()) != 0) return fail_errno(errno, doing, to);
  int error = sync_folder(to.parent_path());
  if (error == 0 && from.parent_path() != to.parent_path()) error = sync_folder(from.parent_path());
  if (error != 0) return fail_errno(error, doing, to);
  return {};
}

Result<uint64_t> free_bytes(const Path& folder_or_file) {
  std::error_code ignored;
  Path place = fs::absolute(folder_or_file, ignored);
  while (!sys::exists(place) && place.has_relative_path()) place = place.parent_path();
  struct statvfs info {};
  if (::statvfs(place.c_str(), &info) != 0) return fail_errno(errno, text("look at", "查看"), folder_or_file);
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace cvp::sys
