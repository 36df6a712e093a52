#include "ingest/plain_text.h"

#include "ingest/clean.h"
#include "ingest/encoding.h"
#include "ingest/html.h"
#include "ingest/text_writer.h"

namespace cvp::ingest {
namespace {

constexpr size_t kTitleBytes = 200;
constexpr size_t kTitleWithinBytes = 8 << 10;

/// `title:` of a front matter, else the first heading of level 1.
std::string markdown_title(std::string_view text) {
  std::string_view rest = text.substr(0, kTitleWithinBytes);
  const bool front_matter = rest.starts_with("---\n");
  for (size_t line_number = 0; !rest.empty(); ++line_number) {
    const size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (front_matter && line.starts_with("title:")) {
      line = trim(line.substr(6));
      if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front())
        line = line.substr(1, line.size() - 2);
      return std::string(line.substr(0, kTitleBytes));
    }
    if (line.starts_with("# ") && line.size() <= kTitleBytes) return std::string(trim(line.substr(2)));
  }
  return {};
}

}  // namespace

Result<store::ParsedText> parse_plain_text(std::string_view bytes, Kind kind, uint64_t text_limit_bytes) {
  const Decoded decoded = TRY(decode_text(bytes, declared_charset(bytes)));
  store::ParsedText parsed;
  uint64_t removed = 0;
  parsed.text = clean_text(decoded.text, removed);
  if (parsed.text.size() > text_limit_bytes) return fail_text_too_long(text_limit_bytes);
  parsed.media_type = media_type(kind);
  parsed.notes = decoding_notes(decoded);
  if (removed > 0) {
    parsed.notes.push_back(text("{} control characters were removed", "已去掉 {} 个控制字符", removed));
  }
  if (kind == Kind::markdown)
    parsed.title = std::string(utf8_prefix(markdown_title(parsed.text), kTitleBytes));
  return parsed;
}

}  // namespace cvp::ingest
