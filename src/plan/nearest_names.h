#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cvp::plan {

/// At most `most` of the names, those likeliest meant first: those that contain what was typed (case does not
/// matter), then by the fewest letters to change, two at most. Empty where none is so near, nothing is typed
/// or it is longer than 100 bytes.
std::vector<std::string> nearest_names(std::string_view typed, const std::vector<std::string>& names,
                                       size_t most = 3);

/// "a, b, c"
std::string joined_names(const std::vector<std::string>& names);

}  // namespace cvp::plan
