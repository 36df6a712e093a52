// Lines of a PDF as pdftotext -bbox-layout finds them, gathered over all pages before they become text: what
// is a running header or a heading can only be said when all pages are known.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/types.h"

namespace cvp::ingest {

struct PdfLine {
  uint32_t text_begin = 0, text_size = 0;  // in PdfLines::pool
  uint32_t page = 0;                       // from 1
  uint32_t block = 0;                      // lines of one block are neighbours
  store::Box box;
  float height = 0;  // of its letters: the font's size, roughly
};

struct PdfPage {
  float width = 0, height = 0;  // points
  uint32_t first_line = 0;      // index into lines
};

struct PdfLines {
  std::string pool;
  std::vector<PdfLine> lines;
  std::vector<PdfPage> pages;  // pages[i] is page i + 1
  uint32_t blocks = 0;

  std::string_view text(const PdfLine& line) const {
    return std::string_view(pool).substr(line.text_begin, line.text_size);
  }
};

/// Adds the pages of one run of pdftotext. False where its output cannot be read as XML or has not
/// `expected_pages` pages.
bool add_bbox_pages(std::string_view xhtml, uint32_t expected_pages, PdfLines& out);
/// A page that could not be read.
void add_unreadable_page(PdfLines& out);

/// Which lines are running headers, footers and page numbers: the same text but for its digits, at the same
/// height, on most pages.
std::vector<bool> repeated_lines(const PdfLines& lines);

/// Paragraphs and headings with their geometry: fills text, page_starts and layout.
void assemble_pdf(const PdfLines& lines, const std::vector<bool>& left_out, store::ParsedText& parsed);

}  // namespace cvp::ingest
