#include "model/byte_reader.h"

#include <algorithm>

#include "base/unicode.h"

namespace cvp::model {

std::string printable(std::string_view from_file) {
  constexpr size_t kShownBytes = 80;
  std::string shown;
  size_t pos = 0;
  while (pos < from_file.size()) {
    if (shown.size() >= kShownBytes) return shown + "…";
    const char32_t c = decode_utf8(from_file, pos);
    append_utf8(shown, c < 0x20 || (c >= 0x7f && c < 0xa0) ? U'\uFFFD' : c);
  }
  return shown;
}

std::unexpected<Error> corrupt_file(const std::string& name, const Text& reason) {
  return fail(Errc::corrupt, text("{} is damaged: {}", "{} 已损坏：{}", name, reason),
              text("get the file again, or from another source", "请重新获取该文件，或换一个来源"));
}

ByteReader::ByteReader(std::string_view bytes, uint64_t file_bytes, std::string name)
    : bytes_(bytes), file_bytes_(std::max<uint64_t>(bytes.size(), file_bytes)), name_(std::move(name)) {}

Result<std::string_view> ByteReader::take(uint64_t n) {
  if (n > file_bytes_ - position_) return cut_off();
  if (position_ > bytes_.size() || n > bytes_.size() - position_) {
    return fail(Errc::unavailable, text("the first {} bytes of {} do not hold its whole header",
                                        "{1} 的前 {0} 个字节不足以读出完整的文件头", bytes_.size(), name_));
  }
  const std::string_view taken = bytes_.substr(position_, n);
  position_ += n;
  return taken;
}

std::unexpected<Error> ByteReader::cut_off() const {
  return corrupt(text("it ends within its {}", "文件在{}中间就结束了", section_));
}

std::unexpected<Error> ByteReader::corrupt(const Text& reason) const { return corrupt_file(name_, reason); }

}  // namespace cvp::model
