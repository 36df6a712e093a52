#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cvp::cli {

/// The candidate that was most likely meant: fewest insertions, deletions, replacements and swaps of
/// neighbours, at most a third of the word's length (at least one), or the only one that begins with the
/// word. Empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace cvp::cli
