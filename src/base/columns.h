// How wide a text is on a screen, and how it is made to fit one line.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace cvp {

/// Columns that a character takes; East Asian characters and emoji take two, combining marks none.
size_t columns_of(char32_t c);
size_t columns(std::string_view text);

/// On one line: white space runs become one space.
std::string one_line(std::string_view text);

/// At most so many columns, with "…" where something was cut.
std::string shorten(std::string_view text, size_t max_columns);

}  // namespace cvp
