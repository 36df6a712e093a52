// The file that a download grows into, hashed as it grows, whichever source its bytes come from.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "sys/files.h"
#include "sys/sha256.h"

namespace cvp::hub {

/// Every source of a model gives the same bytes, so what one source began another may continue. Not
/// thread-safe.
class Landing {
 public:
  /// Opens or creates path.part and hashes what is there; more than expected_bytes is thrown away.
  static Result<Landing> open(const sys::Path& path, uint64_t expected_bytes, const CancelToken& cancel);

  uint64_t size() const { return file_.size(); }
  uint64_t expected_bytes() const { return expected_bytes_; }
  bool complete() const { return size() == expected_bytes_; }
  /// Errc::refused where the file would become larger than expected.
  Result<void> append(std::string_view bytes);
  /// Back to the first `bytes` bytes.
  Result<void> rewind(uint64_t bytes, const CancelToken& cancel);
  /// Checks size and hash, then makes path.part path. On Errc::corrupt (either is wrong) the file is empty
  /// again.
  Result<void> finish(const std::string& sha256);
  /// Removes the file.
  Result<void> discard() { return file_.discard(); }

 private:
  Landing(sys::PartFile file, uint64_t expected_bytes)
      : file_(std::move(file)), expected_bytes_(expected_bytes) {}
  Result<void> hash_what_is_there(const CancelToken& cancel);

  sys::PartFile file_;
  uint64_t expected_bytes_ = 0;
  sys::Sha256 hash_;
};

}  // namespace cvp::hub
