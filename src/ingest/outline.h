#pragma once
#include <vector>

#include "store/types.h"

namespace cvp::ingest {

enum class BlockKind { paragraph, heading, item, row, code };

/// One thing that a reader would not want to see cut: its bytes without white space around them.
struct Block {
  Span span;
  BlockKind kind = BlockKind::paragraph;
  int level = 0;  // of a heading, from 1
};

/// The blocks of a parsed document in order. Everything between them is white space. Marks count by format:
/// '#' is a heading in Markdown and in what the HTML, DOCX and PDF readers wrote, but not in a plain text,
/// where it may be a comment.
std::vector<Block> outline(const store::ParsedText& parsed);

/// A heading's words without its marks, on one line.
std::string heading_text(std::string_view block);

}  // namespace cvp::ingest
