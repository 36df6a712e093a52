// What the beginning of a line says about it in plain text: shared by the PDF reader and the chunker.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace cvp::ingest {

/// A heading that is known by its words alone, at most one short line: "第三章 总则" (level 2), "Chapter 4",
/// "一、目的". Its level.
std::optional<int> plain_heading(std::string_view line);

/// "- x", "3. x", "(2) x", "（三）x", "• x", "第五条 x": a line that begins an item.
bool starts_item(std::string_view line);

/// "1.2 Memory … 17": a line of a table of contents.
bool is_contents_entry(std::string_view line);

/// Bytes of a bullet sign and the spaces behind it, 0 where the line begins with none.
size_t bullet_size(std::string_view line);

}  // namespace cvp::ingest
