#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/types.h"

namespace cvp::ingest {

/// What a reader of the page sees, without scripts, navigation, forms and hidden parts. utf8 must be valid
/// UTF-8.
Result<store::ParsedText> parse_html(std::string_view utf8, uint64_t text_limit_bytes);

/// The charset that an HTML or XML file names for itself in its first bytes, or empty.
std::string declared_charset(std::string_view bytes);

}  // namespace cvp::ingest
