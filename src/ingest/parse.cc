#include "ingest/parse.h"

#include <new>

#include "ingest/clean.h"
#include "ingest/docx.h"
#include "ingest/encoding.h"
#include "ingest/html.h"
#include "ingest/kind.h"
#include "ingest/pdf.h"
#include "ingest/plain_text.h"

namespace cvp::ingest {
namespace {

constexpr size_t kTitleBytes = 300;

Result<store::ParsedText> parse_page(std::string_view bytes, uint64_t text_limit_bytes) {
  Decoded decoded = TRY(decode_text(bytes, declared_charset(bytes)));
  store::ParsedText parsed = TRY(parse_html(decoded.text, text_limit_bytes));
  for (Text& note : decoding_notes(decoded)) parsed.notes.push_back(std::move(note));
  return parsed;
}

Result<store::ParsedText> parse_kind(Kind kind, std::string_view bytes, const sys::Path& file,
                                     uint64_t text_limit_bytes) {
  switch (kind) {
    case Kind::text:
    case Kind::markdown:
      return parse_plain_text(bytes, kind, text_limit_bytes);
    case Kind::html:
      return parse_page(bytes, text_limit_bytes);
    case Kind::docx:
      return parse_docx(bytes, text_limit_bytes);
    case Kind::pdf:
      break;
  }
  if (!file.empty()) return parse_pdf(file, text_limit_bytes);
  const sys::TempFolder folder = TRY(sys::TempFolder::create());
  const sys::Path copy = folder.path() / "document.pdf";
  TRY(sys::write_file_atomic(copy, bytes));
  return parse_pdf(copy, text_limit_bytes);
}

}  // namespace

std::unexpected<Error> fail_out_of_memory() {
  return fail(
      Errc::refused,
      text("reading it takes more memory than a document may use", "读取所需的内存超出了单个文档的上限"),
      text("split it into several files", "请拆分为多个文件"));
}

Result<store::ParsedText> parse_bytes(std::string_view bytes, const std::string& name, const sys::Path& file,
                                      uint64_t text_limit_bytes) {
  const Kind kind = TRY(detect_kind(bytes, name));
  try {
    store::ParsedText parsed = TRY(parse_kind(kind, bytes, file, text_limit_bytes));
    if (trim(parsed.text).empty()) {
      return fail(Errc::refused, text("there is no text in the file", "文件中没有文字"),
                  text("if its content is pictures, it needs OCR first", "如果内容是图片，需要先做 OCR"));
    }
    parsed.title = std::string(utf8_prefix(one_line(clean_text(parsed.title)), kTitleBytes));
    return parsed;
  } catch (const std::bad_alloc&) {
    return fail_out_of_memory();
  }
}

}  // namespace cvp::ingest
