// The only file access of the program: every other room reads and writes through these calls.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::sys {

using Path = std::filesystem::path;

/// Whole file. Refuses (Errc::refused) a file larger than limit_bytes before reading it, and anything that is
/// not a regular file.
Result<std::string> read_file(const Path& path, uint64_t limit_bytes);
/// Reads standard input (or a descriptor in its place) to its end, at most limit_bytes.
Result<std::string> read_input(int fd, uint64_t limit_bytes);

/// Writes beside the target, fsyncs, renames over it and fsyncs the folder: the target is the old or the new
/// file, never a part.
Result<void> write_file_atomic(const Path& path, std::string_view bytes, unsigned mode = 0600);

struct FileInfo {
  uint64_t bytes = 0;
  int64_t modified_unix = 0;
  bool is_folder = false;
  bool is_regular = false;
  uint64_t device = 0;  // which file system
};
Result<FileInfo> stat_file(const Path& path);
bool exists(const Path& path);
/// Absolute, with every symbolic link in it followed. The path must be there.
Result<Path> real_path(const Path& path);
Result<void> make_folders(const Path& path, unsigned mode = 0700);
Result<void> remove_file(const Path& path);  // not there is not an error
Result<void> remove_tree(const Path& path);  // not there is not an error
Result<void> rename_durably(const Path& from, const Path& to);
Result<uint64_t> free_bytes(const Path& folder_or_file);

/// Regular files below folder, sorted, symbolic links not followed, hidden names skipped; at most limit
/// entries (else refused). What cannot be looked at stands in the list by its own path, also a folder:
/// whoever opens it learns why, and nobody takes what is in it for gone.
Result<std::vector<Path>> list_files(const Path& folder, size_t limit);

/// A read-only memory map of a whole file, unmapped on destruction.
class MappedFile {
 public:
  static Result<MappedFile> open(const Path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const char* data, size_t size) : data_(data), size_(size) {}
  const char* data_ = nullptr;
  size_t size_ = 0;
};

/// A file being written piece by piece (downloads, exports). append is buffered by the kernel only; finish
/// fsyncs and renames `path.part` to `path`. Without finish the part file stays, so that resume_at can
/// continue it.
class PartFile {
 public:
  /// Opens or creates path.part; size() is what is already there.
  static Result<PartFile> open(const Path& path);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&& other) noexcept;
  ~PartFile();
  uint64_t size() const { return size_; }
  const Path& part_path() const { return part_; }
  Result<void> truncate(uint64_t bytes);
  Result<void> append(std::string_view bytes);
  Result<void> write_at(uint64_t offset, std::string_view bytes);
  Result<void> finish();
  Result<void> discard();

 private:
  PartFile(int fd, Path path, Path part, uint64_t size);
  int fd_ = -1;
  Path path_, part_;
  uint64_t size_ = 0;
};

/// A folder that is removed with everything in it on destruction.
class TempFolder {
 public:
  static Result<TempFolder> create(std::string_view prefix = "cvp");
  TempFolder(TempFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TempFolder& operator=(TempFolder&&) = delete;
  ~TempFolder();
  const Path& path() const { return path_; }

 private:
  explicit TempFolder(Path path) : path_(std::move(path)) {}
  Path path_;
};

}  // namespace cvp::sys
