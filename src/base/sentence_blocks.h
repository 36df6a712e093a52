#pragma once
#include <string_view>
#include <vector>

#include "base/unicode.h"

namespace cvp {

/// Paragraphs, list items, table rows and headings of a passage, in order, without blank lines between them.
/// A line break inside a wrapped paragraph is no border.
std::vector<Span> split_blocks(std::string_view text);

}  // namespace cvp
