#include "ingest/zip_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>

namespace cvp::ingest {
namespace {

constexpr size_t kBlockBytes = 64 << 10;

/// The library's words for what broken copies and downloads usually have, in the user's language.
Text damage(archive* zip) {
  const char* words = archive_error_string(zip);
  const std::string_view reason = words == nullptr ? "?" : words;
  if (reason.find("bad CRC") != reason.npos) {
    return text("the checksum in its zip container does not match the content",
                "zip 容器中的校验和与内容不符");
  }
  if (reason.find("runcated") != reason.npos) {
    return text("its zip container ends too early", "zip 容器不完整，末尾缺失");
  }
  return text("its zip container cannot be read ({})", "无法读取其 zip 容器（{}）", reason);
}

std::unexpected<Error> fail_damaged(archive* zip) {
  return fail(Errc::corrupt, text("the file is damaged: {}", "文件已损坏：{}", damage(zip)),
              text("open it in Word, save it again and add the new copy",
                   "请用 Word 打开并重新保存，再添加新的副本"));
}

std::unexpected<Error> fail_bomb(uint64_t limit_bytes) {
  return fail(Errc::refused,
              text("it unpacks to more than {} MB, the most that is accepted",
                   "解压后超过 {} MB，超出允许的上限", limit_bytes >> 20),
              text("split the document into smaller ones", "请将文档拆分为较小的几个"));
}

Result<std::string> unpack(archive* zip, uint64_t limit_bytes) {
  std::string out;
  std::vector<char> block(kBlockBytes);
  while (true) {
    const la_ssize_t got = archive_read_data(zip, block.data(), block.size());
    if (got < 0) return fail_damaged(zip);
    if (got == 0) return out;
    if (out.size() + static_cast<size_t>(got) > limit_bytes) return fail_bomb(limit_bytes);
    out.append(block.data(), static_cast<size_t>(got));
  }
}

}  // namespace

Result<std::map<std::string, std::string>> read_zip(std::string_view bytes,
                                                    const std::vector<std::string>& wanted,
                                                    const ZipLimits& limits) {
  const std::unique_ptr<archive, decltype(&archive_read_free)> zip(archive_read_new(), &archive_read_free);
  archive_read_support_format_zip(zip.get());
  if (archive_read_open_memory(zip.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return fail_damaged(zip.get());
  std::map<std::string, std::string> found;
  uint64_t total_bytes = 0;
  for (size_t entries = 0; found.size() < wanted.size(); ++entries) {
    if (entries >= limits.entries) {
      return fail(Errc::refused, text("its zip container has more than {} entries",
                                      "其 zip 容器中的条目超过 {} 个", limits.entries));
    }
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(zip.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return fail_damaged(zip.get());
    const char* raw_name = archive_entry_pathname(entry);
    const std::string name = raw_name == nullptr ? "" : raw_name;
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end() || found.contains(name)) continue;
    if (archive_entry_is_encrypted(entry)) {
      return fail(Errc::refused,
                  text("the document is encrypted and needs a password", "文档已加密，需要密码才能打开"),
                  text("remove its password and add it again", "请去掉密码后重新添加"));
    }
    std::string content =
        TRY(unpack(zip.get(), std::min(limits.entry_bytes, limits.total_bytes - total_bytes)));
    total_bytes += content.size();
    found.emplace(name, std::move(content));
  }
  return found;
}

}  // namespace cvp::ingest
