// A retrieved chunk, ready to be read, checked and cited.
#pragma once
#include <string>

#include "chat/align.h"
#include "chat/answer.h"
#include "store/types.h"

namespace cvp::chat {

/// Not movable: source views the chunk's text.
struct Passage {
  Passage(store::Chunk from, const Considered& considered_);
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  store::Chunk chunk;
  std::string prompt_text;  // heading line and text, in the one canonical byte form that is cached
  SourceText source;
  Lang lang;
  Considered considered;
};

/// The canonical form of a chunk in a prompt.
std::string prompt_text(const store::Chunk& chunk);

/// Numbers citations in the order in which they are first used; the same span is the same citation.
class CitationList {
 public:
  explicit CitationList(std::vector<Citation>& out) : out_(out) {}
  /// span is in the passage's text; gives the citation's number.
  int cite(const Passage& passage, Span span, uint32_t page);

 private:
  std::vector<Citation>& out_;
};

}  // namespace cvp::chat
