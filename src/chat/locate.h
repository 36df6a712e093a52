// Where in the knowledge base a passage stands that someone remembers: `why` begins there.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "store/store.h"

namespace cvp::chat {

struct Located {
  store::DocumentInfo document;
  Span span;  // in the active revision's text
  uint32_t page = 0;
  std::vector<store::Chunk>
      chunks;  // those whose own text the passage touches, the one with most of it first
};

/// The first place where the passage stands, folded and without regard to white space, in these collections
/// or, when none is named, in any; the documents of `first` are read before the others. Nothing when no
/// document has it. Texts are read a block at a time.
Result<std::optional<Located>> locate_passage(store::Store& store, std::string_view passage,
                                              const std::vector<store::CollectionId>& collections,
                                              const std::vector<store::DocumentId>& first,
                                              const CancelToken& cancel);

/// Folded, without white space; origin as in Folded.
Folded squeeze(std::string_view text);

/// Finds a passage in a text that comes in blocks, cut anywhere between two characters.
class PassageFinder {
 public:
  explicit PassageFinder(std::string_view passage) : wanted_(squeeze(passage).text) {}
  bool empty() const { return wanted_.empty(); }
  /// The first place that ends in this block, which follows the last one and begins at byte `begin` of the
  /// text.
  std::optional<Span> next(std::string_view block, uint32_t begin);

 private:
  std::string wanted_;
  std::string text_;               // squeezed, what a match may still begin in
  std::vector<uint32_t> origins_;  // of its bytes, in the whole text
};

}  // namespace cvp::chat
