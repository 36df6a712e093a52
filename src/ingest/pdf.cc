#include "ingest/pdf.h"

#include "ingest/kind.h"
#include "ingest/pdf_lines.h"
#include "ingest/poppler.h"
#include "ingest/text_writer.h"

namespace cvp::ingest {
namespace {

Text install_language_pack() {
  return text("install it and add the file again: sudo apt install poppler-data",
              "请安装后重新添加：sudo apt install poppler-data");
}

std::unexpected<Error> fail_no_text(uint32_t pages, const PdfTrouble& trouble) {
  if (trouble.unknown_encryption) return fail_encrypted_pdf();
  if (trouble.no_language_pack) {
    return fail(Errc::unavailable,
                text("the PDF's Chinese, Japanese or Korean fonts cannot be read without the package "
                     "poppler-data",
                     "缺少软件包 poppler-data，无法读取该 PDF 中的中日韩字体"),
                install_language_pack());
  }
  if (trouble.bad_pages > 0) return fail_damaged_pdf();
  const Text ocr = text("run it through an OCR program, such as ocrmypdf, and add the result",
                        "请先用 OCR 软件（如 ocrmypdf）处理，再添加处理后的文件");
  if (trouble.syntax_errors) {
    return fail(Errc::corrupt,
                text("no text could be read: the PDF is damaged, or it has only images and needs OCR",
                     "没有读到文字：PDF 可能已损坏，也可能只有图片，需要先做 OCR"),
                ocr);
  }
  return fail(Errc::refused,
              pages == 1 ? text("no text: needs OCR (its only page is an image or empty)",
                                "没有文字，需要先做 OCR（唯一的一页是图片或空白）")
                         : text("no text: needs OCR (its {} pages are images or empty)",
                                "没有文字，需要先做 OCR（全部 {} 页均为图片或空白）", pages),
              ocr);
}

uint32_t pages_without_text(const PdfLines& lines) {
  uint32_t empty = 0;
  for (size_t i = 0; i < lines.pages.size(); ++i) {
    const size_t next = i + 1 < lines.pages.size() ? lines.pages[i + 1].first_line : lines.lines.size();
    empty += next == lines.pages[i].first_line;
  }
  return empty;
}

void add_notes(const PdfLines& lines, const PdfTrouble& trouble, std::vector<Text>& notes) {
  if (trouble.bad_pages > 0) {
    notes.push_back(text("damaged and left out: {} pages, the first of them page {}",
                         "有 {} 页已损坏，未读取，其中第一处为第 {} 页", trouble.bad_pages,
                         trouble.first_bad_page));
  }
  const uint32_t empty = pages_without_text(lines);
  if (empty > trouble.bad_pages) {
    notes.push_back(text("{} of {} pages without text: if they are scans, they need OCR",
                         "有 {} 页没有文字（共 {} 页）：如为扫描件，需要先做 OCR", empty - trouble.bad_pages,
                         lines.pages.size()));
  }
  if (trouble.no_language_pack) {
    notes.push_back(text("some of its text may be missing without the package poppler-data: {}",
                         "缺少软件包 poppler-data，部分文字可能没有读到：{}", install_language_pack()));
  }
}

}  // namespace

Result<store::ParsedText> parse_pdf(const sys::Path& path, uint64_t text_limit_bytes) {
  const std::string file = path.string();
  const PdfInfo info = TRY(pdf_info(file));
  PdfTrouble trouble;
  const PdfLines lines = TRY(read_pdf_pages(file, info.pages, text_limit_bytes, trouble));
  if (lines.lines.empty()) return fail_no_text(info.pages, trouble);
  store::ParsedText parsed;
  parsed.media_type = media_type(Kind::pdf);
  parsed.title = info.title;
  assemble_pdf(lines, repeated_lines(lines), parsed);
  if (parsed.text.size() > text_limit_bytes) return fail_text_too_long(text_limit_bytes);
  add_notes(lines, trouble, parsed.notes);
  return parsed;
}

}  // namespace cvp::ingest
