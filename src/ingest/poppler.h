// The programs of poppler-utils, and what they say of a file.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "ingest/pdf_lines.h"

namespace cvp::ingest {

struct PdfInfo {
  uint32_t pages = 0;
  std::string title;
};
/// Errors: damaged, needs a password, too many pages, programs missing.
Result<PdfInfo> pdf_info(const std::string& file);

/// What went wrong while pages were read without stopping it.
struct PdfTrouble {
  uint32_t bad_pages = 0, first_bad_page = 0;
  bool no_language_pack = false;  // poppler-data is not installed, and fonts of this file need it
  bool unknown_encryption = false;
  bool syntax_errors = false;
};
/// Lines of all pages, in batches; a batch that fails is read page by page, so that one bad page costs only
/// itself. Errors: too many bad pages, more text than the limit.
Result<PdfLines> read_pdf_pages(const std::string& file, uint32_t pages, uint64_t text_limit_bytes,
                                PdfTrouble& trouble);

std::unexpected<Error> fail_damaged_pdf();
std::unexpected<Error> fail_encrypted_pdf();

}  // namespace cvp::ingest
