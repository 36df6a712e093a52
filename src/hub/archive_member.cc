#include "hub/archive_member.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <string>
#include <vector>

namespace cvp::hub {
namespace {

constexpr size_t kBlockBytes = 256 << 10;
constexpr size_t kMembers = 100'000;

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;

std::unexpected<Error> damaged(const sys::Path& path, archive* reader) {
  const char* why = archive_error_string(reader);
  return fail(Errc::corrupt,
              text("the archive {} is damaged: {}", "压缩包 {} 已损坏：{}", path.filename().string(),
                   why ? why : "?"),
              text("try again; if it stays so, use another source with `--from`",
                   "请重试；若仍然如此，请用 `--from` 换一个来源"));
}

Result<uint64_t> copy_data(archive* reader, const sys::Path& path, std::string_view member,
                           uint64_t limit_bytes, const OnBytes& sink, const CancelToken& cancel) {
  std::vector<char> block(kBlockBytes);
  uint64_t bytes = 0;
  for (;;) {  // ends at limit_bytes
    if (cancel.cancelled()) return fail_cancelled();
    const la_ssize_t n = archive_read_data(reader, block.data(), block.size());
    if (n < 0) return damaged(path, reader);
    if (n == 0) return bytes;
    bytes += static_cast<uint64_t>(n);
    if (bytes > limit_bytes)
      return fail(Errc::refused, text("{} in {} is larger than expected ({} bytes)",
                                      "{}（在 {} 中）超出了预期大小（{} 字节）", member,
                                      path.filename().string(), limit_bytes));
    TRY(sink({block.data(), static_cast<size_t>(n)}));
  }
}

}  // namespace

Result<uint64_t> read_member(const sys::Path& path, std::string_view member, uint64_t limit_bytes,
                             const OnBytes& sink, const CancelToken& cancel) {
  const Reader reader(archive_read_new(), &archive_read_free);
  archive_read_support_format_zip(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), kBlockBytes) != ARCHIVE_OK)
    return damaged(path, reader.get());
  for (size_t i = 0; i < kMembers; ++i) {
    if (cancel.cancelled()) return fail_cancelled();
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status < ARCHIVE_WARN) return damaged(path, reader.get());
    const char* utf8 = archive_entry_pathname_utf8(entry);
    const char* name = utf8 != nullptr ? utf8 : archive_entry_pathname(entry);
    if (name == nullptr || member != name || archive_entry_filetype(entry) != AE_IFREG) continue;
    return copy_data(reader.get(), path, member, limit_bytes, sink, cancel);
  }
  return fail(Errc::not_found,
              text("{} has no file {}", "{} 中没有文件 {}", path.filename().string(), member),
              text("the package has changed; use another source with `--from`, or a newer cvp",
                   "这个包的内容变了；请用 `--from` 换一个来源，或升级 cvp"));
}

}  // namespace cvp::hub
