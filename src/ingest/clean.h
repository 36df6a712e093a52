#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cvp::ingest {

/// Valid UTF-8 (broken bytes become U+FFFD) without what only confuses search and display: NUL and other
/// controls, marks without width, invisible tag characters. Every kind of line end becomes \n. `removed`
/// counts the control characters that were dropped (line ends and marks are not).
std::string clean_text(std::string_view utf8, uint64_t& removed);
inline std::string clean_text(std::string_view utf8) {
  uint64_t ignored = 0;
  return clean_text(utf8, ignored);
}

/// On one line: white space runs become one space, and none where a line was broken between two CJK
/// characters.
std::string one_line(std::string_view utf8);

/// Scripts and punctuation that are written without spaces: Chinese and Japanese, not Korean.
bool is_unspaced(char32_t c);

/// Without white space (of Unicode) at both ends.
std::string_view trim(std::string_view utf8);

}  // namespace cvp::ingest
