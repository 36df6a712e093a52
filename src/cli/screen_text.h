// What text looks like on a terminal: filling, breaking, and nothing in it that could command the terminal.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/columns.h"

namespace cvp::cli {

/// Documents and models may contain escape sequences. Control characters other than \n and \t become a space,
/// as do those that change the direction of text.
std::string printable(std::string_view text);

/// Filled with spaces up to so many columns.
std::string pad(std::string_view text, size_t to_columns);

/// Broken at spaces and between CJK characters, so that no line is wider than max_columns; each line but the
/// first begins with indent spaces.
std::string wrap(std::string_view text, size_t max_columns, size_t indent);

}  // namespace cvp::cli
