#pragma once
#include <string>

#include "base/result.h"
#include "store/types.h"
#include "sys/files.h"

namespace cvp::ingest {

/// Text with boxes of a PDF through poppler's pdfinfo and pdftotext, in page batches so that memory does not
/// grow with the file's pages. Runs their processes as they are: call it from inside the sandbox for files
/// that are not trusted. Errors told apart: needs a password, damaged, no text at all (needs OCR), programs
/// missing.
Result<store::ParsedText> parse_pdf(const sys::Path& file, uint64_t text_limit_bytes);

}  // namespace cvp::ingest
