#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/kind.h"
#include "store/types.h"

namespace cvp::ingest {

/// TXT and Markdown: decoded and cleaned, otherwise as they are; the chunker reads their structure.
Result<store::ParsedText> parse_plain_text(std::string_view bytes, Kind kind, uint64_t text_limit_bytes);

}  // namespace cvp::ingest
