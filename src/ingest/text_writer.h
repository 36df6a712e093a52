// How every parser with structure writes its text: plain Markdown that a person can read and the chunker
// understands.
//   "# Heading", paragraphs set off by blank lines, "- item" and "1. item" indented by two spaces a level, "|
//   cell | cell |".
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::ingest {

class TextWriter {
 public:
  explicit TextWriter(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  void heading(int level, std::string_view text);  // level 1 to 6
  void paragraph(std::string_view text);           // may contain line ends
  void item(int depth, std::string_view marker,
            std::string_view text);  // depth from 0; marker "- ", "3. " or "（一）"
  void row(std::span<const std::string> cells);
  void code(std::string_view text);                  // kept as it is, fenced
  void end_list_or_table() { last_ = Block::none; }  // the next item or row begins a new one

  bool full() const { return full_; }
  size_t size() const { return text_.size(); }
  /// The text, or the refusal if it grew over the limit.
  Result<std::string> take();

 private:
  enum class Block { none, other, item, row };
  void begin(Block block);
  void append(std::string_view text);

  uint64_t limit_bytes_;
  std::string text_;
  Block last_ = Block::none;
  bool full_ = false;
};

std::unexpected<Error> fail_text_too_long(uint64_t limit_bytes);

}  // namespace cvp::ingest
