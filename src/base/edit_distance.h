#pragma once
#include <cstddef>
#include <string_view>

namespace cvp {

/// Fewest insertions, deletions and replacements of bytes, and swaps of neighbours, that make one text of the
/// other (optimal string alignment). Time grows with the product of the lengths: for short texts.
size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace cvp
