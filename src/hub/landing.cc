#include "hub/landing.h"

namespace cvp::hub {
namespace {

constexpr size_t kBlockBytes = 4 << 20;

}  // namespace

Result<Landing> Landing::open(const sys::Path& path, uint64_t expected_bytes, const CancelToken& cancel) {
  Landing landing(TRY(sys::PartFile::open(path)), expected_bytes);
  if (landing.size() > expected_bytes) TRY(landing.file_.truncate(0));
  TRY(landing.hash_what_is_there(cancel));
  return landing;
}

Result<void> Landing::append(std::string_view bytes) {
  if (bytes.size() > expected_bytes_ - size())
    return fail(Errc::refused, text("the file is larger than the expected {} bytes",
                                    "文件超过了预期的 {} 字节", expected_bytes_));
  TRY(file_.append(bytes));
  hash_.update(bytes);
  return {};
}

Result<void> Landing::rewind(uint64_t bytes, const CancelToken& cancel) {
  TRY(file_.truncate(bytes));
  return hash_what_is_there(cancel);
}

Result<void> Landing::hash_what_is_there(const CancelToken& cancel) {
  hash_ = sys::Sha256();
  if (size() == 0) return {};
  const sys::MappedFile map = TRY(sys::MappedFile::open(file_.part_path()));
  std::string_view bytes = map.bytes();
  while (!bytes.empty()) {
    if (cancel.cancelled()) return fail_cancelled();
    const std::string_view block = bytes.substr(0, kBlockBytes);
    hash_.update(block);
    bytes.remove_prefix(block.size());
  }
  return {};
}

Result<void> Landing::finish(const std::string& sha256) {
  const uint64_t bytes = size();
  if (!complete()) {
    TRY(rewind(0, {}));
    return fail(Errc::corrupt, text("it gave {} bytes instead of {}", "下载到 {} 字节，应为 {} 字节", bytes,
                                    expected_bytes_));
  }
  const std::string actual = hash_.hex();
  if (actual == sha256) return file_.finish();
  TRY(rewind(0, {}));
  return fail(Errc::corrupt, text("the file's SHA-256 is {}, not the pinned {}; it was thrown away",
                                  "文件的 SHA-256 是 {}，与固定值 {} 不符，已丢弃", actual, sha256));
}

}  // namespace cvp::hub
