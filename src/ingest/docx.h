#pragma once
#include <string_view>

#include "base/result.h"
#include "store/types.h"

namespace cvp::ingest {

/// A Word document as a reader sees it: headings by style, automatic numbers written out, tables as rows,
/// footnotes after their paragraph, text boxes in place; deleted and hidden text, comments, headers and
/// footers left out.
Result<store::ParsedText> parse_docx(std::string_view bytes, uint64_t text_limit_bytes);

}  // namespace cvp::ingest
