#pragma once
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "store/types.h"
#include "sys/files.h"

namespace cvp::ingest {

/// Part of what a revision was made with: a change of what any parser writes must change it.
inline constexpr int kParserVersion = 1;
inline constexpr int kChunkerVersion = 1;

/// The text of a document, parsed in this process: for the parser child, tests and fuzzers. `file` holds the
/// same bytes; only the PDF programs read it. With an empty `file` a PDF is first written to a temporary one.
Result<store::ParsedText> parse_bytes(std::string_view bytes, const std::string& name,
                                      const sys::Path& file = {},
                                      uint64_t text_limit_bytes = limits::kDocumentTextBytes);

std::unexpected<Error> fail_out_of_memory();

}  // namespace cvp::ingest
