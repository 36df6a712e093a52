#include "serve/upload_name.h"

#include "base/unicode.h"

namespace cvp::serve {
namespace {

/// Control characters, line and paragraph separators, zero-width characters and marks of direction.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB);
}

std::string_view trimmed(std::string_view segment) {
  while (segment.starts_with(' ')) segment.remove_prefix(1);
  while (segment.ends_with(' ')) segment.remove_suffix(1);
  return segment;
}

}  // namespace

Result<std::string> clean_upload_name(std::string_view name) {
  std::string seen;
  for (size_t pos = 0; pos < name.size();) {
    const char32_t c = decode_utf8(name, pos);
    if (!is_hidden(c)) append_utf8(seen, c == '\\' ? U'/' : c);
  }
  std::string out;
  std::string_view rest = seen;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (segment.empty() || segment == "." || segment == "..") continue;
    if (!out.empty()) out += '/';
    out += segment;
  }
  if (!out.empty() && out.size() <= kUploadNameBytes) return out;
  return fail(Errc::usage,
              text("“{}” cannot be the name of a document", "“{}”不能用作文档名称", utf8_prefix(out, 100)),
              text("name it as a file, with at most {} bytes: report.pdf",
                   "请使用文件名，不超过 {} 字节，例如 report.pdf", kUploadNameBytes));
}

}  // namespace cvp::serve
